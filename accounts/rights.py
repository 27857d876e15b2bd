"""Who may do what in a workspace, as data."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    AUDITOR = "auditor"


class Right(StrEnum):
    MANAGE_KEYS = "manage keys"
    MANAGE_WIDGETS = "manage widgets"
    WRITE_CONTEXTS = "write contexts"
    START_SESSIONS = "start sessions"
    STOP_ANY_SESSION = "stop anybody's session"
    READ_TRANSCRIPTS = "read everybody's transcripts"
    READ_PROMPTS = "read the prompts of contexts"
    READ_AUDIT = "read the audit trail"
    DELETE_TRANSCRIPTS = "delete anybody's transcripts"
    SET_RETENTION = "choose how long transcripts are kept"
    DELETE_WORKSPACE = "delete the workspace"
    RENAME_WORKSPACE = "rename the workspace"
    MANAGE_MEMBERS = "invite, remove and change members"
    REQUIRE_SECOND_STEP = "ask members for two-step sign-in"
    HAND_OVER = "hand the workspace over to somebody else"
    SHARE_FILTERS = "share filters of sessions"


_MEMBER: Final = frozenset({Right.WRITE_CONTEXTS, Right.START_SESSIONS, Right.READ_PROMPTS})
_ADMIN: Final = _MEMBER | {
    Right.MANAGE_KEYS,
    Right.MANAGE_WIDGETS,
    Right.STOP_ANY_SESSION,
    Right.READ_TRANSCRIPTS,
    Right.READ_AUDIT,
    Right.DELETE_TRANSCRIPTS,
    Right.SET_RETENTION,
    Right.RENAME_WORKSPACE,
    Right.MANAGE_MEMBERS,
    Right.REQUIRE_SECOND_STEP,
    Right.SHARE_FILTERS,
}

RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.OWNER: _ADMIN | {Right.DELETE_WORKSPACE, Right.HAND_OVER},
    Role.ADMIN: _ADMIN,
    Role.MEMBER: _MEMBER,
    Role.AUDITOR: frozenset(
        {Right.READ_AUDIT, Right.READ_PROMPTS, Right.READ_TRANSCRIPTS, Right.SHARE_FILTERS}
    ),
}

# What staff of the installation may do in every workspace, each with the permission of Django's
# that it takes; where that is empty, all of them may.
STAFF_RIGHTS: Final[dict[Right, str]] = {
    Right.READ_AUDIT: "",
    Right.READ_PROMPTS: "",
    Right.READ_TRANSCRIPTS: "",
    Right.STOP_ANY_SESSION: "sessions_app.change_avatarsession",
    Right.SHARE_FILTERS: "",
}
