"""The queue, for whoever looks after the installation: rows to be moved, the longest due first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from accounts.models import DueWork, Workspace
from liveavatar_web.look_back import Place
from sessions_app.lifecycle import LIFECYCLE, State
from sessions_app.models import AvatarSession, CloudSession
from sessions_app.services.figures import KINDS

PAGE_SIZE: Final = 50

# Who moves a row of each kind next; of sessions `lifecycle` says it by their state.
_MOVERS: Final = {
    "cloud_session": "worker-live: stops it until the cloud shows that it is over",
    "stop_order": "worker-live: ends the next few of its sessions",
    "provider_key": "worker-sync: delivers it, looks for it, or deletes it",
    "context": "worker-sync: delivers it, looks for it, or deletes it",
    "invitation": "worker-sync: sends the letter",
    "cloud_account": "worker-sync: reads credits and catalogue",
    "reconciliation": "worker-sync: reads the cloud's list",
}
# What is read with the rows of a kind: where their workspace is found.
_WORKSPACES: Final = {"cloud_session": "avatar_session__workspace"} | dict.fromkeys(
    ("session", "stop_order", "provider_key", "context", "invitation"), "workspace"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, and who moves it next; `session` is the one that it is about, if it is."""

    row: DueWork
    state: str
    workspace: Workspace | None
    session: AvatarSession | None
    mover: str
    is_late: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Entry]
    next: Place | None


def page(kind: str, *, after: Place | None, now: datetime) -> Page:
    """Rows of that one of `figures.KINDS`, those included that are due later; one query."""
    rows: Any = KINDS[kind]._default_manager.filter(due_at__isnull=False)
    if kind in _WORKSPACES:
        rows = rows.select_related(_WORKSPACES[kind])
    if after is not None:
        later = Q(due_at__gt=after.at) | Q(due_at=after.at, pk__gt=after.pk)
        # The second condition follows from the first; it is the one that an index can use.
        rows = rows.filter(later, due_at__gte=after.at)
    found = list(rows.order_by("due_at", "pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    are_more = len(found) > PAGE_SIZE
    return Page(
        entries=[_entry(kind, row, now) for row in shown],
        next=Place(shown[-1].due_at, shown[-1].pk) if are_more else None,
    )


def _entry(kind: str, row: Any, now: datetime) -> Entry:
    session = row.avatar_session if isinstance(row, CloudSession) else None
    if isinstance(row, AvatarSession):
        session, mover = row, LIFECYCLE[State(row.state)].mover.value
    else:
        mover = _MOVERS[kind]
    is_held = row.claimed_until is not None and row.claimed_until > now
    return Entry(
        row=row,
        state=row.get_state_display() if hasattr(row, "get_state_display") else "",
        workspace=session.workspace if session else getattr(row, "workspace", None),
        session=session,
        mover=mover,
        is_late=row.due_at <= now and not is_held,
        is_held=is_held,
    )
