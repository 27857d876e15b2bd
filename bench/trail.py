"""An audit trail of any length, chained as the product would have written it, one after another."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from accounts.models import AuditChain, User, Workspace
from accounts.models.audit_chain import GENESIS, INSTALLATION
from accounts.services import audit_chain, audit_keys
from bench import filling
from bench.filling import Values
from bench.world import BEGIN, SHARE, SPAN, World, public_id

RARE_ACTION: Final = "provider_key.revoked"
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
_THERE: Final = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"
_ASKED: Final = {
    "avatar": "Amara",
    "context": "Guide",
    "provider_key": "Talks in the showroom",
    "voice": "alloy",
    "model": "gpt-realtime",
    "temperature": 0.8,
    "is_sandbox": False,
    "max_seconds": 300,
}
_KINDS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("avatar_session.requested", _ASKED),
    ("avatar_session.live", {"cause": "started", "remote_id": _THERE}),
    ("avatar_session.room_given", {}),
    ("avatar_session.stopping", {"cause": "person", "remote_id": _THERE}),
    (
        "avatar_session.ended",
        {"cause": "person", "remote_id": _THERE, "seconds": 181, "credits": "4.00"},
    ),
    ("user.signed_in", {}),
    ("widget.changed", {}),
]

# Where each chain stands: the number and the code of its newest event.
Heads = dict[UUID, tuple[int, bytes]]


class _Moment(NamedTuple):
    """When something happened, in which workspace, or in none, and who did it, if a person."""

    number: int
    at: datetime
    home: Workspace | None
    somebody: User | None


def heads() -> Heads:
    return {chain.pk: (chain.number, bytes(chain.mac)) for chain in AuditChain.objects.all()}


def events(world: World, numbers: range, ends: Heads) -> Iterator[Values]:
    """`ends` is moved along; the first few events are the rare ones, in the world's workspace."""
    key_name = audit_keys.newest()
    key = audit_keys.for_purpose(audit_keys.EVENT)[key_name]
    for number in numbers:
        moment = _moment(world, number, numbers.stop)
        chain = moment.home.public_id if moment.home else INSTALLATION
        place, code = ends.get(chain, (0, GENESIS))
        event = {"number": place + 1, "key_name": key_name, **_event(moment)}
        message = audit_chain.canonical([event[name] for name in audit_chain.FIELDS])
        code = audit_chain.mac(key, code, message)
        ends[chain] = place + 1, code
        event["mac"] = code
        yield event


def personal_data(world: World, numbers: range) -> Iterator[Values]:
    """Behind every event of a person; of those that `events` gives for the same numbers."""
    for number in numbers:
        moment = _moment(world, number, numbers.stop)
        if moment.somebody is not None:
            salt, address, agent, email = _told(moment.number, moment.somebody)
            yield {
                "event_id": _id(moment.number),
                "at": filling.text(moment.at),
                "workspace_id": moment.home and str(moment.home.public_id),
                "actor_id": str(moment.somebody.public_id),
                "salt": salt,
                "address": address,
                "agent": agent,
                "email": email,
            }


def _moment(world: World, number: int, count: int) -> _Moment:
    """The same one each time: 40 of 100 are a person's, and every 50th is of no workspace."""
    chance = number * 0x9E3779B97F4A7C15 % 2**64 >> 24
    home: Workspace | None = world.workspace
    if number % 50 == 49:
        home = None
    elif number >= 10 and chance % 100 >= 100 * SHARE:
        home = world.others[chance // 100 % len(world.others)]
    is_persons = chance // 10_000 % 100 < 40
    somebody = world.people[chance // 1_000_000 % len(world.people)] if is_persons else None
    return _Moment(number, BEGIN + SPAN * (number / count), home, somebody)


def _event(moment: _Moment) -> Values:
    number, at, home, somebody = moment
    action, details = _KINDS[number % len(_KINDS)]
    rare = number < 3
    about = public_id(number // 10)
    return {
        "public_id": _id(number),
        "at": filling.text(at),
        "action": RARE_ACTION if rare else action,
        "refused": number % 1_000 == 0,
        "actor_id": str(somebody.public_id) if somebody else None,
        "actor_label": somebody.label if somebody else "system: worker",
        "object_type": "provider_key" if rare else "avatar_session",
        "object_id": about,
        "object_label": "Rare key" if rare else f"session {about[:8]}",
        "workspace_id": str(home.public_id) if home else None,
        "workspace_label": home.name if home else "",
        "request_id": f"{number:032x}",
        "details": details,
        "personal_digest": audit_chain.digest(_told(number, somebody)) if somebody else "",
    }


def _told(number: int, somebody: User) -> tuple[str, str, str, str]:
    """Salt, address, agent and e-mail behind an event."""
    return f"{number:032x}", f"192.0.2.{number % 250}", _AGENT, somebody.email


def _id(number: int) -> str:
    return public_id(number, spread=0xD1B54A32D192ED03)
