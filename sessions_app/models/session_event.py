from django.db import models
from django.utils import timezone

from sessions_app.models.avatar_session import AvatarSession


class SessionEventQuerySet(models.QuerySet["SessionEvent"]):
    def lines(self) -> "SessionEventQuerySet":
        """What was said."""
        return self.filter(kind__in=[SessionEvent.Kind.USER_LINE, SessionEvent.Kind.AVATAR_LINE])


class SessionEvent(models.Model):
    """One entry of a session's own timeline: a transition with its cause, a warning, or a line.

    Transcript lines are best effort: the page hears them as data in the room and reports them.
    `page_key` is the page's own number for a line, so that a batch sent twice is stored once.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", "moved"
        NOTICE = "notice", "notice"
        USER_LINE = "user_line", "said by the person"
        AVATAR_LINE = "avatar_line", "said by the avatar"

    avatar_session = models.ForeignKey(AvatarSession, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=16, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    text = models.TextField(blank=True)
    page_key = models.CharField(max_length=64, null=True, blank=True)

    objects = SessionEventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["avatar_session", "page_key"], name="line_once"),
        ]
        indexes = [models.Index(fields=["avatar_session", "at", "id"], name="event_by_session")]

    def __str__(self) -> str:
        return f"{self.kind} of session {self.avatar_session_id} at {self.at:%H:%M:%S}"
