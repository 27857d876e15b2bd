"""What a visitor's page holds: a grant from our document, then a ticket bound to its own key.

Both are signed and stored nowhere. A grant says that our document was framed by an origin that the
widget allows; a ticket, that the page holding one key may start one conversation soon, and prove
itself with that key while it lasts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID, uuid4

from django.core import signing

GRANT_LIFETIME: Final = timedelta(hours=1)
START_WITHIN: Final = timedelta(minutes=5)
# After the longest conversation: for what the visitor thought of it, and its last lines.
_AFTERWARDS: Final = timedelta(minutes=15)
_GRANT_SALT: Final = "embed-grant"
_TICKET_SALT: Final = "embed-ticket"


class Forged(Exception):
    """Not signed by us, or too old."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Our document stood in a frame of `origin`, which is the host page's."""

    widget_id: UUID
    origin: str

    def signed(self) -> str:
        return signing.dumps([str(self.widget_id), self.origin], salt=_GRANT_SALT)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises Forged."""
        widget_id, origin = _read(text, _GRANT_SALT, max_age=GRANT_LIFETIME)
        return cls(UUID(widget_id), origin)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`holder` is the thumbprint (RFC 7638) of the key that its page holds."""

    id: UUID
    widget_id: UUID
    origin: str
    holder: str
    start_before: datetime
    expires_at: datetime

    @classmethod
    def issue(
        cls,
        grant: Grant,
        *,
        holder: str,
        longest_seconds: int,
        now: datetime,
        ticket_id: UUID | None = None,
    ) -> Self:
        """A new ticket, or the one of `ticket_id` for another key."""
        start_before = now + START_WITHIN
        return cls(
            id=ticket_id or uuid4(),
            widget_id=grant.widget_id,
            origin=grant.origin,
            holder=holder,
            start_before=start_before,
            expires_at=start_before + timedelta(seconds=longest_seconds) + _AFTERWARDS,
        )

    def signed(self) -> str:
        times = [int(self.start_before.timestamp()), int(self.expires_at.timestamp())]
        value = [str(self.id), str(self.widget_id), self.origin, self.holder, *times]
        return signing.dumps(value, salt=_TICKET_SALT)

    @classmethod
    def read(cls, text: str, *, now: datetime) -> Self:
        """Raises Forged, also once its time is over."""
        ticket_id, widget_id, origin, holder, start_before, expires_at = _read(text, _TICKET_SALT)
        ticket = cls(
            UUID(ticket_id),
            UUID(widget_id),
            origin,
            holder,
            datetime.fromtimestamp(start_before, UTC),
            datetime.fromtimestamp(expires_at, UTC),
        )
        if ticket.expires_at <= now:
            raise Forged
        return ticket


def _read(text: str, salt: str, max_age: timedelta | None = None) -> Any:
    try:
        return signing.loads(text, salt=salt, max_age=max_age)
    except (signing.BadSignature, ValueError) as error:
        raise Forged from error
