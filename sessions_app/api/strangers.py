"""How a widget's visitor is known to the API: by a ticket of ours and a proof of its key."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.services.callers import Caller
from liveavatar_web.api_errors import Refused
from liveavatar_web.throttles import client_ip
from sessions_app.models import Visit
from sessions_app.services import proofs
from sessions_app.services.tickets import Forged, Ticket
from sessions_app.services.visitors import visitor_of

LABEL = "visitor of a widget"


def refused() -> Refused:
    """The same short refusal for everything forged, foreign, used, late or switched off."""
    return Refused("refused", "This avatar cannot be reached from here.", status=403)


def unavailable() -> Refused:
    return Refused("unavailable", "Try again in a moment.", status=503, retryable=True)


class TicketAuthentication(BaseAuthentication):
    """`request.auth` is the ticket, once the request has proven to hold its key."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Ticket]:
        text, proof = _credentials(request)
        now = timezone.now()
        try:
            ticket = Ticket.read(text, now=now)
            holder = prove(request, proof, now=now, ticket=text)
        except Forged as error:
            raise refused() from error
        if holder != ticket.holder:
            raise refused()
        return AnonymousUser(), ticket


class TicketScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description names it."""

    target_class = TicketAuthentication
    name = "ticket"

    def get_security_definition(self, _: object) -> dict[str, str]:
        return {"type": "http", "scheme": "DPoP", "description": "A ticket and a proof (RFC 9449)."}


class HoldsTicket(BasePermission):
    def has_permission(self, request: Request, _: APIView) -> bool:
        return isinstance(request.auth, Ticket)


class VisitorThrottle(SimpleRateThrottle):
    """For each address, or /64 of IPv6: what no person reaches. The limits are the rows' own."""

    scope = "embed"

    def get_rate(self) -> str:
        return f"{settings.EMBED_KNOCKS_PER_MINUTE}/min"

    def get_cache_key(self, request: Request, _: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": visitor(request)}


class ConversationThrottle(SimpleRateThrottle):
    """For each ticket: some five times what a page of ours asks in a conversation."""

    scope = "embed_conversation"
    rate = "240/min"

    def get_cache_key(self, request: Request, _: APIView) -> str | None:
        if not isinstance(request.auth, Ticket):
            return None
        return self.cache_format % {"scope": self.scope, "ident": request.auth.id}


def prove(request: Request, proof: str, *, now: datetime, ticket: str | None = None) -> str:
    """The thumbprint of the key that signed this very request."""
    try:
        return proofs.check(
            proof, method=request.method or "", path=request.path, now=now, ticket=ticket
        )
    except proofs.NotProven as error:
        raise refused() from error
    except proofs.Unavailable as error:
        raise unavailable() from error


def visit_of(ticket: Ticket) -> Visit:
    """The visit that this ticket's key holds; a key that has been replaced holds none."""
    visits = Visit.objects.select_related("avatar_session__workspace", "avatar_session__widget")
    visit = visits.filter(ticket_id=ticket.id, holder=ticket.holder).first()
    if visit is None:
        raise refused()
    return visit


def visitor(request: Request) -> str:
    return visitor_of(client_ip(request), now=timezone.now())


def caller(request: Request, holder: str) -> Caller:
    return Caller.stranger(request, label=LABEL, holder=holder)


def _credentials(request: Request) -> tuple[str, str]:
    """From the headers; a beacon has none, and carries them in its body."""
    scheme, _, ticket = request.headers.get("Authorization", "").partition(" ")
    if scheme == "DPoP":
        return ticket, request.headers.get("DPoP", "")
    body = request.data if isinstance(request.data, dict) else {}
    return str(body.get("ticket", "")), str(body.get("proof", ""))
