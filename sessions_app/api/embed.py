"""The API of a widget's frame: a ticket, one conversation, and what one does in it."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.services.callers import Caller
from liveavatar_web.api_errors import Refused
from sessions_app.api import strangers, views
from sessions_app.api import visitor_serializers as serializers
from sessions_app.models import AvatarSession, Visit
from sessions_app.services import proofs, visits
from sessions_app.services.acceptance import NotStartable
from sessions_app.services.tickets import Forged, Grant, Ticket
from sessions_app.services.visits import NoPlace, TurnedAway

_NO_STORE = {"Cache-Control": "no-store"}


class EmbedView(APIView):
    """Open to anybody: what counts is signed by us, and limited in the database."""

    authentication_classes: Any = []
    permission_classes: Any = []

    def handle_exception(self, error: Exception) -> Response:
        return super().handle_exception(_translated(error))


class TicketsView(EmbedView):
    throttle_classes: Any = [strangers.VisitorThrottle]

    @extend_schema(request=serializers.TicketInput, responses={201: serializers.TicketOutput})
    def post(self, request: Request) -> Response:
        """A ticket for the page that holds this key, and the work to be done before a start."""
        given = _valid(serializers.TicketInput, request)
        now = timezone.now()
        ticket, challenge = visits.issue(
            Grant.read(given["grant"]),
            holder=proofs.thumbprint(given["key"]),
            visitor=strangers.visitor(request),
            now=now,
        )
        output = serializers.TicketOutput(
            {
                "ticket": ticket.signed(),
                "start_before": ticket.start_before,
                "challenge": challenge,
                "server_time": now,
            }
        )
        return Response(output.data, status=status.HTTP_201_CREATED, headers=_NO_STORE)


class TicketedView(EmbedView):
    authentication_classes: Any = [strangers.TicketAuthentication]
    permission_classes: Any = [strangers.HoldsTicket]


class StartView(TicketedView):
    throttle_classes: Any = [strangers.VisitorThrottle]

    @extend_schema(
        request=serializers.VisitorStartInput, responses={202: serializers.VisitorStartOutput}
    )
    def post(self, request: Request) -> Response:
        """Start the one conversation of this ticket; asked again, it is the same one."""
        given = _valid(serializers.VisitorStartInput, request)
        ticket = _ticket(request)
        started = visits.start(
            ticket,
            solution=given["solution"],
            language=given["language"],
            caller=strangers.caller(request, ticket.holder),
            visitor=strangers.visitor(request),
            now=timezone.now(),
        )
        output = serializers.VisitorStartOutput(started.session, context={"resume": started.resume})
        return Response(output.data, status=status.HTTP_202_ACCEPTED, headers=_NO_STORE)


class ResumeView(EmbedView):
    throttle_classes: Any = [strangers.VisitorThrottle]

    @extend_schema(request=serializers.ResumeInput, responses=serializers.ResumeOutput)
    def post(self, request: Request) -> Response:
        """Back to the conversation after a reload, with a new key. Each token works once."""
        given = _valid(serializers.ResumeInput, request)
        now = timezone.now()
        holder = strangers.prove(request, request.headers.get("DPoP", ""), now=now)
        if holder != proofs.thumbprint(given["key"]):
            raise strangers.refused()
        caller = strangers.caller(request, holder)
        ticket, started = visits.resume(given["resume"], holder=holder, caller=caller, now=now)
        output = serializers.ResumeOutput(
            {"ticket": ticket.signed(), "resume": started.resume, "session": started.session}
        )
        return Response(output.data, headers=_NO_STORE)


class VisitAccess(TicketedView, views.SessionAccess):
    """The session of the ticket, and no other."""

    throttle_classes: Any = [strangers.ConversationThrottle]
    state_output = serializers.VisitorStateOutput

    def own(self, request: Request, public_id: UUID) -> AvatarSession:
        return self.visit(request, public_id).avatar_session

    visible = own

    def visit(self, request: Request, public_id: UUID) -> Visit:
        visit = strangers.visit_of(_ticket(request))
        if visit.avatar_session.public_id != public_id:
            raise strangers.refused()
        return visit

    def caller(self, request: Request) -> Caller:
        return strangers.caller(request, _ticket(request).holder)


class SessionView(VisitAccess, views.SessionView):
    pass


class RoomView(VisitAccess, views.RoomView):
    pass


class PresenceView(VisitAccess, views.PresenceView):
    pass


class StopView(VisitAccess, views.StopView):
    pass


class LinesView(VisitAccess, views.LinesView):
    pass


class ReportsView(VisitAccess, views.ReportsView):
    pass


class TimelineView(VisitAccess, views.TimelineView):
    pass


class FeedbackView(VisitAccess):
    @extend_schema(request=serializers.FeedbackInput, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say how the conversation was."""
        given = _valid(serializers.FeedbackInput, request)
        visits.judge(self.visit(request, public_id), **given)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _translated(error: Exception) -> Exception:
    """What the services raise, as the API says it to strangers."""
    match error:
        case Forged() | proofs.NotProven() | TurnedAway():
            return strangers.refused()
        case proofs.Unavailable() | NotStartable():
            return strangers.unavailable()
        case NoPlace(for_now=True):
            words = "Every place is taken now. Try again in a moment."
            return Refused("no_place", words, status=429, retryable=True)
        case NoPlace():
            words = "This avatar has talked as much as it may for now."
            return Refused("used_up", words, status=429)
        case _:
            return error


def _valid(kind: Any, request: Request) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _ticket(request: Request) -> Ticket:
    assert isinstance(request.auth, Ticket)
    return request.auth
