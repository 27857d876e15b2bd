"""The pages of keys: for those of the workspace, by the queries of one, without a value."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, ProviderKey, User, Workspace
from tests import build
from tests.simulator.cloud import SimulatedCloud

State = ProviderKey.State
VALUE = "sk-sim-a-marked-key"


@pytest.fixture
def key(workspace: Workspace, alice: User) -> ProviderKey:
    return build.provider_key(workspace, alice, value=VALUE, name="Lobby")


def path(name: str, key: ProviderKey) -> str:
    return reverse(name, args=[key.public_id])


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


OBJECT_ROUTES = [
    ("get", "provider_key", {}),
    ("post", "provider_key", {"name": "Mine"}),
    ("get", "provider_key_revoke", {}),
    ("post", "provider_key_revoke", {}),
    ("post", "provider_key_retry", {}),
]


@pytest.mark.parametrize(("method", "name", "form"), OBJECT_ROUTES)
def test_a_stranger_finds_nothing_and_changes_nothing(
    key: ProviderKey, people: SimpleNamespace, method: str, name: str, form: dict[str, str]
) -> None:
    answer = getattr(signed_in(people.stranger), method)(path(name, key), form)

    assert answer.status_code == 404
    assert ProviderKey.objects.filter(name="Lobby", state=State.READY, version=1).exists()


@pytest.mark.parametrize(("method", "name", "form"), OBJECT_ROUTES)
def test_somebody_not_signed_in_is_sent_to_sign_in(
    key: ProviderKey, method: str, name: str, form: dict[str, str]
) -> None:
    asked = path(name, key)

    answer = getattr(signed_in(None), method)(asked, form)

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={asked}"
    assert ProviderKey.objects.filter(name="Lobby", state=State.READY, version=1).exists()


@pytest.mark.parametrize("who", ["colleague", "auditor"])
@pytest.mark.parametrize(("method", "name", "form"), OBJECT_ROUTES)
def test_a_colleague_may_look_and_not_touch(
    key: ProviderKey,
    people: SimpleNamespace,
    who: str,
    method: str,
    name: str,
    form: dict[str, str],
) -> None:
    answer = getattr(signed_in(getattr(people, who)), method)(path(name, key), form)

    assert answer.status_code == (200 if method == "get" else 403)
    assert ProviderKey.objects.filter(name="Lobby", state=State.READY, version=1).exists()
    refused = AuditEvent.objects.filter(action="permission.refused", refused=True)
    assert refused.count() == (0 if method == "get" else 1)


@pytest.mark.parametrize("who", ["colleague", "auditor"])
def test_a_colleague_may_not_add_a_key(people: SimpleNamespace, who: str) -> None:
    client = signed_in(getattr(people, who))

    form = {"name": "Mine", "value": VALUE}
    assert client.get(reverse("provider_key_new")).status_code == 403
    assert client.post(reverse("provider_key_new"), form).status_code == 403
    assert not ProviderKey.objects.exists()


def test_the_owner_adds_renames_and_revokes_a_key(
    cloud: SimulatedCloud, people: SimpleNamespace
) -> None:
    client = signed_in(people.owner)

    client.post(reverse("provider_key_new"), {"name": " Lobby ", "value": f"  {VALUE}\n"})
    key = ProviderKey.objects.get()
    assert (key.name, key.last4, key.value.open().reveal()) == ("Lobby", VALUE[-4:], VALUE)

    client.post(path("provider_key", key), {"name": "Showroom"})
    key.refresh_from_db()
    assert key.name == "Showroom"

    answer = client.post(path("provider_key_revoke", key), follow=True)
    key.refresh_from_db()
    assert key.state == State.REVOKED
    assert "“Showroom” is revoked" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"name": "A", "value": "sk-unknown-0123456789"}, "value", "does not accept this key"),
        ({"name": "A", "value": "sk-sim-norealtime-12"}, "value", "no realtime model"),
        ({"name": "A", "value": "sk-sim"}, "value", "not a whole key"),
        ({"name": "A", "value": "sk-sim-with a space"}, "value", "not a whole key"),
        ({"name": "A", "value": "sk-sim-ключ-0123456789"}, "value", "not a whole key"),
        ({"name": VALUE, "value": VALUE}, "name", "looks like a key"),
        ({"name": "01234567890123", "value": "01234567890123"}, "name", "the key itself"),
        ({"name": "", "value": VALUE}, "name", "required"),
        ({"name": "x" * 81, "value": VALUE}, "name", "at most 80 characters"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_key_is_not_shown_again(
    cloud: SimulatedCloud, people: SimpleNamespace, form: dict[str, str], field: str, words: str
) -> None:
    answer = signed_in(people.owner).post(reverse("provider_key_new"), form)

    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[field])
    assert answer.context["form"]["value"].as_widget().count("value=") == 0
    assert not ProviderKey.objects.exists()


def test_a_duplicate_is_refused_with_the_name_of_the_first(
    cloud: SimulatedCloud, key: ProviderKey, people: SimpleNamespace
) -> None:
    form = {"name": "Again", "value": VALUE}

    answer = signed_in(people.owner).post(reverse("provider_key_new"), form)

    assert "“Lobby”" in str(answer.context["form"].errors["value"])


def test_a_key_is_not_renamed_to_a_key(key: ProviderKey, people: SimpleNamespace) -> None:
    answer = signed_in(people.owner).post(path("provider_key", key), {"name": VALUE})

    assert "looks like a key" in str(answer.context["rename_form"].errors["name"])
    assert ProviderKey.objects.get().name == "Lobby"


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_told_in_words_and_never_shows_the_value(
    key: ProviderKey, people: SimpleNamespace, state: ProviderKey.State
) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(state=state, due_at=key.created_at)
    client = signed_in(people.owner)

    answers = [client.get(reverse("provider_keys")), client.get(path("provider_key", key))]

    for answer in answers:
        shown = answer.content.decode()
        assert state.label in shown.lower()
        assert VALUE[-4:] in shown
        assert VALUE not in shown
        assert key.value.text not in shown
        assert key.fingerprint not in shown


def test_a_key_that_is_not_refused_cannot_be_tried_again(
    key: ProviderKey, people: SimpleNamespace
) -> None:
    answer = signed_in(people.owner).post(path("provider_key_retry", key), follow=True)

    assert "not waiting for another try" in answer.content.decode()


def test_the_list_shows_the_keys_of_the_workspace_alone(
    key: ProviderKey, people: SimpleNamespace
) -> None:
    elsewhere = people.stranger.memberships.get().workspace
    build.provider_key(elsewhere, people.stranger)

    answer = signed_in(people.colleague).get(reverse("provider_keys"))

    assert list(answer.context["keys"]) == [key]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(
    workspace: Workspace,
    people: SimpleNamespace,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for _ in range(count):
        build.provider_key(workspace, people.owner)
    client = signed_in(people.owner)

    with django_assert_num_queries(4):  # session, person, membership, keys
        client.get(reverse("provider_keys"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_key_takes_the_same_queries_however_much_happened_to_it(
    key: ProviderKey,
    people: SimpleNamespace,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    client = signed_in(people.owner)
    for number in range(count):
        client.post(path("provider_key", key), {"name": f"Name {number}"})

    # Session, person, membership, key, events, and who was behind these by address and by name.
    with django_assert_num_queries(7):
        client.get(path("provider_key", key))


def test_no_page_of_keys_is_kept_by_a_browser_that_sent_one(people: SimpleNamespace) -> None:
    answer: Any = signed_in(people.owner).get(reverse("provider_key_new"))

    assert "no-store" in answer.headers["Cache-Control"]
    assert 'autocomplete="off"' in answer.content.decode()


@pytest.mark.parametrize("name", ["provider_keys", "provider_key"])
def test_what_a_page_reads_again_carries_its_own_fresh_watch_address(
    key: ProviderKey, people: SimpleNamespace, name: str
) -> None:
    args = [key.public_id] if name == "provider_key" else []

    answer = signed_in(people.owner).get(reverse(name, args=args))

    shown = answer.content.decode()
    assert shown.count(f'data-watch="{answer.context["watch_url"]}" data-version="1"') == 1
    assert "data-watch-refresh" not in shown
