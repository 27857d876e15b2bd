"""Proof of work before a stranger's start: nothing for one visitor, dear for ten thousand.

By altcha (v2, PBKDF2): a page searches a counter; the range that it is hidden in doubles each time
that the widget is asked for twice as often as it normally is.
"""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from math import ceil, log2
from typing import Any, Final
from uuid import UUID

import altcha
from django.db.models import Q, Sum
from django.utils.crypto import salted_hmac

from sessions_app.models import Widget, WidgetTally
from sessions_app.services import tallies

ALGORITHM: Final = "PBKDF2/SHA-256"
_COST: Final = 1_000
_EASIEST: Final = 200
_MOST_DOUBLINGS: Final = 9
# Requests in an hour that are ordinary at any widget, however quiet it used to be.
_ORDINARY: Final = 30
_NORM_DAYS: Final = 7


def make(widget: Widget, *, ticket_id: UUID, expires_at: datetime, now: datetime) -> dict[str, Any]:
    """A challenge for one ticket, as hard as the widget's last hour asks for."""
    counters = _EASIEST * 2 ** doublings(widget, now=now)
    challenge = altcha.create_challenge(
        ALGORITHM,
        _COST,
        counter=counters // 2 + secrets.randbelow(counters // 2),
        data={"ticket": str(ticket_id)},
        expires_at=expires_at,
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("solution"),
    )
    return challenge.to_dict()


def is_solved(solution: str, *, ticket_id: UUID) -> bool:
    """Whether `solution` (altcha's payload) solves the challenge that this ticket came with."""
    result = altcha.verify_solution(
        solution, hmac_secret=_secret("challenge"), hmac_key_secret=_secret("solution")
    )
    return result.verified and _data_of(solution) == {"ticket": str(ticket_id)}


def doublings(widget: Widget, *, now: datetime) -> int:
    """How many times harder than the easiest, as a power of two."""
    asked, norm = recent_and_norm(widget, now=now)
    times = asked / max(_ORDINARY, norm)
    return min(_MOST_DOUBLINGS, ceil(log2(times))) if times > 1 else 0


def recent_and_norm(widget: Widget, *, now: datetime) -> tuple[float, float]:
    """How often the widget was asked for in the last hour, and in an hour of its last week."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    before = hour - timedelta(hours=1)
    week = before - timedelta(days=_NORM_DAYS)
    asked = ~Q(kind__in=[tallies.STARTED, tallies.SECONDS, *tallies.AT_THE_DOOR])
    sums = WidgetTally.objects.filter(asked, widget=widget, hour__gte=week).aggregate(
        this=Sum("count", filter=Q(hour=hour), default=0),
        last=Sum("count", filter=Q(hour=before), default=0),
        past=Sum("count", filter=Q(hour__lt=before), default=0),
    )
    elapsed = (now - hour) / timedelta(hours=1)
    # The hour before fades out as this one fills, so that no hour begins with a clean slate.
    return sums["this"] + sums["last"] * (1 - elapsed), sums["past"] / (24 * _NORM_DAYS)


def _data_of(solution: str) -> object:
    return json.loads(base64.b64decode(solution))["challenge"]["parameters"].get("data")


def _secret(purpose: str) -> str:
    return salted_hmac("embed-challenge", purpose, algorithm="sha256").hexdigest()
