import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models.user import User
from accounts.models.workspace import Workspace
from accounts.rights import RIGHTS, Right


class AppendOnly(Exception):
    """The audit trail is written once; nothing changes or deletes an event."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: User) -> "AuditEventQuerySet":
        """Staff see the installation; others the workspaces whose audit trail they may read."""
        if user.is_staff:
            return self
        readers = [role.value for role, rights in RIGHTS.items() if Right.READ_AUDIT in rights]
        workspaces = user.memberships.open().filter(role__in=readers)
        return self.filter(workspace_id__in=workspaces.values("workspace__public_id"))

    def update(self, **_: Any) -> NoReturn:
        raise AppendOnly("audit events are not updated")

    def delete(self) -> NoReturn:
        raise AppendOnly("audit events are not deleted")

    def purge(self) -> int:
        """Deletes these events through the door, for retention, and returns how many they were."""
        with AuditDoor.open():
            return super().delete()[0]


class AuditEvent(models.Model):
    """One thing that was done, or was refused. Append-only, here and by database triggers.

    Each is chained to the one before it in its workspace (`accounts/services/audit_chain.py`).
    Actor, object and workspace are ids and labels without foreign keys: the event outlives them.
    Address, agent and e-mail live in `AuditPersonalData`, which can be erased; `personal_digest`
    keeps proof of what stood there.
    """

    # Consecutive from 1 in the chain of its workspace, or of the installation where it has none.
    number = models.PositiveBigIntegerField(editable=False)
    mac = models.BinaryField(max_length=32)
    key_name = models.CharField(max_length=32, editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    action = models.CharField(max_length=64)
    refused = models.BooleanField(default=False)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=160)
    object_type = models.CharField(max_length=32, blank=True)
    object_id = models.UUIDField(null=True)
    object_label = models.CharField(max_length=200, blank=True)
    workspace_id = models.UUIDField(null=True)
    workspace_label = models.CharField(max_length=160, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    personal_digest = models.CharField(max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()

    # Filled in by whoever shows events: who was behind it, unless that was erased.
    personal: "AuditPersonalData | None"
    actor_name: str

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "number"], name="audit_number_once"),
            # To a unique index two workspaces that are NULL are two.
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(workspace_id=None),
                name="audit_installation_number_once",
            ),
        ]
        indexes = [
            # Whatever `services/trail.py` goes through, in its order.
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["workspace_id", "-at", "-id"], name="audit_by_workspace"),
            models.Index(fields=["object_id", "-at", "-id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "-at", "-id"], name="audit_by_actor"),
            models.Index(fields=["workspace_id", "action", "-at", "-id"], name="audit_by_action"),
            models.Index(
                fields=["workspace_id", "-at", "-id"],
                condition=Q(refused=True),
                name="audit_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_label} at {self.at:%Y-%m-%d %H:%M:%S}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("audit events are not updated")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly("audit events are not deleted")


class AuditPersonalDataQuerySet(models.QuerySet["AuditPersonalData"]):
    def of_visitors(self, workspace: Workspace) -> "AuditPersonalDataQuerySet":
        """Addresses of people without an account."""
        return self.filter(workspace_id=workspace.public_id, actor_id__isnull=True)

    def of_person(self, user: User) -> "AuditPersonalDataQuerySet":
        """What was kept of what they did, and of what was tried with their address."""
        return self.filter(Q(actor_id=user.public_id) | Q(email=user.email))


class AuditPersonalData(models.Model):
    """What identifies a person behind an event; erasable without touching the event."""

    event_id = models.UUIDField(unique=True)
    # Of the event, so that whose it is and how old can be asked for without it.
    at = models.DateTimeField(default=timezone.now)
    workspace_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    salt = models.CharField(max_length=32)
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=254, blank=True)

    objects = AuditPersonalDataQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workspace_id", "at"], name="personal_by_workspace"),
            models.Index(
                fields=["actor_id"], condition=Q(actor_id__isnull=False), name="personal_by_actor"
            ),
            models.Index(fields=["email"], condition=~Q(email=""), name="personal_by_email"),
        ]

    def __str__(self) -> str:
        return f"personal data of event {self.event_id}"


class AuditDoor(models.Model):
    """The one way past the triggers: they let a transaction through that has a row in here.

    The row is deleted before that transaction ends, so nobody else ever sees the door open.
    For the flush between tests, and for the retention purge.
    """

    def __str__(self) -> str:
        return "open audit door"

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[None]:
        with transaction.atomic():
            row = cls.objects.create()
            yield
            cls.objects.filter(pk=row.pk).delete()
