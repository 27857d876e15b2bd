"""The second step of signing in: what is kept of it is sealed, and other devices sign in anew."""

from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.models import User
from accounts.models.workspace import SECOND_STEPS
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.vault import CannotOpen, Place, Secret, keyring

# Bound to the table alone: whoever asks for it does not say whose it is.
_PLACE: Final = Place(table="mfa_authenticator", field="data", row="secret")
_SEALED: Final = ("secret", "seed")


def seal(text: str) -> str:
    return keyring().seal(Secret(text), _PLACE)


def unseal(sealed: str) -> str:
    """Raises CannotOpen."""
    return keyring().open(sealed, _PLACE).reveal()


def reseal_all(*, caller: Caller, dry_run: bool = False) -> tuple[int, int]:
    """Seals each under the newest key; how many were not, and how many do not open."""
    resealed = failed = 0
    for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
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
                "table": _PLACE.table,
                "field": _PLACE.field,
                "resealed": resealed,
                "failed": failed,
                "key_name": keyring().newest,
            }
            audit.record(Action.VAULT_ROTATED, caller=caller, details=details)
    return resealed, failed


def sign_out_elsewhere(user: User, *, session_key: str) -> None:
    """With the first second step: devices that came in without one have to sign in anew."""
    if Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).count() == 1:
        for device in UserSession.objects.filter(user=user).exclude(session_key=session_key):
            device.end()
