"""Questions that are asked all the time, with their SQL built once.

Django builds a statement anew whenever it is asked. For a rule of some depth, such as who may see
a session, that takes many times as long as asking PostgreSQL. So the queryset, which stays the one
place of the rule, is built once with samples for what varies, and its statement is kept.
"""

import copy
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Argument = UUID | int | str
_Slot = Callable[[dict[str, Argument]], Any]

# What no question asks for by itself, and what fits into any column.
_SAMPLES: Final[dict[type[Argument], Callable[[], Argument]]] = {
    UUID: uuid4,
    int: lambda: 2**30 + secrets.randbits(30),
    str: lambda: secrets.token_hex(16),
}


class Compiled(Generic[Row]):
    """A question that varies in nothing but the values of its arguments: UUIDs, numbers, texts.

    Each stands in the statement as it is. Raises TypeError where that is not so.

    versions = Compiled(lambda wanted: Workspace.objects.filter(public_id=wanted), wanted=UUID)
    versions.rows(wanted=public_id)
    """

    def __init__(
        self, question: Callable[..., QuerySet[Any, Row]], **arguments: type[Argument]
    ) -> None:
        self._question = question
        self._arguments = arguments

    def rows(self, **given: Argument) -> list[Row]:
        """What the queryset finds, as it would give it."""
        found = self._built.queryset.all()
        found.query.get_compiler = lambda using, **_: self._built.compiler(using, given)  # type: ignore[method-assign]  # Django has no other door
        return list(found)

    def first(self, **given: Argument) -> Row | None:
        return next(iter(self.rows(**given)), None)

    @cached_property
    def _built(self) -> "_Built":
        samples, others = self._samples(), self._samples()
        queryset = self._question(**samples)
        compiler = queryset.query.get_compiler(queryset.db)
        statement, values = compiler.as_sql()
        compiler.connection = None  # this thread's, and what is built stays for all
        slots = [_slot(value, samples) for value in values]
        expected = statement, tuple(slot(others) for slot in slots)
        if self._question(**others).query.sql_with_params() != expected:
            # Such as a time, or a piece of a text: it would stay what it was at first.
            raise TypeError("what varies in this question is not its arguments alone")
        return _Built(queryset, compiler, statement, slots)

    def _samples(self) -> dict[str, Argument]:
        return {name: _SAMPLES[kind]() for name, kind in self._arguments.items()}


class CompiledAmong(Generic[Row]):
    """A question about those that have one of some keys: one statement for each number of keys.

    lines = CompiledAmong(lambda keys: AvatarSession.objects.filter(pk__in=keys), int)
    lines.rows([1, 2, 3])
    """

    def __init__(
        self, question: Callable[[list[Any]], QuerySet[Any, Row]], kind: type[Argument]
    ) -> None:
        self._question, self._kind = question, kind
        self._by_number: dict[int, Compiled[Row]] = {}

    def rows(self, keys: Collection[Argument]) -> list[Row]:
        """What the queryset finds, as it would give it; of no keys, nothing."""
        if not keys:
            return []
        given = {f"key{number}": key for number, key in enumerate(keys)}
        if len(keys) not in self._by_number:
            self._by_number[len(keys)] = Compiled(
                lambda **named: self._question(list(named.values())),
                **dict.fromkeys(given, self._kind),
            )
        return self._by_number[len(keys)].rows(**given)


@dataclass(frozen=True, slots=True)
class _Built:
    queryset: QuerySet[Any, Any]
    compiled: SQLCompiler
    statement: str
    slots: list[_Slot]

    def compiler(self, using: str, given: dict[str, Argument]) -> SQLCompiler:
        """One that has its statement already, and knows what its columns are of."""
        values = tuple(slot(given) for slot in self.slots)
        compiler = copy.copy(self.compiled)
        compiler.connection = connections[using]
        compiler.as_sql = lambda *_, **__: (self.statement, values)  # type: ignore[method-assign]  # as above
        return compiler


def _slot(value: Any, samples: dict[str, Argument]) -> _Slot:
    """What stands in this place of the statement: one of the arguments, or always the same."""
    for name, sample in samples.items():
        if value == sample:
            return lambda given: given[name]
        if isinstance(sample, UUID) and value == sample.hex:  # as SQLite has it
            return lambda given: given[name].hex  # type: ignore[union-attr]  # it is a UUID too
    return lambda _: value
