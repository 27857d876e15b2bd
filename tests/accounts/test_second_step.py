"""Two-step sign-in: kept sealed, asked for by workspaces that want it, and written down."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import call_command
from django.core.signing import JSONSerializer
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User, Workspace
from accounts.rights import RIGHTS, Right, Role
from accounts.services import audit, second_steps
from accounts.session_serializer import SealingSerializer
from sessions_app.lifecycle import State
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed


def sign_in(who: User, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(reverse("account_login"), {"login": who.email, "password": build.PASSWORD})
    return client


def reauthenticate(browser: Client) -> None:
    browser.post(reverse("account_reauthenticate"), {"password": build.PASSWORD})


def code(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def in_the_row_of(browser: Client) -> str:
    """What the database holds of the browser's session."""
    stored = Session.objects.get(pk=browser.session.session_key).session_data
    return str(signing.loads(stored, salt="django.contrib.sessions.SessionStore"))


def activate(browser: Client) -> str:
    """Sets up an authenticator app; its secret."""
    reauthenticate(browser)
    page = browser.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    assert secret not in in_the_row_of(browser)
    browser.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert Authenticator.objects.filter(type="totp").exists()
    return secret


def has_one(who: User) -> None:
    """A second step written straight into the table."""
    Authenticator.objects.create(
        user=who, type="totp", data={"secret": second_steps.seal("ORSXG5A=")}
    )


def demand(workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(require_mfa=True)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_an_app_is_set_up_sealed_and_asked_for_at_the_next_sign_in(
    alice: User, workspace: Workspace
) -> None:
    browser = sign_in(alice)
    secret = activate(browser)
    stored = str(list(Authenticator.objects.values()))
    assert secret not in stored
    assert second_steps.unseal(Authenticator.objects.get(type="totp").data["secret"]) == secret

    other = sign_in(alice)
    assert other.get(reverse("dashboard")).status_code == 302
    other.post(reverse("mfa_authenticate"), {"code": "000000"})
    other.post(reverse("mfa_authenticate"), {"code": code(secret, ahead=1)})

    assert other.get(reverse("dashboard")).status_code == 200
    told = actions()
    for action in ("added", "failed", "used"):
        assert f"user.second_step_{action}" in told


def test_with_the_first_second_step_other_devices_sign_in_anew(
    alice: User, workspace: Workspace
) -> None:
    other, browser = sign_in(alice), sign_in(alice)

    activate(browser)

    assert other.get(reverse("dashboard")).status_code == 302
    assert browser.get(reverse("dashboard")).status_code == 200


CHANGES = [
    ("mfa_generate_recovery_codes", ["renewed recovery_codes"], ["recovery_codes", "totp"]),
    ("mfa_deactivate_totp", ["removed totp", "removed recovery_codes"], []),
    ("mfa_remove_webauthn", ["removed webauthn"], ["recovery_codes", "totp"]),
]


def changed() -> list[str]:
    """What the trail tells of second steps."""
    events = AuditEvent.objects.filter(action__startswith="user.second_step_").order_by("id")
    assert {event.object_type for event in events} <= {"user"}
    return [
        f"{event.action.removeprefix('user.second_step_')} {event.details['type']}"
        for event in events
    ]


def kept() -> list[str]:
    return list(Authenticator.objects.order_by("type").values_list("type", flat=True))


def change(browser: Client, who: User, name: str) -> None:
    """The one of a passkey finds one to take away."""
    arguments = []
    if name == "mfa_remove_webauthn":
        passkey = Authenticator.objects.create(user=who, type="webauthn", data={"name": "Mine"})
        arguments = [passkey.pk]
    browser.post(reverse(name, args=arguments))


@pytest.mark.parametrize(("name", "told", "left"), CHANGES)
def test_a_change_is_told_of_in_the_transaction_that_makes_it(
    name: str, told: list[str], left: list[str], alice: User, workspace: Workspace
) -> None:
    """Nothing is committed within a test, so whatever waits for that is not told of here."""
    browser = sign_in(alice)
    activate(browser)
    codes = Authenticator.objects.get(type="recovery_codes").data

    change(browser, alice, name)

    assert changed() == ["added totp", "added recovery_codes", *told]
    assert kept() == left
    renewed = Authenticator.objects.filter(type="recovery_codes").exclude(data=codes)
    assert renewed.exists() == (name == "mfa_generate_recovery_codes")


@pytest.mark.parametrize("name", [name for name, _, _ in CHANGES])
def test_what_cannot_be_told_of_is_not_changed(
    name: str, alice: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(alice)
    activate(browser)
    before = list(Authenticator.objects.values("pk", "type", "data"))
    monkeypatch.setattr(audit, "record", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        change(browser, alice, name)

    left = Authenticator.objects.exclude(type="webauthn").values("pk", "type", "data")
    assert list(left) == before
    assert Authenticator.objects.filter(type="webauthn").exists() == (name == CHANGES[-1][0])


def test_a_first_step_that_cannot_be_told_of_is_none_and_signs_nobody_out(
    alice: User, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, browser = sign_in(alice), sign_in(alice)
    reauthenticate(browser)
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret

    browser.post(reverse("mfa_activate_totp"), {"code": "none"})
    monkeypatch.setattr(audit, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        browser.post(reverse("mfa_activate_totp"), {"code": code(secret)})

    assert (kept(), changed()) == ([], [])
    assert other.get(reverse("dashboard")).status_code == 200


def test_a_recovery_code_opens_once(alice: User, workspace: Workspace) -> None:
    browser = sign_in(alice)
    activate(browser)
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]

    signed: list[int] = []
    for _ in range(2):
        other = sign_in(alice)
        other.post(reverse("mfa_authenticate"), {"code": recovery})
        signed.append(other.get(reverse("dashboard")).status_code)

    assert signed == [200, 302]


def test_a_code_of_the_app_stands_for_the_password_before_something_dangerous(
    alice: User, workspace: Workspace
) -> None:
    User.objects.update(date_joined="2020-01-01T00:00:00Z")
    browser = sign_in(alice)
    secret = activate(browser)
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 3600
    session.save()
    assert browser.get(reverse("provider_key_new")).status_code == 302

    browser.post(reverse("mfa_reauthenticate"), {"code": code(secret, ahead=1)})

    assert browser.get(reverse("provider_key_new")).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_whoever_may_and_has_it_themselves_asks_members_for_it(
    role: Role, workspace: Workspace
) -> None:
    somebody = build.user("somebody")
    build.member(workspace, somebody, role)
    browser = Client()
    browser.force_login(somebody)
    ask = reverse("require_second_step")
    may = Right.REQUIRE_SECOND_STEP in RIGHTS[role]

    assert browser.post(ask, {"required": "yes"}).status_code == (302 if may else 403)
    workspace.refresh_from_db()
    assert not workspace.require_mfa
    has_one(somebody)
    browser.post(ask, {"required": "yes"})

    workspace.refresh_from_db()
    assert workspace.require_mfa == may
    if may:
        assert actions() == ["workspace.second_step_required"]
        assert browser.get(reverse("workspace_settings")).status_code == 200


def test_who_lacks_it_is_led_to_set_it_up_and_sees_nothing_before(
    alice: User, bob: User, plan: Wish, workspace: Workspace
) -> None:
    session = placed(bob, plan, State.LIVE)
    key = plan.provider_key
    demand(workspace)
    browser = Client()
    browser.force_login(bob)
    led = f"{reverse('second_step')}?workspace={workspace.public_id}"

    for path in (
        reverse("dashboard"),
        reverse("members"),
        reverse("session", args=[session.public_id]),
        reverse("session_room", args=[session.public_id]),
        reverse("provider_key", args=[key.public_id]),
    ):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, led)
    assert workspace.name in browser.get(led).content.decode()
    for address in (
        f"/api/sessions/{session.public_id}",
        f"/api/sessions/{session.public_id}/room",
    ):
        refused: Any = browser.get(address)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "second_step_missing"

    has_one(bob)

    assert browser.get(reverse("dashboard")).status_code == 200
    assert browser.get(f"/api/sessions/{session.public_id}/room").status_code == 200


def test_other_workspaces_stay_open_and_say_so(bob: User, workspace: Workspace) -> None:
    demand(workspace)
    other = build.workspace(owner=bob)
    browser = Client()
    browser.force_login(bob)

    page = browser.get(reverse("second_step"))
    assert other.name in page.content.decode()
    browser.post(reverse("workspace_switch"), {"workspace": str(other.public_id)})

    assert browser.get(reverse("dashboard")).context["workspace"] == other


def test_what_is_kept_is_sealed_anew_with_the_other_secrets(
    alice: User, settings: Any, capsys: Any
) -> None:
    has_one(alice)
    old = settings.VAULT_KEYS
    settings.VAULT_KEYS = f"new:bmV3LXZhdWx0LWtleS1mb3ItYS10ZXN0LTAxMjM0NTY=,{old}"

    call_command("rotate_vault")

    row = Authenticator.objects.get()
    assert row.data["secret"].startswith("v1.new.")
    assert second_steps.unseal(row.data["secret"]) == "ORSXG5A="


# Devices.


def test_a_device_that_is_signed_out_is_nobodys_at_its_next_request(
    alice: User, workspace: Workspace
) -> None:
    lost, here = sign_in(alice), sign_in(alice)
    page = here.get(reverse("devices"))
    assert len(page.context["devices"]) == 2
    device = UserSession.objects.get(session_key=lost.session.session_key)

    here.post(reverse("device_sign_out", args=[device.pk]))

    assert lost.get(reverse("dashboard")).status_code == 302
    assert here.get(reverse("dashboard")).status_code == 200
    assert actions()[-1] == "user.device_signed_out"


def test_all_others_are_signed_out_at_once(alice: User, workspace: Workspace) -> None:
    others, here = [sign_in(alice), sign_in(alice)], sign_in(alice)

    here.post(reverse("devices_sign_out"))

    assert [each.get(reverse("dashboard")).status_code for each in others] == [302, 302]
    assert here.get(reverse("dashboard")).status_code == 200


def test_nobody_signs_out_somebody_elses_device(
    alice: User, charlie: User, workspace: Workspace
) -> None:
    theirs, mine = sign_in(alice), sign_in(charlie)
    device = UserSession.objects.get(session_key=theirs.session.session_key)

    mine.post(reverse("device_sign_out", args=[device.pk]))

    assert theirs.get(reverse("dashboard")).status_code == 200


def test_a_secret_that_no_key_opens_any_more_is_forgotten_and_offered_anew() -> None:
    serializer = SealingSerializer()
    foreign = JSONSerializer().dumps({SECRET_SESSION_KEY: "ORSXG5A=", "kept": 1})

    assert serializer.loads(foreign) == {"kept": 1}
