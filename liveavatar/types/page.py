"""One page of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from liveavatar.parsing import Fields

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `count` is the number of items on all pages, if it was said."""

    items: tuple[T, ...]
    count: int | None
    has_more: bool

    @classmethod
    def parser(cls, parse: Callable[[Fields], T]) -> Callable[[object], Page[T]]:
        def page(data: object) -> Page[T]:
            fields = Fields(data)
            items = fields.each("results", parse)
            has_more = bool(items) and fields.optional_text("next") is not None
            return Page(items, fields.optional_integer("count"), has_more)

        return page
