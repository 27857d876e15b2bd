"""Everything the audit trail writes down, as data: one line an action.

An action's value is what happened, dotted and in the past tense. After it stand the only details
that may be kept with it: short facts, never a secret, a prompt or what somebody said.
"""

# ruff: noqa: S105 (actions about passwords are not passwords)

from enum import StrEnum


class Action(StrEnum):
    details: frozenset[str]

    def __new__(cls, value: str, *details: str) -> "Action":
        member = str.__new__(cls, value)
        member._value_ = value
        member.details = frozenset(details)
        return member

    USER_INVITED = "user.invited"
    USER_SIGNED_UP = "user.signed_up", "signup"
    USER_SIGNED_IN = "user.signed_in", "method"
    USER_SIGNED_OUT = "user.signed_out"
    USER_SIGN_IN_FAILED = "user.sign_in_failed", "reason"
    USER_REAUTHENTICATED = "user.reauthenticated", "method"
    USER_SINGLE_SIGN_ON_CONNECTED = "user.single_sign_on_connected"
    USER_SINGLE_SIGN_ON_DISCONNECTED = "user.single_sign_on_disconnected"
    USER_SINGLE_SIGN_ON_REFUSED = "user.single_sign_on_refused", "reason"
    USER_PASSWORD_CHANGED = "user.password_changed"
    USER_PASSWORD_SET = "user.password_set"
    USER_PASSWORD_RESET = "user.password_reset"
    USER_EMAIL_ADDED = "user.email_added"
    USER_EMAIL_CHANGED = "user.email_changed"
    USER_EMAIL_CONFIRMED = "user.email_confirmed"
    USER_EMAIL_REMOVED = "user.email_removed"

    USER_DATA_EXPORTED = "user.data_exported", "reason"
    USER_ERASED = "user.erased"
    USER_SUSPENDED = "user.suspended"
    USER_REINSTATED = "user.reinstated"

    USER_SECOND_STEP_ADDED = "user.second_step_added", "type"
    USER_SECOND_STEP_REMOVED = "user.second_step_removed", "type"
    USER_SECOND_STEP_RENEWED = "user.second_step_renewed", "type"
    USER_SECOND_STEP_USED = "user.second_step_used", "type", "passwordless"
    USER_SECOND_STEP_FAILED = "user.second_step_failed", "type"
    USER_DEVICE_SIGNED_OUT = "user.device_signed_out"

    AUDIT_EXPORTED = "audit.exported", "format", "filter"
    ADMIN_CHANGED = "admin.changed", "change", "fields"
    PERMISSION_REFUSED = "permission.refused", "right"
    WORKSPACE_CREATED = "workspace.created"
    WORKSPACE_CREATION_REFUSED = "workspace.creation_refused"
    WORKSPACE_RENAMED = "workspace.renamed", "name_before", "name_after"
    INVITATION_SENT = "invitation.sent", "role"
    INVITATION_SENT_AGAIN = "invitation.sent_again", "role"
    INVITATION_REVOKED = "invitation.revoked", "role"
    INVITATION_ACCEPTED = "invitation.accepted", "role"
    INVITATION_DECLINED = "invitation.declined", "role"
    MEMBER_ROLE_CHANGED = "member.role_changed", "role_before", "role_after"
    MEMBER_REMOVED = "member.removed", "role_before"
    MEMBER_LEFT = "member.left", "role_before"
    OWNERSHIP_HANDED_OVER = "workspace.ownership_handed_over", "role_before"
    WORKSPACE_SECOND_STEP_REQUIRED = "workspace.second_step_required", "required"
    WORKSPACE_SUSPENDED = "workspace.suspended", "reason"
    WORKSPACE_RESUMED = "workspace.resumed"
    WORKSPACE_DELETION_ASKED = "workspace.deletion_asked", "days"
    WORKSPACE_DELETION_TAKEN_BACK = "workspace.deletion_taken_back"
    WORKSPACE_DELETED = "workspace.deleted", "widgets", "contexts", "provider_keys"
    WORKSPACE_PURGED = "workspace.purged", "lines", "sessions", "addresses"
    RETENTION_CHANGED = (
        "workspace.retention_changed",
        "transcript_days",
        "session_days",
        "address_days",
        "audit_days",
    )
    AUDIT_PURGED = "audit.purged", "events", "until", "days"
    AUDIT_RESTORED = "audit.restored", "chains"
    AUDIT_ACKNOWLEDGED = "audit.acknowledged", "chain", "findings", "reason"
    VAULT_ROTATED = "vault.rotated", "table", "field", "resealed", "failed", "key_name"

    PROVIDER_KEY_REGISTERED = "provider_key.registered", "kind", "last4", "verdict"
    PROVIDER_KEY_REGISTRATION_REFUSED = "provider_key.registration_refused", "kind", "reason"
    PROVIDER_KEY_RENAMED = "provider_key.renamed", "name_before", "name_after"
    PROVIDER_KEY_OPENED = "provider_key.opened", "purpose"
    PROVIDER_KEY_DELIVERED = "provider_key.delivered", "remote_secret_id", "adopted", "strays"
    PROVIDER_KEY_DELIVERY_UNCERTAIN = "provider_key.delivery_uncertain", "error"
    PROVIDER_KEY_MISSING = "provider_key.missing", "remote_secret_id"
    PROVIDER_KEY_REJECTED = "provider_key.rejected", "error"
    PROVIDER_KEY_RETRY_ASKED = "provider_key.retry_asked"
    PROVIDER_KEY_REVOKE_ASKED = "provider_key.revoke_asked"
    PROVIDER_KEY_REVOKED = "provider_key.revoked", "remote_secrets_deleted"

    CONTEXT_CREATED = "context.created", "number"
    CONTEXT_EDITED = "context.edited", "number"
    CONTEXT_RESTORED = "context.restored", "number", "restored_number"
    CONTEXT_DELETED = "context.deleted", "used_count"
    CONTEXT_MIRRORED = "context.mirrored", "number", "remote_id"
    CONTEXT_MISSING = "context.missing", "remote_id"
    CONTEXT_REJECTED = "context.rejected", "number", "error"

    STRANGER_STOPPED = "cloud_stranger.stopped", "remote_id"
    CATALOGUE_SYNC_REQUESTED = "catalogue.sync_requested"
    AVATARS_SYNCED = "avatars.synced", "listed", "added", "gone"

    WIDGET_CREATED = "widget.created", "avatar", "provider_key", "origins"
    WIDGET_CHANGED = "widget.changed", "fields", "origins"
    WIDGET_SWITCHED_ON = "widget.switched_on"
    WIDGET_SWITCHED_OFF = "widget.switched_off", "ended_sessions"
    WIDGET_PAUSED = "widget.paused", "reason"
    WIDGET_RELEASED = "widget.released"
    WIDGET_DELETED = "widget.deleted", "ended_sessions"

    SESSION_REQUESTED = (
        "avatar_session.requested",
        "widget",
        "origin",
        "avatar",
        "context",
        "provider_key",
        "voice",
        "model",
        "temperature",
        "is_sandbox",
        "max_seconds",
        "predecessor",
    )
    SESSION_START_REFUSED = "avatar_session.start_refused", "reason"
    SESSION_LIVE = "avatar_session.live", "cause", "remote_id"
    SESSION_UNCERTAIN = "avatar_session.uncertain", "cause", "remote_id"
    SESSION_ROOM_GIVEN = "avatar_session.room_given"
    SESSION_EXTENDED = "avatar_session.extended"
    SESSION_RESUMED = "avatar_session.resumed"
    PROMPT_READ = "prompt.read", "reason", "context", "number"
    TRANSCRIPT_READ = "transcript.read", "reason"
    TRANSCRIPT_DOWNLOADED = "transcript.downloaded", "format", "reason"
    TRANSCRIPT_DELETED = "transcript.deleted", "lines"
    SESSIONS_EXPORTED = "avatar_sessions.exported", "format", "filter"
    SESSIONS_STOP_ORDERED = "avatar_sessions.stop_ordered", "filter", "sessions"
    FILTER_SAVED = "filter.saved", "shared"
    FILTER_RENAMED = "filter.renamed", "name_before", "name_after"
    FILTER_DELETED = "filter.deleted"
    SESSION_STOPPING = "avatar_session.stopping", "cause", "remote_id"
    SESSION_ENDED = "avatar_session.ended", "cause", "remote_id", "seconds", "credits"
    SESSION_FAILED = "avatar_session.failed", "cause", "remote_id", "seconds", "credits"
