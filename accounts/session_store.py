"""Browsers' sessions in the database, where one that is taken away is gone at once."""

from typing import Final

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from liveavatar_web.compiled import Compiled

_BY_KEY: Final = Compiled(lambda key: Session.objects.filter(session_key=key), key=str)


class SessionStore(db.SessionStore):
    """Django's, which asks for a session on every page."""

    def _get_session_from_db(self) -> Session | None:
        found = _BY_KEY.first(key=self.session_key or "")
        if found is not None and found.expire_date > timezone.now():
            return found
        self._session_key = None
        return None
