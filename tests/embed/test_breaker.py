"""The circuit breaker: somebody looks, and an attack does not use up what visitors could have."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEvent, User
from liveavatar_web import letters
from sessions_app.models import Widget
from sessions_app.services import breaker, tallies, widgets
from tests import build
from tests.embed.visitor import Visitor
from tests.work import drain

pytestmark = pytest.mark.django_db


def ask(widget: Widget, times: int, *, hours_ago: int = 0) -> None:
    tallies.add(widget.pk, tallies.TICKETS, times, now=timezone.now() - timedelta(hours=hours_ago))


def sweep_and_tell(widget: Widget, *, after: timedelta = timedelta()) -> Widget:
    breaker.sweep(now=timezone.now())
    breaker.tell(pk=widget.pk, now=timezone.now() + after)
    widget.refresh_from_db()
    return widget


def test_a_jump_far_above_the_norm_pauses_the_widget_and_tells_its_owner_once(
    widget: Widget, alice: User, bob: User
) -> None:
    ask(widget, breaker.AT_LEAST)

    sweep_and_tell(widget)
    sweep_and_tell(widget)

    assert not widget.admits
    [letter] = mail.outbox
    assert letter.to == [alice.email]
    assert f"/widgets/{widget.public_id}/" in letter.body
    assert AuditEvent.objects.get(action="widget.paused").actor_label == "system: sweep"


def test_a_paused_widget_lets_nobody_in_and_those_inside_go_on(
    widget: Widget, visitor: Visitor
) -> None:
    visitor.come_in()
    drain()
    ask(widget, breaker.AT_LEAST)
    sweep_and_tell(widget)

    assert Visitor(widget).open_frame().status_code == 403
    assert visitor.in_session("/room").status_code == 200


def test_what_is_usual_for_a_widget_does_not_pause_it(widget: Widget) -> None:
    for hour in range(2, 24 * 7):
        ask(widget, 100, hours_ago=hour)
    ask(widget, 5 * 100)

    assert sweep_and_tell(widget).admits


def test_whoever_is_turned_away_at_the_door_pauses_nothing(widget: Widget) -> None:
    for reason in ("origin", "off"):
        tallies.add(widget.pk, f"refused:{reason}", breaker.AT_LEAST, now=timezone.now())

    assert sweep_and_tell(widget).admits


def test_one_click_releases_it_and_it_is_left_alone_for_a_while(
    widget: Widget, alice: User
) -> None:
    ask(widget, breaker.AT_LEAST)
    sweep_and_tell(widget)

    widgets.release(widget, caller=build.caller(alice), now=timezone.now())

    assert sweep_and_tell(widget).admits
    Widget.objects.update(released_at=timezone.now() - timedelta(hours=3))
    assert not sweep_and_tell(widget).admits


def test_a_letter_that_could_not_be_sent_is_sent_later_and_once(
    widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(widget, breaker.AT_LEAST)

    def down(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("liveavatar_web.letters.send_mail", down)
        sweep_and_tell(widget)
    assert mail.outbox == []

    sweep_and_tell(widget)
    assert mail.outbox == []
    for _ in range(2):
        sweep_and_tell(widget, after=letters.AGAIN)
    assert len(mail.outbox) == 1
