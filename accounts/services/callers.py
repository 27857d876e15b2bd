"""Who is behind a call of a service: a person in a request, or a part of the system."""

from dataclasses import dataclass, replace
from typing import Final, Self

import structlog
from django.http import HttpRequest

from accounts.models import User
from liveavatar_web.throttles import client_ip

AGENT_LENGTH = 300
# How the audit trail's name for somebody begins who acted as staff, not as a member.
STAFF: Final = "staff: "


@dataclass(frozen=True, slots=True)
class Caller:
    """What the audit trail keeps of whoever acts.

    `label` outlives the person and identifies nobody by itself; `email`, `address` and `agent`
    are personal data, kept apart and erasable. `holder` is the key that a stranger at a widget has
    proven to hold. `as_staff` is for those who act on the whole installation, whatever they are
    a member of.
    """

    user: User | None
    label: str
    request_id: str = ""
    address: str = ""
    agent: str = ""
    email: str = ""
    holder: str = ""
    as_staff: bool = False

    @classmethod
    def of(cls, request: HttpRequest, *, user: User | None = None, email: str = "") -> Self:
        """Whoever is signed in; `user` and `email` are for those who are about to be."""
        if user is None and isinstance(request.user, User):
            user = request.user
        return cls(
            user=user,
            label=user.label if user else "somebody not signed in",
            request_id=current_request_id(),
            address=client_ip(request),
            agent=request.headers.get("User-Agent", "")[:AGENT_LENGTH],
            email=email or (user.email if user else ""),
        )

    @classmethod
    def of_staff(cls, request: HttpRequest) -> Self:
        """Whoever is signed in, on a page of the installation's."""
        caller = cls.of(request)
        return replace(caller, label=f"{STAFF}{caller.label}", as_staff=True)

    @classmethod
    def stranger(cls, request: HttpRequest, *, label: str, holder: str) -> Self:
        """Somebody without an account, known by the key alone that their page holds."""
        return cls(
            user=None,
            label=label,
            request_id=current_request_id(),
            address=client_ip(request),
            agent=request.headers.get("User-Agent", "")[:AGENT_LENGTH],
            holder=holder,
        )

    @classmethod
    def system(cls, part: str) -> Self:
        """A part of the system acting by itself, for example `system("sweep")`."""
        return cls(user=None, label=f"system: {part}", request_id=current_request_id())


def current_request_id() -> str:
    """Of the request at work, or of the one that rang for the task at work; else empty."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
