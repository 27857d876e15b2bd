"""The second step of signing in: what is kept of it is sealed, and other devices sign in anew."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.models.workspace import SECOND_STEPS
from accounts.services import audit, workspaces
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.vault import CannotOpen, Place, Secret, keyring

# Bound to the table alone: whoever asks for it does not say whose it is.
PLACE: Final = Place(table="mfa_authenticator", field="data", row="secret")
_SEALED: Final = ("secret", "seed")


def seal(text: str) -> str:
    return keyring().seal(Secret(text), PLACE)


def unseal(sealed: str) -> str:
    """Raises CannotOpen."""
    return keyring().open(sealed, PLACE).reveal()


def sealed() -> Iterator[str]:
    """All that is kept of second steps under a key of the vault."""
    for data in _with_secrets().values_list("data", flat=True).iterator():
        yield from (data[name] for name in _SEALED if name in data)


def reseal_all(*, caller: Caller, dry_run: bool = False) -> tuple[int, int]:
    """Seals each under the newest key; how many were not, and how many do not open."""
    resealed = failed = 0
    for row in _with_secrets().iterator():
        old = {name: row.data[name] for name in _SEALED if name in row.data}
        if all(keyring().is_current(sealed) for sealed in old.values()):
            continue
        try:
            new: dict[str, Any] = {name: seal(unseal(sealed)) for name, sealed in old.items()}
        except CannotOpen:
            failed += 1
            continue
        if not dry_run:
            with transaction.atomic():
                # Codes may be used up meanwhile: the row is read anew, under its lock.
                fresh = Authenticator.objects.select_for_update().filter(pk=row.pk).first()
                if fresh is None or any(fresh.data.get(name) != old[name] for name in old):
                    continue
                fresh.data.update(new)
                fresh.save(update_fields=["data"])
        resealed += 1
    if not dry_run and (resealed or failed):
        with transaction.atomic():
            details: dict[str, audit.Detail] = {
                "table": PLACE.table,
                "field": PLACE.field,
                "resealed": resealed,
                "failed": failed,
                "key_name": keyring().newest,
            }
            audit.record(Action.VAULT_ROTATED, caller=caller, details=details)
    return resealed, failed


@contextmanager
def changing(user: User, *, caller: Caller, session_key: str) -> Iterator[None]:
    """What is done within to somebody's second steps is one transaction with its audit events.

    allauth tells of some changes only after their commit, so they are seen here by what is kept
    before and after. With the first second step, devices but that of `session_key` sign in anew.
    """
    membership = workspaces.of(user)
    workspace = membership.workspace if membership else None
    with transaction.atomic():
        # Before any row of the person's, and so that of two changes each sees only its own.
        audit.hold(workspace)
        before = _kept(user)
        yield
        after = _kept(user)
        removed = [before[pk] for pk in sorted(before.keys() - after.keys())]
        added = [after[pk] for pk in sorted(after.keys() - before.keys())]
        for action, kinds in (
            (Action.USER_SECOND_STEP_REMOVED, [kind for kind in removed if kind not in added]),
            (Action.USER_SECOND_STEP_RENEWED, [kind for kind in added if kind in removed]),
            (Action.USER_SECOND_STEP_ADDED, [kind for kind in added if kind not in removed]),
        ):
            for kind in kinds:
                audit.record(
                    action, caller=caller, workspace=workspace, obj=user, details={"type": kind}
                )
        if _has_step(added) and not _has_step(before.values()):
            _sign_out_elsewhere(user, session_key=session_key)


def _with_secrets() -> "QuerySet[Authenticator]":
    rows: QuerySet[Authenticator] = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    return rows


def _kept(user: User) -> dict[int, str]:
    return dict(Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type"))


def _has_step(kinds: Iterable[str]) -> bool:
    return any(kind in SECOND_STEPS for kind in kinds)


def _sign_out_elsewhere(user: User, *, session_key: str) -> None:
    for device in UserSession.objects.filter(user=user).exclude(session_key=session_key):
        device.end()
