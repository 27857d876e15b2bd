"""Pages of a list that goes back in time, found by looking at a bounded number of rows.

A filter that no index answers may have to pass a million rows before it finds one. So a page looks
at no more than so many, says how far back it came, and the next page goes on from there: each
answer is quick, whatever is asked for, and what is asked for is found.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, Self, TypeVar

from django.db.models import Model, Q, QuerySet

from liveavatar_web.postgresql import planning

Row = TypeVar("Row", bound=Model)

PAGE_SIZE: Final = 25
LOOK_AT: Final = 2_500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT: Final = re.compile(r"(\d{1,17})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in a list by time: its moment, and its id among those of one moment."""

    at: datetime
    pk: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The place that `str(place)` was of; None for any other text."""
        if (found := _TEXT.fullmatch(text)) is None:
            return None
        return cls(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.pk}"


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Row]):
    """A page: its rows, where the next one begins, and how far this one looked without filling."""

    rows: list[Row]
    next: Place | None
    looked_back_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past(Generic[Row]):
    """Rows by the time in their field `by`, newest first.

    `among` is what one index has in order, in a scope and by one more choice perhaps; `matching`
    is what is wanted of it, by whatever else was asked for.
    """

    among: QuerySet[Row]
    matching: QuerySet[Row]
    by: str

    def stretch(
        self,
        after: Place | None = None,
        *,
        size: int | None = None,
        look_at: int | None = None,
        read: Callable[[list[int]], list[Row]] | None = None,
    ) -> Stretch[Row]:
        """The page that comes after a place, in three queries at the most.

        `read` gives the rows of some keys, newest first; without it all is read as in `among`.
        """
        size, look_at = size or PAGE_SIZE, look_at or LOOK_AT
        with planning.for_these_values():
            edge = self._edge(after, look_at)
        within = self._within(after, edge)
        if read is None:
            rows = self._rows(within, size + 1)
            places = [self._place(row) for row in rows]
        else:
            with planning.for_these_values():
                places = [Place(at, pk) for at, pk in self._places(within)[: size + 1]]
            rows = read([place.pk for place in places[:size]])
        if len(places) > size:
            return Stretch(rows[:size], places[size - 1])
        return Stretch(rows, edge, edge.at if edge else None)

    def all(self, *, size: int) -> Iterator[list[Row]]:
        """Everything, in stretches; an empty one tells that it is still looking."""
        after: Place | None = None
        while True:
            found = self.stretch(after, size=size)
            yield found.rows
            if found.next is None:
                return
            after = found.next

    def _edge(self, after: Place | None, look_at: int) -> Place | None:
        """The last row to look at; None where there are fewer, or where each is wanted."""
        if self.matching is self.among:
            return None
        for at, pk in self._places(self._beyond(self.among, after))[look_at - 1 : look_at]:
            return Place(at, pk)
        return None

    def _within(self, after: Place | None, edge: Place | None) -> QuerySet[Row]:
        """What is wanted of the rows that are looked at."""
        matching = self._beyond(self.matching, after)
        if edge is None:
            return matching
        newer = Q(**{f"{self.by}__gt": edge.at}) | Q(**{self.by: edge.at, "pk__gte": edge.pk})
        return matching.filter(newer, **{f"{self.by}__gte": edge.at})

    def _beyond(self, rows: QuerySet[Row], place: Place | None) -> QuerySet[Row]:
        if place is None:
            return rows
        older = Q(**{f"{self.by}__lt": place.at}) | Q(**{self.by: place.at, "pk__lt": place.pk})
        # The second condition follows from the first; it is the one that an index can use.
        return rows.filter(older, **{f"{self.by}__lte": place.at})

    def _rows(self, within: QuerySet[Row], number: int) -> list[Row]:
        """First which, then what belongs to them: a planner that expects few would join all."""
        wanted = self._newest(within).values("pk")[:number]
        return list(self._newest(self.among.filter(pk__in=wanted)))

    def _place(self, row: Row) -> Place:
        return Place(getattr(row, self.by), row.pk)

    def _newest(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows.order_by(f"-{self.by}", "-pk")

    def _places(self, rows: QuerySet[Row]) -> QuerySet[Row, tuple[datetime, int]]:
        return self._newest(rows).values_list(self.by, "pk")
