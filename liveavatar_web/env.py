"""Typed readers of environment variables; a bad value stops the start with one clear line.

An empty variable counts as not set, so that a line of `.env.example` may be left blank.
"""

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points to."""
    path = text(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write yes or no")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number from {minimum} up")
    return int(value)


def decimal(name: str, default: str) -> Decimal:
    value = text(name, default)
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a number") from error


def optional_decimal(name: str) -> Decimal | None:
    return decimal(name, "") if text(name) else None


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list without its empty entries."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def prices(name: str, default: str = "") -> dict[str, tuple[Decimal, Decimal]]:
    """Pairs of prices by name: `gpt-realtime=0.02/0.08, other=1/2`."""
    found = {}
    for item in items(name, default):
        try:
            what, pair = item.split("=")
            heard, spoken = map(Decimal, pair.split("/"))
        except (ValueError, InvalidOperation) as error:
            raise ImproperlyConfigured(f"{name}: write {item!r} as model=heard/spoken") from error
        found[what.strip()] = (heard, spoken)
    return found


def origin(name: str, *, https: bool) -> str:
    """Scheme, host and port of an address, or nothing where there is none."""
    if not (value := text(name)):
        return ""
    parts = urlsplit(value)
    if not parts.netloc or parts.scheme not in ({"https"} if https else {"http", "https"}):
        raise ImproperlyConfigured(f"{name} is {value!r}; write an address that begins https://")
    return f"{parts.scheme}://{parts.netloc}"


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(choices)}")
    return value
