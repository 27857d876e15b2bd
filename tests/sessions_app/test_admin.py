"""Staff look at every session; those who may change them end any. Nobody sees what is sealed."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import AuditEvent, User
from sessions_app.lifecycle import EndReason, State
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build
from tests.sessions_app.rows import placed

LIST = "/admin/sessions_app/avatarsession/"


def staff(*verbs: str) -> User:
    """Somebody of the installation's staff, who may do that with everything."""
    person = build.user("staff", is_staff=True)
    for verb in verbs:
        person.user_permissions.add(*Permission.objects.filter(codename__startswith=f"{verb}_"))
    return User.objects.get(pk=person.pk)


def browser(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def press_stop(who: User, *sessions: AvatarSession) -> int:
    chosen = [str(session.pk) for session in sessions]
    pressed = browser(who).post(LIST, {"action": "stop", "_selected_action": chosen})
    return pressed.status_code


def test_staff_who_may_change_sessions_end_any_and_are_named(alice: User, plan: Wish) -> None:
    live, over = placed(alice, plan, State.LIVE), placed(alice, plan, State.ENDED)
    boss = staff("view", "change")

    press_stop(boss, live, over)

    live.refresh_from_db()
    over.refresh_from_db()
    assert (live.state, live.end_reason) == (State.STOPPING, EndReason.ADMIN)
    assert (over.state, over.end_reason) == (State.ENDED, EndReason.PERSON)
    event = AuditEvent.objects.get(action="avatar_session.stopping")
    assert (event.actor_id, event.object_id) == (boss.public_id, live.public_id)


def test_a_staff_auditor_looks_and_ends_nothing(alice: User, plan: Wish) -> None:
    live = placed(alice, plan, State.LIVE)
    auditor = staff("view")

    press_stop(auditor, live)

    live.refresh_from_db()
    assert live.state == State.LIVE
    page = browser(auditor).get(LIST)
    assert page.status_code == 200
    assert str(live.public_id) in page.content.decode()


def test_a_staff_auditor_cannot_end_sessions_by_another_door(
    alice: User, ada: User, plan: Wish
) -> None:
    live = placed(alice, plan, State.LIVE)
    ada.is_staff = True
    ada.save()

    answer = browser(ada).post(f"/api/sessions/{live.public_id}/stop")

    live.refresh_from_db()
    assert (answer.status_code, live.state) == (403, State.LIVE)
    assert answer.json()["error"]["code"] == "not_allowed"


@pytest.mark.parametrize("path", [LIST, f"{LIST}{{pk}}/change/"])
def test_the_way_into_a_room_is_on_no_page_of_the_staff(path: str, alice: User, plan: Wish) -> None:
    live = placed(alice, plan, State.LIVE)
    live.refresh_from_db()

    page = browser(staff("view", "change")).get(path.format(pk=live.pk)).content.decode()

    assert str(live.public_id)[:8] in page
    for hidden in (live.room_url.text, live.room_token.text, "room.example", "a-room-token"):
        assert hidden not in page


@pytest.mark.parametrize("model", ["avatarsession", "context", "avatar", "meter"])
@pytest.mark.parametrize("verb", ["add/", "{pk}/delete/"])
def test_nothing_is_added_or_deleted_there(model: str, verb: str, alice: User, plan: Wish) -> None:
    session = placed(alice, plan, State.LIVE)
    root = User.objects.create_superuser("root@example.com", build.PASSWORD)

    answer = browser(root).get(f"/admin/sessions_app/{model}/{verb.format(pk=session.pk)}")

    assert answer.status_code in {302, 403}  # 302: back to the list, for what is not there


@pytest.mark.parametrize("model", ["avatarsession", "context", "avatar", "meter"])
def test_staff_find_everything_by_its_names(model: str, alice: User, plan: Wish) -> None:
    placed(alice, plan, State.LIVE)
    build.context(plan.provider_key.workspace, alice, prompt="Between us.")

    answer = browser(staff("view")).get(f"/admin/sessions_app/{model}/", {"q": "a"})

    assert answer.status_code == 200
    assert "Between us." not in answer.content.decode()
