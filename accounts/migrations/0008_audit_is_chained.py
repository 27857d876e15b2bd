"""Numbers and chains the events that are there, in the order in which they were written.

The form of an event is written out here, since what is told of old events must not change with it.
SQLite makes a table anew to alter it, and loses its triggers: they are dropped before and made again.
"""

import hashlib
import hmac
import json
from datetime import UTC
from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liveavatar_web.keys import parse

triggers = import_module("accounts.migrations.0002_audit_is_append_only")

BATCH = 1_000
GENESIS = bytes(32)
INSTALLATION = UUID(int=0)


def chain(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    AuditEvent, AuditChain, Personal = (
        apps.get_model("accounts", name) for name in ("AuditEvent", "AuditChain", "AuditPersonalData")
    )
    newest = parse(settings.AUDIT_KEYS, setting="AUDIT_KEYS")[0]
    key = newest.derived("audit event")
    heads = {}
    events, last = AuditEvent.objects.order_by("id"), 0
    while batch := list(events.filter(id__gt=last)[:BATCH]):
        behind = Personal.objects.filter(event_id__in=[event.public_id for event in batch])
        digests = {each.event_id: digest(each) for each in behind}
        for event in batch:
            number, previous = heads.get(event.workspace_id, (0, GENESIS))
            event.number, event.key_name = number + 1, newest.name
            event.personal_digest = digests.get(event.public_id, event.personal_digest)
            event.mac = hmac.digest(key, previous + message(event), "sha256")
            heads[event.workspace_id] = event.number, event.mac
        AuditEvent.objects.bulk_update(
            batch, ["number", "key_name", "mac", "personal_digest"], batch_size=100
        )
        last = batch[-1].id
    AuditChain.objects.bulk_create(
        AuditChain(workspace_id=workspace_id or INSTALLATION, number=number, mac=mac)
        for workspace_id, (number, mac) in heads.items()
    )


def digest(personal: Any) -> str:
    told = [personal.salt, personal.address, personal.agent, personal.email]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def message(event: Any) -> bytes:
    shorter_first = sorted(event.details.items(), key=lambda item: (len(item[0]), item[0]))
    told = [
        "event 1",
        event.number,
        event.key_name,
        str(event.public_id),
        event.at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"),
        event.action,
        event.refused,
        event.actor_id and str(event.actor_id),
        event.actor_label,
        event.object_type,
        event.object_id and str(event.object_id),
        event.object_label,
        event.workspace_id and str(event.workspace_id),
        event.workspace_label,
        event.request_id,
        dict(shorter_first),
        event.personal_digest,
    ]
    return json.dumps(told, ensure_ascii=False).encode()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_require_mfa")]

    operations = [
        migrations.RunPython(triggers.drop, triggers.create),
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("workspace_id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("mac", models.BinaryField(default=GENESIS, max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("workspace_id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField()),
                ("mac", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                ("days", models.PositiveIntegerField()),
                ("key_name", models.CharField(max_length=32)),
                ("signature", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="AuditMark",
            fields=[
                ("workspace_id", models.UUIDField(primary_key=True, serialize=False)),
                ("sealed_number", models.PositiveBigIntegerField(default=0)),
                ("sealed_at", models.DateTimeField(null=True)),
                ("verified_number", models.PositiveBigIntegerField(default=0)),
                ("verified_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("failure", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField("auditevent", "key_name", models.CharField(editable=False, max_length=32, null=True)),
        migrations.AddField("auditevent", "mac", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("auditevent", "number", models.PositiveBigIntegerField(editable=False, null=True)),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AlterField("auditevent", "key_name", models.CharField(editable=False, max_length=32)),
        migrations.AlterField("auditevent", "mac", models.BinaryField(max_length=32)),
        migrations.AlterField("auditevent", "number", models.PositiveBigIntegerField(editable=False)),
        migrations.AddConstraint(
            "auditevent",
            models.UniqueConstraint(fields=("workspace_id", "number"), name="audit_number_once"),
        ),
        migrations.AddConstraint(
            "auditevent",
            models.UniqueConstraint(
                condition=models.Q(("workspace_id", None)),
                fields=("number",),
                name="audit_installation_number_once",
            ),
        ),
        migrations.RunPython(triggers.create, triggers.drop),
    ]
