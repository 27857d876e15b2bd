"""What people who audit ask for, as addresses by name; `rare` is the oldest of all there is."""

import html
import re
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from bench import rows, trail
from bench.world import BEGIN, SPAN, World, public_id

_NEXT: Final = re.compile(r'id="more"[^>]*>.*?<a [^>]*href="(\?[^"]+)"', re.S)
OF_STAFF: Final = {
    "staff: overview": "/staff/",
    "staff: starts": "/staff/starts/",
    "staff: workspaces": "/staff/workspaces/",
    "staff: people": "/staff/people/",
    "staff: queue": "/staff/queue/",
    "staff: running now": "/staff/sessions/live",
    "staff: sessions, all": "/staff/sessions/",
    "staff: sessions, failed": "/staff/sessions/?state=failed",
    "staff: sessions, a way it ended, rare": f"/staff/sessions/?reason={rows.RARE_REASON}",
    "staff: sessions, a site, rare": f"/staff/sessions/?origin={rows.RARE_ORIGIN}",
    "staff: sessions, credits, never": "/staff/sessions/?least=1000",
    "staff: audit, all": "/staff/audit/",
    "staff: audit, action, rare": f"/staff/audit/?action={trail.RARE_ACTION}",
    "staff: audit, a name, never": "/staff/audit/?object=no+such+thing",
}
_MIDDLE: Final = (BEGIN + SPAN / 2).date()


def all_of(world: World, person: httpx.Client, sessions: int) -> dict[str, str]:
    """Those about `sessions` sessions and their events, as the signed in person asks for them."""
    session = public_id(sessions // 2)
    return {
        **_addresses("sessions", _about_sessions(world, session)),
        "sessions: next page": following(person, "/sessions/"),
        "sessions: next page, filtered": following(person, "/sessions/?state=ended"),
        "a session's story": f"/sessions/{session_of(person)}/",
        "running now": "/sessions/live",
        "dashboard": "/",
        **_addresses("audit", _about_events(world, session)),
        "audit: next page": following(person, "/audit/"),
    }


def following(person: httpx.Client, path: str) -> str:
    """The address of the page after this one; empty after the last."""
    found = _NEXT.search(person.get(path).text)
    return path.partition("?")[0] + html.unescape(found[1]) if found else ""


def session_of(person: httpx.Client) -> str:
    """The newest there is."""
    found = re.search(r'href="/sessions/([0-9a-f-]{36})/"', person.get("/sessions/").text)
    assert found is not None
    return found[1]


def _addresses(page: str, asked: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {f"{page}: {name}": f"/{page}/?{urlencode(each)}" for name, each in asked.items()}


def _about_sessions(world: World, session: str) -> dict[str, dict[str, Any]]:
    avatar, key = world.avatars[0].public_id, world.key.public_id
    return {
        "all": {},
        "ended": {"state": "ended"},
        "failed": {"state": "failed"},
        "running": {"state": "open"},
        "who, often": {"who": world.people[0].public_id},
        "who, rare": {"who": world.rare.public_id},
        "visitors": {"who": "visitors"},
        "widget": {"widget": world.widgets[0].public_id},
        "site, often": {"origin": world.origins[0]},
        "site, rare": {"origin": rows.RARE_ORIGIN},
        "avatar": {"avatar": avatar},
        "key": {"key": key},
        "how it ended, often": {"reason": "limit"},
        "how it ended, rare": {"reason": rows.RARE_REASON},
        "credits from 9": {"least": 9},
        "credits from 1000, never": {"least": 1000},
        "days, two years ago": {"until": BEGIN.date() + timedelta(days=9)},
        "days, in the middle": {"since": _MIDDLE, "until": _MIDDLE},
        "id": {"q": session},
        "beginning of an id": {"q": session[:8]},
        "avatar, key, end, cost": {"avatar": avatar, "key": key, "reason": "limit", "least": 2},
        "two that never meet": {"who": world.rare.public_id, "reason": "limit"},
        "avatar of old days": {"avatar": avatar, "until": _MIDDLE},
    }


def _about_events(world: World, session: str) -> dict[str, dict[str, Any]]:
    return {
        "all": {},
        "action, often": {"action": "avatar_session.ended"},
        "action, rare": {"action": trail.RARE_ACTION},
        "who": {"actor": world.people[0].public_id},
        "to what": {"object": session},
        "refused": {"refused": "on"},
        "days, two years ago": {"until": BEGIN.date() + timedelta(days=9)},
        "a name, often": {"actor": "worker"},
        "a name, never": {"object": "no such thing"},
        "a name of old days": {"object": "session", "until": _MIDDLE},
    }
