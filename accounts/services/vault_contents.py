"""Which keys of the vault the database needs, and whether they are at hand."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection, models
from django.db.models import Count, Min, Value
from django.db.models.functions import StrIndex, Substr

from accounts.services import second_steps
from accounts.services.vault_rotation import sealed_fields
from liveavatar_web.vault import CannotOpen, key_name

# Sealed text reads `v1.<key name>.…`; what is behind the first dot begins here.
_NAME_BEGINS = 4


@dataclass(frozen=True, slots=True)
class Sealed:
    """The rows of one field that are sealed under one key; `opens` says it of the first of them."""

    place: str
    key_name: str
    rows: int
    opens: bool


def sealed() -> list[Sealed]:
    """What is sealed in this database, field by field and key by key. Reads every sealed row."""
    tables = set(connection.introspection.table_names())
    in_fields = [
        each
        for model, name in sealed_fields()
        if model._meta.db_table in tables and name in _columns(model)
        for each in _of_field(model, name)
    ]
    return in_fields + (_of_second_steps() if Authenticator._meta.db_table in tables else [])


def _of_field(model: type[models.Model], name: str) -> list[Sealed]:
    rest = Substr(name, _NAME_BEGINS)
    rows = model._default_manager.filter(**{f"{name}__isnull": False}).order_by()
    by_key = rows.annotate(key_name=Substr(rest, 1, StrIndex(rest, Value(".")) - 1))
    counted = by_key.values_list("key_name").annotate(Count("pk"), Min("pk"))
    place = f"{model._meta.db_table}.{name}"
    return [
        Sealed(place, key_name, count, _opens(partial(_open_field, model, name, first)))
        for key_name, count, first in counted.order_by("key_name")
    ]


def _open_field(model: type[models.Model], name: str, pk: Any) -> object:
    return getattr(model._default_manager.get(pk=pk), name).open()


def _of_second_steps() -> list[Sealed]:
    """Theirs stand within JSON, where no database takes them apart alike."""
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for text in second_steps.sealed():
        by_key[key_name(text)].append(text)
    place = f"{second_steps.PLACE.table}.{second_steps.PLACE.field}"
    return [
        Sealed(place, name, len(texts), _opens(partial(second_steps.unseal, texts[0])))
        for name, texts in sorted(by_key.items())
    ]


def _opens(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except CannotOpen:
        return False
    return True


def _columns(model: type[models.Model]) -> set[str]:
    """Before a migration a field of ours may have no column yet."""
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {column.name for column in described}
