"""Going on in a new session: asked for by the old one's own page, or by a script."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from liveavatar_web.api_errors import Refused
from sessions_app.api import serializers
from sessions_app.api.views import SessionAccess, refusing
from sessions_app.services import takeovers
from sessions_app.services.takeovers import NotContinuable


class SuccessorView(SessionAccess):
    @extend_schema(request=None, responses={202: serializers.StateOutput})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Ask for the session that goes on after one's own; repeated, it is the same session."""
        session = self.own(request, public_id)
        try:
            with refusing():
                successor = takeovers.request(
                    session, caller=self.caller(request), now=timezone.now()
                )
        except NotContinuable as error:
            raise Refused("not_continuable", str(error)) from error
        return Response(self.state_output(successor).data, status=status.HTTP_202_ACCEPTED)


class ContinuedView(SessionAccess):
    @extend_schema(request=None, responses={202: serializers.StateOutput})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say that one goes on in the successor: this one ends."""
        session = self.own(request, public_id)
        takeovers.finish(session, caller=self.caller(request), now=timezone.now())
        session.refresh_from_db()
        return Response(self.state_output(session).data, status=status.HTTP_202_ACCEPTED)
