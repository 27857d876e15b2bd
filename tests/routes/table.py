"""What everybody gets of every route, as data: a status for each of ROLES, by method.

`sign-in` is the way to the page where one signs in. A POST is sent empty but for `data`, so a form
that may be sent answers with what it lacks; a method without a row is not allowed there. Whoever is
refused, or only looks, has written nothing.
"""

from dataclasses import dataclass, field
from typing import Any, Final

# `asker` is the member whose session it is; `colleague` another member; `stranger` owns a workspace
# elsewhere, and so does `staff`, who looks after the installation and may change nothing in it.
ROLES: Final = ("owner", "admin", "asker", "colleague", "auditor", "stranger", "staff", "nobody")
METHODS: Final = ("GET", "POST")

SIGNED_IN: Final = "200 200 200 200 200 200 200 sign-in"
SENT_ON: Final = "302 302 302 302 302 302 302 sign-in"
NOTHING: Final = "404 404 404 404 404 404 404 sign-in"
STAFF: Final = "404 404 404 404 404 404 200 sign-in"
STAFF_SENT_ON: Final = "404 404 404 404 404 404 302 sign-in"
STAFF_LOOKS: Final = "404 404 404 404 404 404 403 sign-in"
MEMBERS: Final = "200 200 200 200 200 404 404 sign-in"
WRITERS: Final = "302 302 302 302 403 404 404 sign-in"
MANAGERS: Final = "200 200 403 403 403 200 200 sign-in"
ITS_MANAGERS: Final = "200 200 403 403 403 404 404 sign-in"
ITS_MANAGERS_ACT: Final = "302 302 403 403 403 404 404 sign-in"
ASKER_OR_STOPPER: Final = "302 302 302 404 403 404 404 sign-in"
ASKER: Final = "404 404 200 404 404 404 404 sign-in"
ANYBODY: Final = "200 200 200 200 200 200 200 200"
NOBODY: Final = "404 404 404 404 404 404 404 404"
WITH_A_TICKET: Final = "403 403 403 403 403 403 403 403"
SCRIPT: Final = {"name": "Guide", "prompt": "Be funny."}
LINE: Final = {"key": "1", "role": "user", "text": "Hello", "at": "2026-11-01T10:00:00Z"}
STRANGERS: Final = "302 302 302 302 302 302 302 200"


@dataclass(frozen=True, slots=True)
class Row:
    """`parts` names a thing of the world for each part of the address, or is the part itself.

    A POST sends `data`, and the things that `chosen` names for its fields.
    """

    get: str = ""
    post: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)

    def status(self, method: str, role: str) -> str:
        """Empty where nobody is asked."""
        statuses = (self.get if method == "GET" else self.post).split()
        return statuses[ROLES.index(role)] if statuses else ""


ROWS: Final[dict[str, Row]] = {
    "dashboard": Row(get=SIGNED_IN),
    "contexts": Row(get=SIGNED_IN),
    "context_new": Row(get=SIGNED_IN, post="302 302 302 302 403 302 302 sign-in", data=SCRIPT),
    "context_edit": Row(get=MEMBERS, post=WRITERS, parts={"public_id": "context"}, data=SCRIPT),
    "context_delete": Row(get=MEMBERS, post=WRITERS, parts={"public_id": "context"}),
    "context_version": Row(get=MEMBERS, parts={"public_id": "context", "number": "1"}),
    "context_restore": Row(post=WRITERS, parts={"public_id": "context", "number": "1"}),
    "avatars": Row(get=SIGNED_IN),
    "avatars_sync": Row(post=SENT_ON),
    "avatar": Row(get=SIGNED_IN, parts={"public_id": "avatar"}),
    "sessions": Row(get=SIGNED_IN),
    "sessions_export": Row(get=SIGNED_IN, parts={"kind": "csv"}),
    "sessions_live": Row(get=SIGNED_IN),
    "sessions_stop": Row(get=MANAGERS, post="302 302 403 403 403 302 302 sign-in"),
    "stop_order": Row(get="200 200 404 404 200 404 404 sign-in", parts={"public_id": "stop order"}),
    "filter_save": Row(post=SENT_ON),
    "filter_rename": Row(post="302 404 404 404 404 404 404 sign-in", parts={"public_id": "filter"}),
    "filter_delete": Row(post="302 404 404 404 404 404 404 sign-in", parts={"public_id": "filter"}),
    "session_new": Row(get=SIGNED_IN, post=SIGNED_IN),
    "session": Row(get="200 200 200 404 200 404 404 sign-in", parts={"public_id": "session"}),
    "session_room": Row(get=ASKER, parts={"public_id": "session"}),
    "session_stop": Row(post=ASKER_OR_STOPPER, parts={"public_id": "session"}),
    "transcript_read": Row(
        get="302 302 302 404 302 404 404 sign-in",
        post="200 200 200 404 200 404 404 sign-in",
        parts={"public_id": "session"},
    ),
    "transcript_file": Row(get=ASKER, parts={"public_id": "session", "kind": "txt"}),
    "transcript_delete": Row(post=ASKER_OR_STOPPER, parts={"public_id": "session"}),
    "session_again": Row(post=ASKER_OR_STOPPER, parts={"public_id": "session"}),
    "member_remove": Row(
        get="200 200 403 200 403 404 404 sign-in",
        post="302 302 403 302 403 404 404 sign-in",
        parts={"public_id": "member"},
    ),
    "widgets": Row(get=SIGNED_IN),
    "widget_new": Row(get=MANAGERS, post=MANAGERS),
    "widget_preview": Row(post=SIGNED_IN),
    "widget": Row(get=MEMBERS, parts={"public_id": "widget"}),
    "widget_edit": Row(get=ITS_MANAGERS, post=ITS_MANAGERS, parts={"public_id": "widget"}),
    "widget_on": Row(post=ITS_MANAGERS_ACT, parts={"public_id": "widget"}),
    "widget_off": Row(get=MEMBERS, post=ITS_MANAGERS_ACT, parts={"public_id": "widget"}),
    "widget_release": Row(post=ITS_MANAGERS_ACT, parts={"public_id": "widget"}),
    "widget_duplicate": Row(post=ITS_MANAGERS_ACT, parts={"public_id": "widget"}),
    "widget_delete": Row(get=MEMBERS, post=ITS_MANAGERS_ACT, parts={"public_id": "widget"}),
    "your_data": Row(get=SIGNED_IN),
    "your_data_file": Row(post=SIGNED_IN),
    "your_data_erase": Row(get=SIGNED_IN, post=SIGNED_IN),
    "staff": Row(get=STAFF),
    "staff_starts": Row(get=STAFF),
    "staff_queue": Row(get=STAFF),
    "staff_sessions": Row(get=STAFF),
    "staff_sessions_export": Row(get=STAFF, parts={"kind": "csv"}),
    "staff_filter_save": Row(post=STAFF_SENT_ON),
    "staff_filter_rename": Row(post=STAFF_SENT_ON, parts={"public_id": "staff's filter"}),
    "staff_filter_delete": Row(post=STAFF_SENT_ON, parts={"public_id": "staff's filter"}),
    "staff_sessions_live": Row(get=STAFF),
    "staff_sessions_stop": Row(get=STAFF_LOOKS, post=STAFF_LOOKS),
    "staff_stop_order": Row(get=STAFF, parts={"public_id": "staff's order"}),
    "staff_session": Row(get=STAFF, parts={"public_id": "session"}),
    "staff_session_stop": Row(post=STAFF_LOOKS, parts={"public_id": "session"}),
    "staff_transcript_read": Row(get=STAFF_SENT_ON, post=STAFF, parts={"public_id": "session"}),
    "staff_prompt_read": Row(get=STAFF_SENT_ON, post=STAFF, parts={"public_id": "session"}),
    "staff_audit": Row(get=STAFF),
    "staff_audit_export": Row(get=STAFF, parts={"kind": "csv"}),
    "staff_audit_alarms": Row(get=STAFF),
    "staff_audit_acknowledge": Row(
        post=STAFF_LOOKS,
        parts={"public_id": "workspace"},
        data={"reason": "A disk that failed.", "seen": "nothing"},
    ),
    "staff_strangers": Row(get=STAFF),
    "staff_workspaces": Row(get=STAFF),
    "staff_workspace": Row(get=STAFF, parts={"public_id": "workspace"}),
    "staff_workspace_suspend": Row(get=STAFF, post=STAFF, parts={"public_id": "workspace"}),
    "staff_workspace_lift": Row(post=STAFF_LOOKS, parts={"public_id": "workspace"}),
    "staff_people": Row(get=STAFF),
    "staff_person": Row(get=STAFF, parts={"public_id": "person"}),
    "staff_person_suspend": Row(get=STAFF, post=STAFF_LOOKS, parts={"public_id": "person"}),
    "staff_person_reinstate": Row(post=STAFF_LOOKS, parts={"public_id": "person"}),
    "staff_person_data": Row(get=STAFF_LOOKS, post=STAFF_LOOKS, parts={"public_id": "person"}),
    "staff_person_erase": Row(get=STAFF_LOOKS, post=STAFF_LOOKS, parts={"public_id": "person"}),
    "embed_loader": Row(get=ANYBODY, parts={"public_id": "widget"}),
    "embed_frame": Row(get=WITH_A_TICKET, parts={"public_id": "widget"}),
    "embed_preview": Row(get=NOBODY, parts={"signed": "x"}),
    "provider_keys": Row(get=SIGNED_IN),
    "provider_key_new": Row(get=MANAGERS, post=MANAGERS),
    "provider_key": Row(get=MEMBERS, post=MEMBERS, parts={"public_id": "key"}),
    "provider_key_revoke": Row(get=MEMBERS, post=ITS_MANAGERS_ACT, parts={"public_id": "key"}),
    "provider_key_retry": Row(post=ITS_MANAGERS_ACT, parts={"public_id": "key"}),
    "workspace_settings": Row(get=SIGNED_IN, post=SIGNED_IN),
    "workspace_delete": Row(
        get="200 403 403 403 403 200 200 sign-in", post="200 403 403 403 403 200 200 sign-in"
    ),
    "workspace_keep": Row(post="302 403 403 403 403 302 302 sign-in"),
    "members": Row(get=SIGNED_IN),
    "member_role": Row(
        post=ITS_MANAGERS_ACT,
        parts={"public_id": "member"},
        data={"role": "admin"},
    ),
    "member_hand_over": Row(
        get="200 403 403 403 403 404 404 sign-in",
        post="302 403 403 403 403 404 404 sign-in",
        parts={"public_id": "member"},
    ),
    "invite": Row(
        post="302 302 403 403 403 302 302 sign-in",
        data={"email": "another@example.com", "role": "member"},
    ),
    "invitation_again": Row(post=ITS_MANAGERS_ACT, parts={"public_id": "invitation"}),
    "invitation_revoke": Row(post=ITS_MANAGERS_ACT, parts={"public_id": "invitation"}),
    "invitation": Row(
        get="410 410 410 410 410 410 410 410",
        post="410 410 410 410 410 410 410 410",
        parts={"link": "x"},
    ),
    "require_second_step": Row(post="302 302 403 403 403 302 302 sign-in"),
    "second_step": Row(get=SENT_ON),
    "single_sign_on": Row(get=SIGNED_IN),
    "single_sign_on_disconnect": Row(post=NOTHING, parts={"pk": "1"}),
    "openid_connect_login": Row(get=NOBODY, post=NOBODY, parts={"provider_id": "oidc"}),
    "openid_connect_callback": Row(get=NOBODY, post=NOBODY, parts={"provider_id": "oidc"}),
    "socialaccount_login_cancelled": Row(get=ANYBODY, post=ANYBODY),
    "devices": Row(get=SIGNED_IN),
    "devices_sign_out": Row(post=SENT_ON),
    "device_sign_out": Row(post=SENT_ON, parts={"pk": "1"}),
    "workspace_rename": Row(post=SIGNED_IN),
    "workspace_switch": Row(post=SENT_ON),
    "workspace_new": Row(get=SIGNED_IN, post=SIGNED_IN),
    "audit": Row(get="200 200 403 403 200 200 200 sign-in"),
    "audit_export": Row(get="200 200 403 403 200 200 200 sign-in", parts={"kind": "csv"}),
    "api_schema": Row(get=ANYBODY),
    "api_sessions": Row(
        post="202 202 202 202 403 400 400 403", chosen={"avatar": "avatar", "provider_key": "key"}
    ),
    "api_session": Row(get="200 200 200 404 200 404 404 403", parts={"public_id": "session"}),
    "api_room": Row(get="404 404 200 404 404 404 404 403", parts={"public_id": "session"}),
    "api_presence": Row(post="404 404 200 404 404 404 404 403", parts={"public_id": "session"}),
    "api_stop": Row(post="202 202 202 404 403 404 404 403", parts={"public_id": "session"}),
    "api_extend": Row(post="404 404 409 404 404 404 404 403", parts={"public_id": "session"}),
    "api_successor": Row(post="404 404 409 404 404 404 404 403", parts={"public_id": "session"}),
    "api_continued": Row(post="404 404 202 404 404 404 404 403", parts={"public_id": "session"}),
    "api_lines": Row(
        post="404 404 200 404 404 404 404 403",
        parts={"public_id": "session"},
        data={"lines": [LINE]},
    ),
    "api_reports": Row(
        post="400 400 400 400 400 400 400 403",
        parts={"public_id": "session"},
        data={"event": "joined"},
    ),
    "api_timeline": Row(post="404 404 204 404 404 404 404 403", parts={"public_id": "session"}),
    "embed_tickets": Row(post="400 400 400 400 400 400 400 400"),
    "embed_sessions": Row(get=WITH_A_TICKET, post=WITH_A_TICKET),
    "embed_resume": Row(post="400 400 400 400 400 400 400 400"),
    "embed_session": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_room": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_presence": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_stop": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_lines": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_reports": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_timeline": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "embed_feedback": Row(get=WITH_A_TICKET, post=WITH_A_TICKET, parts={"public_id": "visit"}),
    "account_login": Row(get=STRANGERS, post=STRANGERS),
    "account_logout": Row(
        get="200 200 200 200 200 200 200 302", post="302 302 302 302 302 302 302 302"
    ),
    "account_inactive": Row(get=ANYBODY),
    "account_signup": Row(get=STRANGERS, post=STRANGERS),
    "account_reauthenticate": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account_email": Row(get=SIGNED_IN, post=SENT_ON),
    "account_email_verification_sent": Row(get=ANYBODY),
    "account_change_password": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account_set_password": Row(get=SENT_ON, post=SENT_ON),
    "account_reset_password": Row(get=ANYBODY, post=ANYBODY),
    "account_confirm_login_code": Row(get=SENT_ON, post=SENT_ON),
    "account_confirm_email": Row(get=ANYBODY, post=NOBODY, parts={"key": "x"}),
    "account_reset_password_from_key_done": Row(get=ANYBODY),
    "account_reset_password_from_key": Row(
        get=ANYBODY, post=ANYBODY, parts={"uidb36": "1", "key": "x"}
    ),
    "account_reset_password_done": Row(get=ANYBODY),
    "mfa_index": Row(get=SIGNED_IN),
    "mfa_authenticate": Row(get=SENT_ON, post=SENT_ON),
    "mfa_reauthenticate": Row(get=SENT_ON, post=SENT_ON),
    "mfa_activate_totp": Row(get=SENT_ON, post=SENT_ON),
    "mfa_deactivate_totp": Row(get=NOTHING, post=NOTHING),
    "mfa_view_recovery_codes": Row(get=NOTHING),
    "mfa_generate_recovery_codes": Row(get=SENT_ON, post=SENT_ON),
    "mfa_download_recovery_codes": Row(get=NOTHING, post=NOTHING),
    "mfa_list_webauthn": Row(get=SIGNED_IN),
    "mfa_add_webauthn": Row(get=SENT_ON, post=SENT_ON),
    "mfa_reauthenticate_webauthn": Row(get=SENT_ON, post=SENT_ON),
    "mfa_remove_webauthn": Row(get=SENT_ON, post=SENT_ON, parts={"pk": "1"}),
    "mfa_edit_webauthn": Row(get=SENT_ON, post=SENT_ON, parts={"pk": "1"}),
    "mfa_login_webauthn": Row(get=SENT_ON, post=SENT_ON),
    "healthz": Row(get=ANYBODY, post=ANYBODY),
    "healthz_queues": Row(
        get="503 503 503 503 503 503 503 503", post="503 503 503 503 503 503 503 503"
    ),
    "readyz": Row(get=ANYBODY, post=ANYBODY),
    "api_nothing": Row(get=NOBODY, post=NOBODY),
    # Django's own pages, each with its own rights: held by tests/accounts/test_admin.py.
    "admin": Row(),
}
