"""The life of a session: minted, active, ended, and every way it can end.

Billing: a session pays one credit when it starts and one at each full minute after, in advance; a
minute that cannot be paid ends it. Sandbox sessions pay nothing.
"""

import asyncio
from collections.abc import Iterator
from decimal import Decimal

from simulator import tokens
from simulator.catalogue import SANDBOX_AVATAR_ID
from simulator.cloud import Cloud
from simulator.envelope import NotAuthenticated, Refusal, complaint
from simulator.records import Avatar, Session

MINUTE = 60.0
SANDBOX_SECONDS = 60
END_REASONS = (
    "UNKNOWN",
    "USER_DISCONNECTED",
    "SERVER_ERROR",
    "IDLE_TIMEOUT",
    "NO_CREDITS",
    "USER_CLOSED",
    "AVATAR_DELETED",
    "MAX_DURATION_REACHED",
    "ZOMBIE_SESSION_REAP",
    "AGENT_HANG_UP",
    "DISPATCH_FAILED",
)


def longest(cloud: Cloud, *, is_sandbox: bool, asked: int | None) -> int:
    """Return the session's limit in seconds; more than the plan (or sandbox) allows is refused."""
    allowed = SANDBOX_SECONDS if is_sandbox else cloud.switches.max_session_s
    if asked is None:
        return allowed
    if asked > allowed:
        message = f"max_session_duration ({asked}s) exceeds the maximum allowed ({allowed}s)"
        raise _bad_request("max_session_duration", message)
    return asked


def usable_avatar(cloud: Cloud, avatar_id: str, *, is_sandbox: bool) -> Avatar:
    """Return the avatar if a session may show it, else refuse."""
    if is_sandbox and avatar_id != SANDBOX_AVATAR_ID:
        raise _bad_request("avatar_id", "This avatar is not supported in sandbox mode")
    avatar = cloud.avatars.get(avatar_id)
    if avatar is None or not avatar.usable:
        # Spelled as the cloud spells it.
        raise _bad_request("avatar_id", "You dont have access to this avatar")
    return avatar


def check_references(cloud: Cloud, openai: dict[str, str]) -> None:
    """Refuse a secret or context that the account does not have."""
    secret = cloud.secrets.get(openai["secret_id"])
    if secret is None or secret.type != "OPENAI_API_KEY":
        raise _bad_request("secret_id", "Invalid secret_id")
    if openai.get("context_id") and openai["context_id"] not in cloud.contexts:
        raise _bad_request("context_id", "Invalid context_id")


def check_concurrency(cloud: Cloud) -> None:
    """Refuse one more session than may run at once."""
    if len(cloud.active) >= cloud.switches.concurrency_limit:
        raise Refusal(cloud.switches.concurrency_status, "Session concurrency limit reached")


def start(cloud: Cloud, session: Session) -> None:
    """Begin the session and its billing, or refuse."""
    now = cloud.clock.now()
    if session.started_at is not None and cloud.switches.second_start == "rejected":
        raise Refusal(400, "Session is already started")
    if session.ended_at is not None:
        raise Refusal(400, "Session has ended")
    if now >= session.minted_at + cloud.switches.token_ttl_s and session.started_at is None:
        raise NotAuthenticated()
    if session.started_at is not None:
        return
    if cloud.switches.references == "start" and session.openai:
        check_references(cloud, session.openai)
    if cloud.switches.concurrency_stage == "start":
        check_concurrency(cloud)
    if not _pay_minute(cloud, session):
        message = "Insufficient credits: at least one minute of credit is needed to start"
        raise Refusal(cloud.switches.no_credits_status, message)
    session.started_at = session.active_at = session.updated_at = now
    cloud.active[session.id] = session
    cloud.changed.set()


def keep_alive(cloud: Cloud, session: Session) -> None:
    """Set the idle timer back; the maximum duration is not extended."""
    session.active_at = cloud.clock.now()
    cloud.changed.set()


def end(cloud: Cloud, session: Session, reason: str, at: float | None = None) -> None:
    """End an active session, at `at` if that was earlier than now; ending twice changes nothing."""
    if cloud.active.pop(session.id, None) is None:
        return
    session.ended_at = session.updated_at = cloud.clock.now() if at is None else at
    session.end_reason = reason
    session.over.set()


def settle(cloud: Cloud) -> float | None:
    """Do everything that has come due; return when the next thing will, or None."""
    while cloud.active:
        moment, reason, session = min(_all_due(cloud), key=lambda due: due[0])
        if moment > cloud.clock.now():
            return moment
        if reason == "NO_CREDITS" and _pay_minute(cloud, session):
            continue
        end(cloud, session, reason, at=moment)
    return None


async def keep(cloud: Cloud) -> None:
    """Settle whenever something comes due or has changed, for as long as the process lives."""
    while True:
        cloud.changed.clear()
        due = settle(cloud)
        wait = None if due is None else max(0.0, due - cloud.clock.now())
        try:
            async with asyncio.timeout(wait):
                await cloud.changed.wait()
        except TimeoutError:
            continue


def room_token(cloud: Cloud, session: Session) -> str:
    """Return the LiveKit token of the session's user."""
    return tokens.room_token(
        session_id=session.id,
        identity=f"user-{session.id[:8]}",
        now=cloud.clock.now(),
        lifetime_s=session.max_duration_s + MINUTE,
    )


def _all_due(cloud: Cloud) -> Iterator[tuple[float, str, Session]]:
    switches = cloud.switches
    for session in cloud.active.values():
        assert session.started_at is not None
        yield session.started_at + session.max_duration_s, "MAX_DURATION_REACHED", session
        yield session.active_at + switches.idle_timeout_s, "IDLE_TIMEOUT", session
        if not session.is_sandbox:
            paid_until = session.started_at + MINUTE * session.credits_consumed
            yield paid_until, "NO_CREDITS", session
        if session.client_left_at is not None and switches.zombie_reap_s:
            reap_at = session.client_left_at + switches.zombie_reap_s
            yield reap_at, "ZOMBIE_SESSION_REAP", session


def _pay_minute(cloud: Cloud, session: Session) -> bool:
    if session.is_sandbox:
        return True
    if cloud.credits < 1:
        return False
    cloud.credits -= Decimal(1)
    session.credits_consumed += 1
    return True


def _bad_request(field: str, message: str) -> Refusal:
    return Refusal(400, "Bad request error", errors=[complaint([field], message)])
