"""A check of the database, made by every `migrate`: no start with a vault key missing."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from accounts.services import vault_contents


@register(Tags.database)
def vault_keys_are_at_hand(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """In time: a restored database is migrated before anything else of ours runs on it."""
    if "default" not in (databases or ()):
        return []
    return [
        Error(
            f"{each.rows} rows of {each.place} are sealed under the key {each.key_name!r}, "
            "which VAULT_KEYS does not hold, or holds another by that name",
            hint="Put the key back that was in VAULT_KEYS when the database was written.",
            id="accounts.E001",
        )
        for each in vault_contents.sealed()
        if not each.opens
    ]
