"""What an end means to a person: what happened, what to do, and whether trying again can help."""

from dataclasses import dataclass
from typing import Final

from sessions_app.lifecycle import EndReason


@dataclass(frozen=True, slots=True)
class Ending:
    """`title` is for lists and filters, `message` for the one whose conversation it was."""

    title: str
    message: str
    retryable: bool


ENDINGS: Final[dict[EndReason, Ending]] = {
    EndReason.PERSON: Ending("By the person", "You ended the conversation.", True),
    EndReason.ADMIN: Ending(
        "By an administrator", "An administrator ended the conversation.", True
    ),
    EndReason.ABANDONED: Ending(
        "Page closed", "The page was closed, so the conversation ended.", True
    ),
    EndReason.LIMIT: Ending("Time limit reached", "The conversation reached its time limit.", True),
    EndReason.CONTINUED: Ending(
        "Went on in a new one", "The conversation went on in a new one.", True
    ),
    EndReason.KEY_GONE: Ending(
        "Key gone", "The OpenAI key of this session is no longer ready. Choose another key.", False
    ),
    EndReason.CONTEXT_GONE: Ending(
        "Context gone", "The context of this session was deleted. Choose another one.", False
    ),
    EndReason.WIDGET_OFF: Ending("Widget switched off", "The widget was switched off.", False),
    EndReason.MEMBER_GONE: Ending(
        "Person gone",
        "Whoever asked for it may not start conversations in this workspace any more.",
        False,
    ),
    EndReason.WORKSPACE_CLOSED: Ending(
        "Workspace closed", "The workspace was closed, so the conversation ended.", False
    ),
    EndReason.REFUSED: Ending(
        "Refused by LiveAvatar",
        "LiveAvatar refused to start this session. Change what it complains about and try again.",
        False,
    ),
    EndReason.NO_CREDITS: Ending(
        "No credits left",
        "The LiveAvatar account has no credits left. Whoever runs this installation can add some.",
        False,
    ),
    EndReason.CONCURRENCY: Ending(
        "Too many at a time at LiveAvatar",
        "The LiveAvatar account is running as many sessions as it may. Try again in a moment.",
        True,
    ),
    EndReason.CLOUD: Ending("By LiveAvatar", "LiveAvatar ended the conversation.", True),
    EndReason.CLOUD_UNREACHABLE: Ending(
        "LiveAvatar unreachable",
        "LiveAvatar could not be reached. Nothing is running; try again in a moment.",
        True,
    ),
    EndReason.NOT_STARTED_IN_TIME: Ending(
        "Not started in time",
        "The session could not be started in time. Nothing is running; try again.",
        True,
    ),
    EndReason.NO_PLACE: Ending(
        "No place became free",
        "No place became free in time. Nothing was started; try again later.",
        True,
    ),
    EndReason.USED_UP: Ending(
        "Budget used up",
        "What may be used in this period was used up while this session waited.",
        False,
    ),
}


def of(reason: str) -> Ending | None:
    """The ending for a reason as stored; None while the session is not over."""
    return ENDINGS[EndReason(reason)] if reason else None


_TO_STRANGERS: Final = {
    EndReason.PERSON: "person",
    EndReason.ABANDONED: "abandoned",
    EndReason.LIMIT: "limit",
    EndReason.ADMIN: "stopped",
    EndReason.WIDGET_OFF: "stopped",
    EndReason.WORKSPACE_CLOSED: "stopped",
    EndReason.CONCURRENCY: "busy",
    EndReason.NO_PLACE: "busy",
}


def for_strangers(reason: str) -> str:
    """The ending as a widget's visitor hears it: not whose key failed or whose credits ran out."""
    return _TO_STRANGERS.get(EndReason(reason), "unavailable") if reason else ""
