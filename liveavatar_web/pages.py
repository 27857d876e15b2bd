"""Pages of a list by keyset: the last is as quick as the first, and new rows shift nothing."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    next_url: str | None


def page_of(rows: QuerySet[Row], request: HttpRequest, *, size: int = PAGE_SIZE) -> Page[Row]:
    """The page of `rows`, which are ordered by `-id`, that the query's `before` asks for."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: size + 1])
    if len(found) <= size:
        return Page(found, None)
    query = request.GET.copy()
    query["before"] = str(found[size - 1].pk)
    return Page(found[:size], f"?{query.urlencode()}")
