"""Builders of real rows, through the services where a service makes them."""

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent, Membership, ProviderKey, User, Workspace
from accounts.rights import Role
from accounts.services import audit_chain
from accounts.services.callers import STAFF, Caller
from liveavatar_web.vault import Secret, keyring
from sessions_app.models import Avatar, AvatarSession, Context, Widget
from sessions_app.services import avatar_sessions, contexts
from sessions_app.services.acceptance import Wish
from sessions_app.services.contexts import Script

PASSWORD = "correct horse battery staple"
AMARA = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"  # a public avatar of the simulator
WAYNE = "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a"  # its one sandbox avatar

_numbers = itertools.count(1)


def user(name: str = "somebody", *, password: str = PASSWORD, **fields: Any) -> User:
    email = f"{name}{next(_numbers)}@example.com"
    return User.objects.create_user(email, password, name=name.title(), **fields)


def workspace(*, owner: User | None = None, **limits: Any) -> Workspace:
    made = Workspace.objects.create(name=f"Workspace {next(_numbers)}", **limits)
    if owner is not None:
        member(made, owner, Role.OWNER)
    return made


def member(of: Workspace, who: User, role: Role = Role.MEMBER) -> Membership:
    return Membership.objects.create(workspace=of, user=who, role=role)


def caller(who: User, *, as_staff: bool = False) -> Caller:
    label = f"{STAFF}{who.label}" if as_staff else who.label
    return Caller(
        user=who,
        label=label,
        address="127.0.0.1",
        agent="tests",
        email=who.email,
        as_staff=as_staff,
    )


def provider_key(
    of: Workspace, by: User, *, value: str | None = None, **fields: Any
) -> ProviderKey:
    """A key that is ready, unless `fields` say otherwise; the cloud has not heard of it."""
    secret = Secret(value or f"sk-sim-{uuid4()}")
    values = {
        "name": f"key {next(_numbers)}",
        "state": ProviderKey.State.READY,
        "remote_secret_id": str(uuid4()),
        "last4": secret.last4,
        "fingerprint": keyring().fingerprint(secret),
    }
    key = ProviderKey(workspace=of, created_by=by, **{**values, **fields})
    key.value = secret
    key.save()
    return key


def avatar(remote_id: str | None = None, **fields: Any) -> Avatar:
    values = {"name": f"Avatar {next(_numbers)}", "status": Avatar.ACTIVE}
    return Avatar.objects.create(remote_id=remote_id or str(uuid4()), **{**values, **fields})


def context(of: Workspace, by: User, **texts: str) -> Context:
    """A context as somebody just saved it: pending, not yet in the cloud."""
    values = {"name": f"Guide {next(_numbers)}", "prompt": "Be brief."}
    return contexts.create(
        caller=caller(by), workspace=of, script=Script(**{**values, **texts}), now=timezone.now()
    )


def widget(by: User, wish: Wish, **fields: Any) -> Widget:
    """A widget on https://shop.example whose visitors get what `wish` asks for."""
    values = {"name": f"Widget {next(_numbers)}", "origins": ["https://shop.example"]}
    return Widget.objects.create(
        workspace=wish.provider_key.workspace,
        created_by=by,
        avatar=wish.avatar,
        context=wish.context,
        provider_key=wish.provider_key,
        voice=wish.voice,
        model=wish.model,
        temperature=wish.temperature,
        **{"max_seconds": wish.max_seconds, **values, **fields},
    )


def avatar_session(by: User, wish: Wish, *, now: datetime | None = None) -> AvatarSession:
    """A session as somebody just asked for it."""
    return avatar_sessions.request(
        caller=caller(by),
        workspace=wish.provider_key.workspace,
        wish=wish,
        idempotency_key=str(uuid4()),
        now=now or timezone.now(),
    )


def audit_event(of: Workspace | None = None, *, at: datetime | None = None) -> AuditEvent:
    """An event as it stands in its chain, written at any time."""
    workspace_id = of.public_id if of else None
    event = AuditEvent(action="user.signed_in", workspace_id=workspace_id, at=at or timezone.now())
    with transaction.atomic():
        audit_chain.append(event)
    return event


def past_session(by: User, wish: Wish, **fields: Any) -> AvatarSession:
    """A session that ended yesterday, written straight into the table."""
    then = timezone.now() - timedelta(days=1)
    values = {
        "requested_by": by,
        "state": "ended",
        "end_reason": "person",
        "requested_at": then,
        "started_at": then,
        "ended_at": then + timedelta(minutes=2),
        "lease_until": then,
        "billed_seconds": 120,
        "credits": Decimal(2),
        "max_seconds": wish.max_seconds,
        "reserved_period": f"{then:%Y-%m}",
        "idempotency_key": str(uuid4()),
        "is_uncounted": True,
    }
    return AvatarSession.objects.create(
        workspace=wish.provider_key.workspace,
        avatar=wish.avatar,
        context=wish.context,
        provider_key=wish.provider_key,
        voice=wish.voice,
        model=wish.model,
        temperature=wish.temperature,
        **{**values, **fields},
    )
