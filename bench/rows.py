"""Sessions by the million, of which whatever a filter asks for is found often, and found rarely.

The rare ones are the oldest of all, so that the longest way leads to them.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import connection

from accounts.models import AuditChain, AuditEvent, AuditPersonalData, User, Workspace
from bench import filling, trail
from bench.filling import Values, text
from bench.world import BEGIN, SHARE, SPAN, World, public_id
from sessions_app.models import AvatarSession, Widget

EVENTS_A_SESSION: Final = 10
RARE_ORIGIN: Final = "https://rare.example"
RARE_REASON: Final = "no_credits"
_REASONS: Final = ["person"] * 50 + ["abandoned"] * 25 + ["limit"] * 20 + ["cloud"] * 5


def fill(world: World, *, sessions: int) -> None:
    """Writes that many and their events; PostgreSQL's planner is told, as it is by itself.

    SQLite's is not: nothing in the product does.
    """
    numbers = range(EVENTS_A_SESSION * sessions)
    ends = trail.heads()
    filling.write(AvatarSession, _sessions(world, sessions))
    filling.write(AuditEvent, trail.events(world, numbers, ends))
    filling.write(AuditPersonalData, trail.personal_data(world, numbers))
    for chain, (number, mac) in ends.items():
        AuditChain.objects.update_or_create(pk=chain, defaults={"number": number, "mac": mac})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _sessions(world: World, count: int) -> Iterator[Values]:
    chance = random.Random(1)
    for number in range(count):
        at = BEGIN + SPAN * (number / count)
        seconds = chance.randint(10, 590)
        failed = number > 9 and chance.random() < 0.03
        yield {
            "public_id": public_id(number),
            "idempotency_key": f"bench-{number}",
            "state": "failed" if failed else "ended",
            "end_reason": "refused" if failed else chance.choice(_REASONS),
            "avatar_id": chance.choice(world.avatars).pk,
            "provider_key_id": world.key.pk,
            "voice": "alloy",
            "model": "gpt-realtime",
            "temperature": "0.8",
            "max_seconds": 600,
            "requested_at": text(at),
            "started_at": None if failed else text(at + timedelta(seconds=1)),
            "ended_at": text(at + timedelta(seconds=seconds + 1)),
            "lease_until": text(at),
            "billed_seconds": 0 if failed else seconds,
            "credits": None if failed else -(-seconds // 60),
            "reserved_period": f"{at:%Y-%m}",
            "remote_id": f"there-{number}",
            "is_uncounted": True,
            **_whose(world, number, chance),
        }


def _whose(world: World, number: int, chance: random.Random) -> Values:
    """The first ten are the demo workspace's rare ones: of a person, a site, an end."""
    if number < 5:
        return _of(world.workspace, by=world.rare)
    if number < 9:
        return _of(world.workspace, at=chance.choice(world.widgets), origin=RARE_ORIGIN)
    if number == 9:
        return {**_of(world.workspace, by=world.people[0]), "end_reason": RARE_REASON}
    if chance.random() >= SHARE:
        return _of(chance.choice(world.others), by=chance.choice(world.people))
    if chance.random() < 0.5:
        return _of(world.workspace, by=chance.choice(world.people))
    origin = chance.choice(world.origins)
    return _of(world.workspace, at=chance.choice(world.widgets), origin=origin)


def _of(
    home: Workspace, *, by: User | None = None, at: Widget | None = None, origin: str = ""
) -> Values:
    return {
        "workspace_id": home.pk,
        "requested_by_id": by and by.pk,
        "widget_id": at and at.pk,
        "origin": origin,
    }
