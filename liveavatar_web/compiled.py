"""Questions that are asked all the time, with their SQL built once.

Django builds a statement anew whenever it is asked. For a rule of some depth, such as who may see
a session, that takes many times as long as asking PostgreSQL. So the queryset, which stays the one
place of the rule, is built once with samples for what varies, and its statement is kept.
"""

import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
Argument = UUID | int


class Compiled(Generic[Row]):
    """A question that varies in nothing but the values of its arguments, UUIDs and whole numbers.

    versions = Compiled(lambda wanted: Workspace.objects.filter(public_id=wanted), wanted=UUID)
    versions.rows(wanted=public_id)
    """

    def __init__(
        self, question: Callable[..., models.QuerySet[Row, Any]], **arguments: type[Argument]
    ) -> None:
        self._question = question
        self._arguments = arguments

    def rows(self, **given: Argument) -> list[Row]:
        """What it finds, whole."""
        model, statement, _ = self._built
        return list(model._base_manager.raw(statement, self._values(given)))

    def first_value(self, **given: Argument) -> Any:
        """The first column of the first row, as the database has it; None where there is none."""
        _, statement, _ = self._built
        with connection.cursor() as cursor:
            cursor.execute(statement, self._values(given))
            row = cursor.fetchone()
        return None if row is None else row[0]

    def _values(self, given: dict[str, Argument]) -> list[Any]:
        _, _, slots = self._built
        return [slot(given) for slot in slots]

    @cached_property
    def _built(self) -> tuple[type[Row], str, list[Callable[[dict[str, Argument]], Any]]]:
        samples = {
            name: uuid4() if kind is UUID else secrets.randbits(60)
            for name, kind in self._arguments.items()
        }
        rows = self._question(**samples)
        statement, values = rows.query.sql_with_params()
        again = self._question(**samples).query.sql_with_params()
        if again != (statement, values):
            # Such as a time, which would stay what it was when the process began.
            raise TypeError("what varies in this question is not its arguments alone")
        return rows.model, statement, [_slot(value, samples) for value in values]


def _slot(value: Any, samples: dict[str, Argument]) -> Callable[[dict[str, Argument]], Any]:
    """What stands in this place of the statement: one of the arguments, or always the same."""
    for name, sample in samples.items():
        if value == sample:
            return lambda given: given[name]
        if isinstance(sample, UUID) and value == sample.hex:  # as SQLite has it
            return lambda given: given[name].hex  # type: ignore[union-attr]  # it is a UUID too
    return lambda _: value
