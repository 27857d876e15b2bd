"""One call as it is asked for, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True)
class Call:
    """What is asked: a route's pattern such as `/v1/secrets/{id}`, and what fills it.

    `hidden` are credentials inside the body, to be masked in anything that is told about the call.
    """

    method: str
    route: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str | int | None] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    @property
    def path(self) -> str:
        if any(value.strip(".") == "" for value in self.ids.values()):
            raise ValueError("an id must be more than dots, or it would name another route")
        return self.route.format(**{name: quote(value, "") for name, value in self.ids.items()})
