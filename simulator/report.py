"""What the test door shows of the cloud."""

from typing import Any

from simulator.cloud import Cloud
from simulator.records import Session


def everything(cloud: Cloud) -> dict[str, Any]:
    """Return the whole cloud, secrets with their values; times are seconds since the epoch."""
    calls: dict[str, dict[str, int]] = {}
    for (route, status), count in sorted(cloud.calls.items()):
        calls.setdefault(route, {})[str(status)] = count
    return {
        "now": cloud.clock.now(),
        "credits_left": str(cloud.credits),
        "running": len(cloud.active),
        "secrets": [each.shown() | {"value": each.value} for each in cloud.secrets.values()],
        "contexts": [each.shown() for each in cloud.contexts.values()],
        "sessions": [of_session(cloud, each) for each in cloud.sessions.values()],
        "calls": calls,
        "hung": {route: count for route, count in cloud.faults.hung.items() if count},
        "faults": cloud.faults.shown(),
        "switches": cloud.switches.as_dict(),
        "latency": cloud.latency.as_dict(),
    }


def of_session(cloud: Cloud, session: Session) -> dict[str, Any]:
    """Return all there is to know about a session, its limit and bill in seconds."""
    return {
        "id": session.id,
        "state": session.state,
        "avatar_id": session.avatar.id,
        "avatar_name": session.avatar.name,
        "is_sandbox": session.is_sandbox,
        "max_session_duration": session.max_duration_s,
        "openai_realtime_config": session.openai,
        "minted_at": session.minted_at,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "end_reason": session.end_reason,
        "billed_seconds": round(session.seconds(cloud.clock.now()), 3),
        "credits_consumed": session.credits_consumed,
        "participants": session.participants,
        "client_left_at": session.client_left_at,
        "heard": vars(session.heard),
        "transcript": [vars(line) for line in session.lines],
    }
