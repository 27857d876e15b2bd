from django.urls import path

from accounts.views import (
    audit,
    audit_alarms,
    closure,
    devices,
    invitations,
    members,
    provider_keys,
    second_step,
    single_sign_on,
    workspace,
)

urlpatterns = [
    path("keys/", provider_keys.index, name="provider_keys"),
    path("keys/new/", provider_keys.new, name="provider_key_new"),
    path("keys/<uuid:public_id>/", provider_keys.detail, name="provider_key"),
    path("keys/<uuid:public_id>/revoke/", provider_keys.revoke, name="provider_key_revoke"),
    path("keys/<uuid:public_id>/retry/", provider_keys.retry, name="provider_key_retry"),
    path("workspace/", workspace.settings, name="workspace_settings"),
    path("workspace/delete", closure.workspace_delete, name="workspace_delete"),
    path("workspace/keep", closure.workspace_keep, name="workspace_keep"),
    path("workspace/members/", members.index, name="members"),
    path("workspace/members/<uuid:public_id>/role", members.role, name="member_role"),
    path(
        "workspace/members/<uuid:public_id>/hand-over", members.hand_over, name="member_hand_over"
    ),
    path("workspace/invite", invitations.invite, name="invite"),
    path(
        "workspace/invitations/<uuid:public_id>/again", invitations.again, name="invitation_again"
    ),
    path(
        "workspace/invitations/<uuid:public_id>/revoke",
        invitations.revoke,
        name="invitation_revoke",
    ),
    path("invitations/<str:link>/", invitations.invitation, name="invitation"),
    path("workspace/second-step", second_step.require, name="require_second_step"),
    path("account/second-step/", second_step.missing, name="second_step"),
    # allauth's own views, which it would serve at the same places under the same names.
    path("account/two-step/totp/activate/", second_step.app_activate, name="mfa_activate_totp"),
    path(
        "account/two-step/totp/deactivate/", second_step.app_deactivate, name="mfa_deactivate_totp"
    ),
    path(
        "account/two-step/recovery-codes/generate/",
        second_step.recovery_codes_generate,
        name="mfa_generate_recovery_codes",
    ),
    path("account/two-step/webauthn/add/", second_step.passkey_add, name="mfa_add_webauthn"),
    path(
        "account/two-step/webauthn/keys/<int:pk>/remove/",
        second_step.passkey_remove,
        name="mfa_remove_webauthn",
    ),
    path("account/single-sign-on/", single_sign_on.index, name="single_sign_on"),
    path(
        "account/single-sign-on/<int:pk>/disconnect",
        single_sign_on.disconnect,
        name="single_sign_on_disconnect",
    ),
    # allauth looks for these three by their names.
    path("account/<str:provider_id>/sign-in/", single_sign_on.login, name="openid_connect_login"),
    path(
        "account/<str:provider_id>/callback/",
        single_sign_on.callback,
        name="openid_connect_callback",
    ),
    path(
        "account/single-sign-on/cancelled/",
        single_sign_on.cancelled,
        name="socialaccount_login_cancelled",
    ),
    path("account/devices/", devices.index, name="devices"),
    path("account/devices/sign-out", devices.sign_out_others, name="devices_sign_out"),
    path("account/devices/<int:pk>/sign-out", devices.sign_out, name="device_sign_out"),
    path("workspace/rename", workspace.rename, name="workspace_rename"),
    path("workspace/switch", workspace.switch, name="workspace_switch"),
    path("workspace/new", workspace.new, name="workspace_new"),
    path("audit/", audit.index, name="audit"),
    path("audit/export.<str:kind>", audit.export, name="audit_export"),
    path("staff/audit/", audit.staff_index, name="staff_audit"),
    path("staff/audit/alarms/", audit_alarms.index, name="staff_audit_alarms"),
    path(
        "staff/audit/alarms/<uuid:public_id>/acknowledge",
        audit_alarms.acknowledge,
        name="staff_audit_acknowledge",
    ),
    path("staff/audit/export.<str:kind>", audit.staff_export, name="staff_audit_export"),
]
