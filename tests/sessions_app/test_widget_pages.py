"""The owner's pages of a widget: who sees them, what the form says, what each button does."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, User, Workspace
from accounts.rights import Role
from sessions_app import wording
from sessions_app.lifecycle import State
from sessions_app.models import AvatarSession, Meter, Visit, Widget
from sessions_app.services import limits, tallies
from sessions_app.services.acceptance import Wish
from tests import build

PEOPLE = ("owner", "admin", "colleague", "auditor", "stranger", "anonymous")
LOOKING = (200, 200, 200, 200, 404, "sign in")
EDITING = (200, 200, 403, 403, 404, "sign in")
DOING = (302, 302, 403, 403, 404, "sign in")

# Method, and the status for each of PEOPLE.
ROUTES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "widgets": ("GET", (200, 200, 200, 200, 200, "sign in")),
    "widget_new": ("GET", (200, 200, 403, 403, 200, "sign in")),
    "widget_preview": ("POST", (200, 200, 200, 200, 200, "sign in")),
    "widget": ("GET", LOOKING),
    "widget_edit": ("GET", EDITING),
    "edit": ("POST", DOING),
    "widget_on": ("POST", DOING),
    "off?": ("GET", LOOKING),
    "widget_off": ("POST", DOING),
    "widget_release": ("POST", DOING),
    "widget_duplicate": ("POST", DOING),
    "delete?": ("GET", LOOKING),
    "widget_delete": ("POST", DOING),
}
NAMES = {"edit": "widget_edit", "off?": "widget_off", "delete?": "widget_delete"}
COLLECTIONS = {"widgets", "widget_new", "widget_preview"}
TABLE = [
    (route, person, status)
    for route, (_, statuses) in ROUTES.items()
    for person, status in zip(PEOPLE, statuses, strict=True)
]


def typed(plan: Wish, **changes: Any) -> dict[str, Any]:
    """The form of a widget, filled in."""
    return {
        "name": "Shop",
        "avatar": str(plan.avatar.public_id),
        "context": "",
        "provider_key": str(plan.provider_key.public_id),
        "voice": "sage",
        "model": "gpt-realtime",
        "temperature": "0.8",
        "origins": "https://shop.example",
        "placement": "floating",
        "corner": "bottom-left",
        "theme": "dark",
        "shape": "soft",
        "accent": "#3b3fd8",
        "accent_text": "#ffffff",
        "language": "",
        "captions": "on",
        "push_to_talk": "hold",
        "push_to_talk_key": "KeyT",
        "max_minutes": "3",
        "max_visitors": "2",
        "visitor_daily_starts": "5",
        "visitor_daily_minutes": "10",
        "daily_starts": "50",
        "daily_minutes": "60",
        "monthly_starts": "500",
        "monthly_minutes": "300",
        **changes,
    }


def text(answer: Any) -> str:
    return str(answer.content.decode())


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def address(name: str, widget: Widget) -> str:
    return reverse(name, args=[] if name in COLLECTIONS else [widget.public_id])


def talking(widget: Widget) -> AvatarSession:
    """A stranger's conversation at the widget that was just asked for."""
    now = timezone.now()
    session = AvatarSession.objects.create(
        workspace=widget.workspace,
        widget=widget,
        avatar=widget.avatar,
        provider_key=widget.provider_key,
        voice=widget.voice,
        model=widget.model,
        temperature=widget.temperature,
        max_seconds=widget.max_seconds,
        state=State.REQUESTED,
        requested_at=now,
        lease_until=now + timedelta(minutes=1),
        due_at=now,
        reserved_period=f"{now:%Y-%m}",
        idempotency_key=f"talk {AvatarSession.objects.count()}",
    )
    Visit.objects.create(avatar_session=session, holder="h", resume_digest="d", visitor="v")
    return session


@pytest.fixture
def browser(alice: User, workspace: Workspace) -> Client:
    return signed_in(alice)


@pytest.fixture
def widget(alice: User, plan: Wish) -> Widget:
    return build.widget(alice, plan, name="Bookshop")


# Who sees what.


@pytest.mark.parametrize(("route", "person", "status"), TABLE)
def test_everybody_sees_what_is_theirs_and_changes_what_they_may(
    route: str,
    person: str,
    status: Any,
    widget: Widget,
    plan: Wish,
    people: SimpleNamespace,
    workspace: Workspace,
) -> None:
    admin = build.user("adam")
    build.member(workspace, admin, Role.ADMIN)
    who = {**vars(people), "admin": admin, "anonymous": None}[person]
    method = ROUTES[route][0]
    before = list(Widget.objects.values())

    path = address(NAMES.get(route, route), widget)
    answer: Any = getattr(signed_in(who), method.lower())(path, typed(plan))

    signs_in = answer.headers.get("Location", "").startswith("/account/login/")
    assert ("sign in" if signs_in else answer.status_code) == status
    if method == "GET" or status != 302:
        assert list(Widget.objects.values()) == before


@pytest.mark.parametrize("person", ["colleague", "auditor"])
def test_whoever_may_only_look_finds_no_buttons(
    person: str, widget: Widget, people: SimpleNamespace
) -> None:
    Widget.objects.update(paused_at=timezone.now(), pause_reason="many came", origins=[])
    client = signed_in(getattr(people, person))

    pages = [client.get(address(name, widget)) for name in ("widgets", "widget", "widget_off")]

    for page in pages:
        main = text(page).partition("<main")[2]
        assert page.status_code == 200
        assert "<form" not in main
        assert "/edit" not in main
        assert "/new" not in main


@pytest.mark.parametrize("name", ["widget_on", "widget_release", "widget_duplicate"])
def test_nothing_is_done_by_following_a_link(name: str, browser: Client, widget: Widget) -> None:
    assert browser.get(address(name, widget)).status_code == 405


def test_a_deleted_widget_is_not_there_any_more(browser: Client, widget: Widget) -> None:
    browser.post(address("widget_delete", widget))

    for name in ("widget", "widget_edit", "widget_delete"):
        assert browser.get(address(name, widget)).status_code == 404
    assert browser.get("/widgets/").context["rows"] == []


# The list.


def test_an_empty_list_says_what_a_widget_is(browser: Client) -> None:
    page = text(browser.get("/widgets/"))

    assert "one line that you paste into a site" in page
    assert "Create a widget" in page


def test_each_row_tells_state_sites_and_minutes(browser: Client, widget: Widget) -> None:
    day, _ = limits.periods(timezone.now())
    Meter.objects.create(
        subject=limits.of_widget(widget), period=day, used_seconds=200, held_seconds=100
    )

    page = text(browser.get("/widgets/"))

    assert "https://shop.example" in page
    assert "5 of 60 minutes today" in page
    assert 'data-state="on"' in page


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"is_enabled": False}, "off"),
        ({"paused_at": timezone.now(), "pause_reason": "many came"}, "paused"),
        ({"origins": []}, "nowhere"),
    ],
)
def test_what_lets_nobody_in_says_so(
    fields: dict[str, Any], state: str, browser: Client, widget: Widget
) -> None:
    Widget.objects.filter(pk=widget.pk).update(**fields)

    for name in ("widgets", "widget"):
        assert f'data-state="{state}"' in text(browser.get(address(name, widget)))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(
    count: int,
    browser: Client,
    alice: User,
    plan: Wish,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        build.widget(alice, plan, paused_at=timezone.now())

    with django_assert_num_queries(5):  # session, person, membership, widgets, meters
        browser.get("/widgets/")


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_takes_the_same_queries_however_much_happened(
    count: int,
    browser: Client,
    widget: Widget,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for days in range(count):
        at = timezone.now() - timedelta(days=days)
        tallies.add(widget.pk, tallies.STARTED, 1, now=at)
        tallies.refused(widget, f"origin{days}", now=at)

    # Session, person, two memberships, widget, days, meters, key; no context; those who talk now.
    with django_assert_num_queries(8):
        browser.get(address("widget", widget))


# The form.


def test_a_widget_is_made_from_the_defaults_alone(browser: Client, plan: Wish) -> None:
    form = browser.get("/widgets/new").context["form"]
    filled = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in filled.items() if value not in (None, False)}
    sent["provider_key"] = str(plan.provider_key.public_id)

    answer = browser.post("/widgets/new", sent)

    made = Widget.objects.get()
    assert answer.headers["Location"] == f"/widgets/{made.public_id}/"
    assert (made.name, made.avatar, made.voice, made.max_seconds) == (
        "Widget 1",
        plan.avatar,
        "alloy",
        180,
    )
    assert (made.origins, made.accent, made.captions, made.is_enabled) == (
        [],
        "#3b3fd8",
        True,
        True,
    )


def test_what_is_chosen_is_saved(browser: Client, plan: Wish, alice: User) -> None:
    sites = "https://Shop.example/ \n\nhttps://*.shop.example\nhttps://shop.example"

    browser.post("/widgets/new", typed(plan, origins=sites, accent="#080", max_minutes="2"))

    made = Widget.objects.get()
    assert made.origins == ["https://shop.example", "https://*.shop.example"]
    assert (made.accent, made.corner, made.theme, made.shape) == (
        "#008800",
        "bottom-left",
        "dark",
        "soft",
    )
    assert (made.push_to_talk, made.push_to_talk_key, made.max_seconds) == ("hold", "KeyT", 120)
    assert (made.created_by, made.transcript) == (alice, False)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("name", "", "This field is required."),
        ("avatar", "no id", "is not a valid UUID"),
        ("voice", "darth", "Select a valid choice."),
        ("origins", "https://example.com/shop", "the site itself is https://example.com"),
        ("origins", "example.com", "write https://example.com"),
        ("origins", "http://example.com", "browsers give such pages no microphone"),
        ("accent", "blue", "Write a colour as #rrggbb"),
        ("accent", "#8f96ff", "The nearest colour that passes is #5761ff."),
        ("max_minutes", "11", "10 minutes here at the most"),
        ("max_visitors", "0", "greater than or equal to 1"),
        ("daily_minutes", "2", "Nobody could begin"),
        ("visitor_daily_minutes", "1", "Nobody could begin"),
        ("push_to_talk_key", "F13", "Select a valid choice."),
        ("language", "xx", "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    name: str, value: str, words: str, browser: Client, plan: Wish
) -> None:
    answer = browser.post("/widgets/new", typed(plan, **{"greeting": "Ahoy!", name: value}))

    form = answer.context["form"]
    assert answer.status_code == 200
    assert words in " ".join(form.errors[name])
    assert list(form.errors) == [name]
    assert form[name].value() == value
    assert "Ahoy!" in text(answer)
    assert not Widget.objects.exists()


def test_every_bad_line_of_the_sites_is_named(browser: Client, plan: Wish) -> None:
    lines = "https://a.example/x\nhttps://good.example\nb.example"

    form = browser.post("/widgets/new", typed(plan, origins=lines)).context["form"]

    assert len(form.errors["origins"]) == 2


def test_the_nearest_colour_is_one_click_away(browser: Client, plan: Wish) -> None:
    page = text(browser.post("/widgets/new", typed(plan, accent="#8f96ff")))
    assert 'name="accent" value="#5761ff" data-nearest>Use #5761ff</button>' in page

    # Without a script the button's value comes after the field's, and wins.
    browser.post("/widgets/new", typed(plan, accent=["#8f96ff", "#5761ff"]))

    assert Widget.objects.get().accent == "#5761ff"


def test_texts_show_what_visitors_read_where_they_are_empty(browser: Client, plan: Wish) -> None:
    answer = browser.post("/widgets/new", typed(plan, name="", language="de"))

    form, german = answer.context["form"], wording.texts("de")
    shown = form["disclosure_text"].field.widget.attrs["placeholder"]
    assert shown == german["disclosure"].replace("{avatar}", plan.avatar.name)
    assert set(form.default_words) == set(wording.LANGUAGES)


def test_an_edit_keeps_what_it_does_not_change(browser: Client, widget: Widget) -> None:
    Widget.objects.update(max_seconds=95)
    form = browser.get(address("widget_edit", widget)).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}

    browser.post(address("widget_edit", widget), {**sent, "greeting": "Ahoy!"})

    widget.refresh_from_db()
    assert (widget.greeting, widget.max_seconds) == ("Ahoy!", 95)
    assert AuditEvent.objects.get(action="widget.changed").details["fields"] == "greeting"


def test_a_key_that_is_gone_is_seen_and_must_be_replaced(
    browser: Client, widget: Widget, plan: Wish
) -> None:
    plan.provider_key.state = "revoked"
    plan.provider_key.save()

    assert "is not ready." in text(browser.get(address("widget", widget)))
    answer = browser.post(address("widget_edit", widget), typed(plan))

    assert "provider_key" in answer.context["form"].errors


def test_a_refused_edit_leaves_the_title_as_it_was(
    browser: Client, widget: Widget, plan: Wish
) -> None:
    answer = browser.post(
        address("widget_edit", widget), typed(plan, name="Harbour", accent="blue")
    )

    assert "<h1>Edit Bookshop</h1>" in text(answer)
    assert 'value="Harbour"' in text(answer)


def test_the_form_may_frame_its_preview_and_other_pages_frame_nothing(
    browser: Client, widget: Widget
) -> None:
    for name, allowed in [("widget_new", True), ("widget_edit", True), ("widget", False)]:
        policy = browser.get(address(name, widget)).headers["Content-Security-Policy"]
        assert ("frame-src 'self'" in policy) is allowed


# The preview.


def test_the_preview_is_the_form_as_it_stands_saved_or_not(browser: Client, plan: Wish) -> None:
    answer = browser.post(
        "/widgets/preview", typed(plan, accent="#123456", launcher_text="Ahoy!", preview_open="on")
    )

    page = text(answer)
    assert '"accent":"#123456"' in page
    assert '"launcher":"Ahoy!"' in page
    assert '"open":true' in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert not Widget.objects.exists()


def test_the_preview_takes_a_default_for_what_is_not_right_yet(browser: Client, plan: Wish) -> None:
    bad = {"accent": "bl", "name": "", "corner": "middle", "avatar": ""}

    page = text(browser.post("/widgets/preview", typed(plan, shape="square", **bad)))

    assert '"accent":"#3b3fd8"' in page
    assert '"corner":"bottom-right"' in page
    assert '"shape":"square"' in page


def test_the_preview_stays_as_it_is_where_there_is_no_avatar(browser: Client) -> None:
    assert browser.post("/widgets/preview", {}).status_code == 204


def test_the_preview_is_no_page_for_other_sites_to_post_to(alice: User, plan: Wish) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post("/widgets/preview", typed(plan)).status_code == 403


# The widget's page and its buttons.


def test_the_snippets_name_the_widget_and_nothing_breaks_out(
    browser: Client, widget: Widget, settings: Any
) -> None:
    settings.SITE_URL = "https://talk.example"
    Widget.objects.update(title_text='"><script>alert(1)</script>')

    answer = browser.get(address("widget", widget))

    script, element, iframe = answer.context["snippets"]
    loader = f"https://talk.example/embed/v1/{widget.public_id}"
    assert script.code == f'<script async src="{loader}.js"></script>'
    assert f'<liveavatar-widget widget="{widget.public_id}">' in element.code
    assert f'<iframe src="{loader}" title="&quot;&gt;' in iframe.code
    assert "<script>alert" not in text(answer)


def test_days_are_told_with_every_refusal_in_words(browser: Client, widget: Widget) -> None:
    now = timezone.now()
    tallies.add(widget.pk, tallies.STARTED, 2, now=now)
    tallies.add(widget.pk, tallies.SECONDS, 130, now=now)
    for _ in range(3):
        tallies.refused(widget, "origin", now=now)

    answer = browser.get(address("widget", widget))

    usage = answer.context["usage"]
    assert (len(usage.days), usage.started, usage.minutes) == (30, 2, 3)
    assert "3 came from a site that is not allowed" in text(answer)
    assert text(answer).count("<rect ") == 1


def is_on(widget: Widget) -> bool:
    return Widget.objects.filter(pk=widget.pk, is_enabled=True).exists()


def test_off_is_one_click_while_nobody_talks(browser: Client, widget: Widget) -> None:
    browser.post(address("widget_off", widget))
    assert not is_on(widget)

    browser.post(address("widget_on", widget))
    assert is_on(widget)


def test_off_asks_first_while_somebody_talks(browser: Client, widget: Widget) -> None:
    session = talking(widget)

    asked = browser.post(address("widget_off", widget))
    assert "1 conversation runs now" in text(asked)
    assert is_on(widget)

    browser.post(address("widget_off", widget), {"sure": "yes"})
    session.refresh_from_db()
    assert not is_on(widget)
    assert (session.is_open, session.end_reason) == (False, "widget_off")


def test_a_pause_is_released_from_the_list_and_from_the_page(
    browser: Client, widget: Widget
) -> None:
    Widget.objects.update(paused_at=timezone.now(), pause_reason="812 requests within an hour")
    for name in ("widgets", "widget"):
        page = text(browser.get(address(name, widget)))
        assert "812 requests within an hour" in page
        assert address("widget_release", widget) in page

    browser.post(address("widget_release", widget))

    widget.refresh_from_db()
    assert widget.admits


def test_a_copy_is_off_and_opens_in_the_form(browser: Client, widget: Widget) -> None:
    answer = browser.post(address("widget_duplicate", widget))

    copy = Widget.objects.exclude(pk=widget.pk).get()
    assert answer.headers["Location"] == address("widget_edit", copy)
    assert (copy.name, copy.is_enabled) == ("Copy of Bookshop", False)


def test_a_copy_of_what_cannot_be_used_says_why(browser: Client, widget: Widget) -> None:
    widget.provider_key.state = "revoked"
    widget.provider_key.save()

    answer = browser.post(address("widget_duplicate", widget), follow=True)

    assert "This key is not ready." in text(answer)
    assert Widget.objects.count() == 1


def test_sessions_are_found_by_their_widget(
    browser: Client, widget: Widget, alice: User, plan: Wish
) -> None:
    at_widget = talking(widget)
    build.past_session(alice, plan)
    path = f"/sessions/?widget={widget.public_id}"

    answer = browser.get(path)

    assert answer.context["sessions"] == [at_widget]
    assert "Bookshop" in text(answer)
    assert browser.get(f"{path}&state=failed").context["sessions"] == []
    assert "Select a valid choice" in text(browser.get("/sessions/?widget=no-id"))


def test_another_workspace_hears_nothing_of_a_widget_by_the_filter(
    widget: Widget, charlie: User
) -> None:
    answer = signed_in(charlie).get(f"/sessions/?widget={widget.public_id}")

    assert "Bookshop" not in text(answer)


def test_staff_find_a_widget_and_change_nothing(widget: Widget) -> None:
    root = User.objects.create_superuser("root@example.com", build.PASSWORD)
    place = "/admin/sessions_app/widget/"

    found = signed_in(root).get(place, {"q": "Bookshop"})

    assert "Bookshop" in text(found)
    assert signed_in(root).get(f"{place}add/").status_code == 403
    assert signed_in(root).get(f"{place}{widget.pk}/delete/").status_code == 403
