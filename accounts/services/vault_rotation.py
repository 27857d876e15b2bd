"""Seals every secret of the database anew under the newest key, while everything runs on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.db import IntegrityError, models, transaction

from accounts.models import ProviderKey
from accounts.services import audit
from accounts.services.audit import Action
from accounts.services.callers import Caller
from liveavatar_web.fields import Sealed, SealedField
from liveavatar_web.vault import CannotOpen, Secret, keyring

BATCH: Final = 100

# What is derived from a secret with a key of the ring, and so changes with the key.
DERIVED: Final[dict[tuple[type[models.Model], str], Callable[[Secret], dict[str, Any]]]] = {
    (ProviderKey, "value"): lambda secret: {"fingerprint": keyring().fingerprint(secret)},
}


@dataclass(slots=True)
class Progress:
    """How far one sealed field has come. `failed` holds public ids of rows that did not open."""

    model: type[models.Model]
    name: str
    seen: int = 0
    resealed: int = 0
    overtaken: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.name}"


def sealed_fields() -> list[tuple[type[models.Model], str]]:
    """Every sealed field of the installation, as model and name."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]


def rotate(
    model: type[models.Model], name: str, *, caller: Caller, dry_run: bool = False
) -> Iterator[Progress]:
    """Seals one field anew, batch by batch, and reports after each.

    A row that was written meanwhile is left alone, because it was sealed under the newest key.
    A row that does not open is reported and left as it is. The outcome is audited at the end.
    """
    progress = Progress(model, name)
    for batch in _batches(model, name):
        for row in batch:
            _reseal(row, progress, dry_run=dry_run)
        yield progress
    if not dry_run and (progress.resealed or progress.failed):
        _record(progress, caller)
    yield progress


def _batches(model: type[models.Model], name: str) -> Iterator[list[models.Model]]:
    rows = model._default_manager.filter(**{f"{name}__isnull": False}).order_by("pk")
    last: Any = None
    while batch := list((rows if last is None else rows.filter(pk__gt=last))[:BATCH]):
        yield batch
        last = batch[-1].pk


def _reseal(row: models.Model, progress: Progress, *, dry_run: bool) -> None:
    sealed: Sealed = getattr(row, progress.name)
    progress.seen += 1
    try:
        secret = sealed.open()
        if sealed.is_current:
            return
        if dry_run or _replace(row, progress.name, sealed, secret):
            progress.resealed += 1
        else:
            progress.overtaken += 1
    except (CannotOpen, IntegrityError):
        progress.failed.append(str(row.public_id))  # type: ignore[attr-defined]


def _replace(row: models.Model, name: str, sealed: Sealed, secret: Secret) -> bool:
    """Writes the secret anew, unless somebody has changed the row since it was read."""
    derive = DERIVED.get((type(row), name))
    changes = derive(secret) if derive else {}
    with transaction.atomic():
        unchanged = type(row)._default_manager.filter(**{"pk": row.pk, name: sealed})
        return bool(unchanged.update(**{name: sealed.resealed()}, **changes))


def _record(progress: Progress, caller: Caller) -> None:
    with transaction.atomic():
        audit.record(
            Action.VAULT_ROTATED,
            caller=caller,
            details={
                "table": progress.model._meta.db_table,
                "field": progress.name,
                "resealed": progress.resealed,
                "failed": len(progress.failed),
                "key_name": keyring().newest,
            },
        )
