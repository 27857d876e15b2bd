"""Reading the fields of a JSON object: strict where a value is needed, lenient elsewhere.

A needed value that is missing or of the wrong kind raises Malformed with the field's path. An
optional value of a kind we do not know reads as absent, because the vendor adds and changes
fields without notice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

T = TypeVar("T")

MOST_DIGITS = 18
"""No count, duration or timestamp has more; 1e999999999 would not fit into memory."""


class Malformed(ValueError):
    """A needed value is missing or of the wrong kind; `field` is its path."""

    def __init__(self, field: str, wanted: str) -> None:
        super().__init__(f"{field} is not {wanted}")
        self.field = field


class Fields:
    """The fields of one JSON object, read by name."""

    def __init__(self, value: object, path: str = "data") -> None:
        if not isinstance(value, dict):
            raise Malformed(path, "an object")
        self._values = value
        self._path = path

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise Malformed(f"{self._path}.{name}", "a non-empty string")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self._values.get(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._values.get(name)
        return value if isinstance(value, bool) else default

    def optional_integer(self, name: str) -> int | None:
        number = self.optional_number(name)
        if number is None or number.adjusted() > MOST_DIGITS:
            return None
        return int(number)

    def optional_number(self, name: str) -> Decimal | None:
        """A finite number, written as a number or as a decimal string."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    def number_or_null(self, name: str) -> Decimal | None:
        """Like `optional_number`, but only an explicit null may stand for no number."""
        number = self.optional_number(name)
        if number is None and self._values.get(name, "") is not None:
            raise Malformed(f"{self._path}.{name}", "a number or null")
        return number

    def optional_moment(self, name: str) -> datetime | None:
        """An ISO 8601 time; one without an offset is taken as UTC."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def optional_object(self, name: str, parse: Callable[[Fields], T]) -> T | None:
        value = self._values.get(name)
        return parse(Fields(value, f"{self._path}.{name}")) if isinstance(value, dict) else None

    def each(self, name: str, parse: Callable[[Fields], T]) -> tuple[T, ...]:
        return each(self._values.get(name), parse, f"{self._path}.{name}")

    def optional_texts(self, name: str) -> tuple[str, ...]:
        value = self._values.get(name)
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))


def each(value: object, parse: Callable[[Fields], T], path: str = "data") -> tuple[T, ...]:
    """Parse every object of a needed array."""
    if not isinstance(value, list):
        raise Malformed(path, "an array")
    return tuple(parse(Fields(item, f"{path}[{index}]")) for index, item in enumerate(value))
