"""Watch requests, against a real server on loopback and a real Redis."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import transaction
from django.db.models import F

from accounts.models import Membership, Workspace
from accounts.services import changes, members
from liveavatar_web import watch
from tests import build
from tests.sessions_app.racing import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workspace() -> Workspace:
    return build.workspace()


def address(of: Workspace) -> str:
    return watch.address("workspace", of.public_id)


def waiters(of: Workspace) -> int:
    return len(watch._waiters._waiting.get(f"workspace:{of.public_id}", ()))


def is_waiting(of: Workspace, count: int = 1) -> Callable[[], bool]:
    return lambda: waiters(of) == count


def change(of: Workspace) -> None:
    with transaction.atomic():
        changes.announce(of.pk)


def test_a_newer_version_is_told_at_once(http: httpx.Client, workspace: Workspace) -> None:
    change(workspace)

    answer = http.get(address(workspace), params={"after": 1})

    assert (answer.status_code, answer.json()) == (200, {"version": 2})
    assert answer.headers["cache-control"] == "no-store"
    assert waiters(workspace) == 0


def test_a_change_wakes_whoever_waits_within_a_tenth_of_a_second(
    http: httpx.Client, workspace: Workspace
) -> None:
    took = []
    with ThreadPoolExecutor(1) as pool:
        for version in range(1, 6):
            answer = pool.submit(http.get, address(workspace), params={"after": version})
            wait_for(is_waiting(workspace))

            begun = time.monotonic()
            change(workspace)

            assert answer.result().json() == {"version": version + 1}
            took.append(time.monotonic() - begun)
    assert min(took) < 0.1


def test_a_change_that_is_rolled_back_wakes_nobody(
    http: httpx.Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "WAIT_SECONDS", 1)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(http.get, address(workspace), params={"after": 1})
        wait_for(is_waiting(workspace))

        with transaction.atomic():
            changes.announce(workspace.pk)
            transaction.set_rollback(True)

        assert answer.result().status_code == 204


def test_a_change_elsewhere_wakes_nobody_here(
    http: httpx.Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "WAIT_SECONDS", 1)
    other = build.workspace()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(http.get, address(workspace), params={"after": 1})
        wait_for(is_waiting(workspace))

        change(other)

        assert answer.result().status_code == 204


def test_a_nudge_that_was_lost_costs_no_more_than_the_wait(
    http: httpx.Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "WAIT_SECONDS", 1)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(http.get, address(workspace), params={"after": 1})
        wait_for(is_waiting(workspace))

        Workspace.objects.update(version=F("version") + 1)

        assert answer.result().json() == {"version": 2}


def test_where_nothing_happens_the_answer_is_empty(
    http: httpx.Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "WAIT_SECONDS", 0.1)

    answer = http.get(address(workspace), params={"after": 1})

    assert (answer.status_code, answer.content) == (204, b"")


def test_what_is_gone_is_nothing_new(http: httpx.Client, workspace: Workspace) -> None:
    gone = address(workspace)
    Workspace.objects.all().delete()

    assert http.get(gone, params={"after": 0}).status_code == 204


def test_an_address_ends_at_once_for_who_may_not_see_the_workspace_any_more(
    http: httpx.Client, workspace: Workspace
) -> None:
    bob = build.user("bob")
    member = Membership.objects.select_related("workspace", "user").get(
        pk=build.member(workspace, bob).pk
    )
    theirs = watch.address("workspace", workspace.public_id, viewer=bob.public_id)
    assert http.get(theirs, params={"after": 0}).json() == {"version": 1}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(http.get, theirs, params={"after": 1})
        wait_for(is_waiting(workspace))

        members.leave(member, caller=build.caller(bob))

        assert waiting.result().status_code == 410
    assert http.get(theirs, params={"after": 0}).status_code == 410


def test_an_address_that_ran_out_is_told_apart_from_one_that_never_was(
    http: httpx.Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = address(workspace)
    forged = good.replace("/watch/", "/watch/x")

    monkeypatch.setattr(watch, "ADDRESS_SECONDS", -1)

    assert http.get(good).status_code == 410
    assert http.get(forged).status_code == 403


@pytest.mark.parametrize("after", ["soon", "1.5", "1;2"])
def test_a_version_that_is_no_number_is_refused(
    after: str, http: httpx.Client, workspace: Workspace
) -> None:
    assert http.get(address(workspace), params={"after": after}).status_code == 403


def test_watching_is_reading(http: httpx.Client, workspace: Workspace) -> None:
    assert http.post(address(workspace)).status_code == 405


def test_a_browser_that_goes_away_is_forgotten(server_url: str, workspace: Workspace) -> None:
    with pytest.raises(httpx.ReadTimeout), httpx.Client(base_url=server_url) as client:
        client.get(address(workspace), params={"after": 1}, timeout=0.3)

    wait_for(is_waiting(workspace, 0))


def test_three_hundred_who_wait_hold_no_thread_each_and_are_all_woken(
    server_url: str, workspace: Workspace
) -> None:
    host, _, port = server_url.removeprefix("http://").partition(":")
    request = f"GET {address(workspace)}?after=1 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    connections = [socket.create_connection((host, int(port)), timeout=10) for _ in range(300)]
    for connection in connections:
        connection.sendall(request)
    wait_for(is_waiting(workspace, 300))

    threads = threading.active_count()
    change(workspace)
    answers = [connection.recv(4096) for connection in connections]

    assert threads < 50
    assert {answer.partition(b" ")[2][:3] for answer in answers} == {b"200"}
    for connection in connections:
        connection.close()


def test_everything_else_goes_to_django(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
