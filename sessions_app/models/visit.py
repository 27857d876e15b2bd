import uuid

from django.db import models

from sessions_app.models.avatar_session import AvatarSession


class Visit(models.Model):
    """A stranger's side of a widget's session: who holds it, and what they thought of it.

    `holder` is the thumbprint (RFC 7638) of the key that the visitor's page proves to have with
    each request; a page that resumes the conversation replaces it. `visitor` is a keyed hash of
    the address, good for one day. Of the resume token only a digest is kept.
    """

    class Rating(models.TextChoices):
        UP = "up", "good"
        DOWN = "down", "not good"

    avatar_session = models.OneToOneField(AvatarSession, models.CASCADE, related_name="visit")
    ticket_id = models.UUIDField(unique=True, default=uuid.uuid4)
    holder = models.CharField(max_length=43)
    resume_digest = models.CharField(max_length=64)
    visitor = models.CharField(max_length=64)
    language = models.CharField(max_length=8, blank=True)
    rating = models.CharField(max_length=4, blank=True, choices=Rating.choices)
    comment = models.CharField(max_length=1_000, blank=True)

    def __str__(self) -> str:
        return f"visit to session {self.avatar_session_id}"
