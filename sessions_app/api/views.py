"""The session API, for the room page and for scripts. One error shape (`api_errors`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Membership, ProviderKey, User
from accounts.requests import explain_absence, membership_of, require_open
from accounts.services.callers import Caller
from liveavatar_web.api_errors import Refused
from sessions_app.api import serializers
from sessions_app.models import Avatar, AvatarSession, Context
from sessions_app.services import (
    avatar_sessions,
    extensions,
    leases,
    reports,
    start_timeline,
    transcripts,
)
from sessions_app.services.acceptance import NotStartable, Wish
from sessions_app.services.avatar_sessions import NotLive
from sessions_app.services.extensions import NotExtendable
from sessions_app.services.limits import QuotaReached

Row = TypeVar("Row", bound=Model)

_NO_STORE = {"Cache-Control": "no-store"}


class SessionAccess(APIView):
    """How a request reaches a session. Members do it here; strangers at a widget in `embed`."""

    state_output: type[serializers.StateOutput] = serializers.StateOutput

    def visible(self, request: Request, public_id: UUID) -> AvatarSession:
        """The session, if whoever asks may know that it is there."""
        own = avatar_sessions.own(_user(request), public_id)
        if own is not None:
            return own
        with _explaining_absence(request):
            return get_object_or_404(
                AvatarSession.objects.visible_to(_user(request)), public_id=public_id
            )

    def own(self, request: Request, public_id: UUID) -> AvatarSession:
        """The session of this very person: only they are in its room."""
        with _explaining_absence(request):
            if (own := avatar_sessions.own(_user(request), public_id)) is None:
                raise Http404
            return own

    def caller(self, request: Request) -> Caller:
        return Caller.of(request)


@contextmanager
def refusing() -> Iterator[None]:
    """Why a session cannot be started, as the API says it."""
    try:
        yield
    except NotStartable as error:
        raise Refused(f"not_startable.{error.field}", str(error), status=422) from error
    except QuotaReached as error:
        raise Refused(f"quota.{error.code}", str(error), retryable=True) from error


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


@contextmanager
def _explaining_absence(request: Request) -> Iterator[None]:
    try:
        yield
    except Http404:
        explain_absence(request._request)
        raise


def _membership(request: Request) -> Membership:
    require_open(request._request)
    membership = membership_of(request._request)
    if membership is None:
        raise Refused("no_workspace", "You belong to no workspace.", status=403)
    return membership


class SessionsView(APIView):
    @extend_schema(
        request=serializers.StartInput,
        responses={202: serializers.StateOutput},
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request) -> Response:
        """Start a session. Repeated with the same Idempotency-Key it is the same session."""
        given = serializers.StartInput(data=request.data)
        given.is_valid(raise_exception=True)
        membership = _membership(request)
        wish, key = _wish(given.validated_data, membership), _idempotency_key(request)
        with refusing():
            session = avatar_sessions.request(
                caller=Caller.of(request),
                workspace=membership.workspace,
                wish=wish,
                idempotency_key=key,
                now=timezone.now(),
            )
        return Response(serializers.StateOutput(session).data, status=status.HTTP_202_ACCEPTED)


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key") or str(uuid4())
    if len(key) > 80:
        raise ValidationError({"Idempotency-Key": ["It has 80 characters at the most."]})
    return key


def _wish(given: dict[str, Any], membership: Membership) -> Wish:
    keys = ProviderKey.objects.shown_in(membership)
    contexts = Context.objects.shown_in(membership)
    longest = membership.workspace.session_limit_seconds
    if given["is_sandbox"]:
        longest = min(longest, settings.SANDBOX_MAX_SECONDS)
    return Wish(
        avatar=_chosen(Avatar.objects.all(), "avatar", given),
        provider_key=_chosen(keys, "provider_key", given),
        context=_chosen(contexts, "context", given) if given.get("context") else None,
        voice=given["voice"],
        model=given["model"],
        temperature=given["temperature"],
        is_sandbox=given["is_sandbox"],
        max_seconds=60 * given["max_minutes"] if "max_minutes" in given else longest,
    )


def _chosen(rows: QuerySet[Row], name: str, given: dict[str, Any]) -> Row:
    row = rows.filter(public_id=given[name]).first()
    if row is None:
        raise ValidationError({name: ["There is nothing by this id here."]})
    return row


class SessionView(SessionAccess):
    @extend_schema(responses=serializers.StateOutput)
    def get(self, request: Request, public_id: UUID) -> Response:
        session = self.visible(request, public_id)
        return Response(self.state_output(session).data, headers=_NO_STORE)


class RoomView(SessionAccess):
    @extend_schema(responses=serializers.RoomOutput)
    def get(self, request: Request, public_id: UUID) -> Response:
        """The way into the room, while it is live, for the person who asked for it."""
        session = self.own(request, public_id)
        try:
            url, token = avatar_sessions.room(session, caller=self.caller(request))
        except NotLive as error:
            raise Refused("not_live", "This session has no room now.") from error
        room = serializers.RoomOutput({"url": url.reveal(), "token": token.reveal()})
        return Response(room.data, headers=_NO_STORE)


class PresenceView(SessionAccess):
    @extend_schema(request=serializers.PresenceInput, responses=serializers.PresenceOutput)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Renew the lease, every 10 seconds; with `gone`, say goodbye.

        A page that gives itself an id as `page` renews nothing once it has said goodbye, even if
        what it asked before arrives later.
        """
        given = serializers.PresenceInput(data=request.data)
        given.is_valid(raise_exception=True)
        session = self.own(request, public_id)
        keep = leases.cut_short if given.validated_data["gone"] else leases.renew
        keep(session, page=given.validated_data["page"], now=timezone.now())
        session.refresh_from_db(fields=["state", "lease_until", "limit_at"])
        return Response(serializers.PresenceOutput(session).data, headers=_NO_STORE)


class StopView(SessionAccess):
    @extend_schema(request=None, responses={202: serializers.StateOutput})
    def post(self, request: Request, public_id: UUID) -> Response:
        """End the session: one's own, or anybody's with the right to."""
        session = self.visible(request, public_id)
        avatar_sessions.stop_by(session, caller=self.caller(request), now=timezone.now())
        session.refresh_from_db()
        return Response(self.state_output(session).data, status=status.HTTP_202_ACCEPTED)


class ExtendView(SessionAccess):
    @extend_schema(request=None, responses=serializers.StateOutput)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Make one's own live session longer, once, by what was reserved for it."""
        session = self.own(request, public_id)
        try:
            extensions.extend(session, caller=self.caller(request), now=timezone.now())
        except NotExtendable as error:
            raise Refused("not_extendable", str(error)) from error
        session.refresh_from_db()
        return Response(self.state_output(session).data, headers=_NO_STORE)


class LinesView(SessionAccess):
    @extend_schema(request=serializers.LinesInput, responses=serializers.LinesOutput)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Keep lines of the conversation; the same line sent again is kept once."""
        given = serializers.LinesInput(data=request.data)
        given.is_valid(raise_exception=True)
        session = self.own(request, public_id)
        stored = transcripts.store(session, lines=given.parsed(), now=timezone.now())
        return Response(serializers.LinesOutput({"stored": stored}).data)


class ReportsView(SessionAccess):
    @extend_schema(request=serializers.ReportInput, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say what the page noticed in the room."""
        given = serializers.ReportInput(data=request.data)
        given.is_valid(raise_exception=True)
        session = self.own(request, public_id)
        reports.report(session, **given.validated_data, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TimelineView(SessionAccess):
    @extend_schema(request=serializers.TimelineInput, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say when the steps of the start happened that only the page can time."""
        given = serializers.TimelineInput(data=request.data)
        given.is_valid(raise_exception=True)
        session = self.own(request, public_id)
        start_timeline.report(session, steps=given.validated_data, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NothingHereView(APIView):
    """Any other address of the API, in the API's error shape."""

    schema = None

    def initial(self, *_: Any, **__: Any) -> None:
        raise NotFound("The API has no such address.")
