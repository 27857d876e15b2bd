"""Filters that staff keep of the sessions of all workspaces, for themselves or for other staff."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from accounts.services.workspaces import NotAllowed
from sessions_app.models import SavedFilter
from sessions_app.services import saved_filters
from sessions_app.services.selections import Selection
from tests import build
from tests.sessions_app.staff import of, told


@pytest.fixture
def sam(db: None) -> User:
    return build.user("sam", is_staff=True)


def save(who: User, name: str = "Dear ones", **fields: str) -> Any:
    form = {"name": name, "query": "least=5", **fields}
    return of(who).post("/staff/sessions/filters/new", form)


def names(who: User, page: str = "/staff/sessions/") -> list[str]:
    return [saved.name for saved in of(who).get(page).context["saved_filters"]]


def test_a_filter_is_kept_in_the_installation_for_oneself_or_for_other_staff(
    ida: User, sam: User
) -> None:
    workspace = build.workspace(owner=ida)
    SavedFilter.objects.create(workspace=workspace, owner=ida, name="A member's", is_shared=True)

    answer = save(ida, "Mine")
    save(ida, "Ours", is_shared="on")

    assert answer.headers["Location"] == "/staff/sessions/?least=5"
    assert (names(ida), names(sam)) == (["Mine", "Ours"], ["Ours"])
    assert names(ida, "/sessions/") == ["A member's"]
    staff = f"staff: {ida.label}"
    assert told("filter.saved") == [
        (None, staff, {"shared": False}),
        (None, staff, {"shared": True}),
    ]


def test_each_of_staff_keeps_one_of_a_name_whatever_is_kept_elsewhere(ida: User, sam: User) -> None:
    workspace = build.workspace(owner=ida)
    SavedFilter.objects.create(workspace=workspace, owner=ida, name="Dear ones")
    save(ida)
    save(sam)

    client = of(ida)
    client.post("/staff/sessions/filters/new", {"name": "Dear ones", "query": "least=9"})

    assert "There is a filter called" in client.get("/staff/sessions/").content.decode()
    assert SavedFilter.objects.filter(workspace=None).count() == 2


@pytest.mark.parametrize("verb", ["rename", "delete"])
def test_a_filter_is_changed_by_whoever_of_staff_sees_it(verb: str, ida: User, sam: User) -> None:
    workspace = build.workspace(owner=ida)
    theirs = SavedFilter.objects.create(workspace=workspace, owner=ida, name="A member's")
    mine = SavedFilter.objects.create(owner=ida, name="Mine")
    ours = SavedFilter.objects.create(owner=ida, name="Ours", is_shared=True)

    answers = [
        of(who).post(f"/staff/sessions/filters/{saved.public_id}/{verb}", {"name": "New"})
        for who, saved in ((ida, theirs), (sam, mine), (sam, ours))
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 302]
    left = [saved.name for saved in SavedFilter.objects.all()]
    assert left == ["A member's", "Mine", *(["New"] if verb == "rename" else [])]
    assert [event[:2] for event in told(f"filter.{verb}d")] == [(None, f"staff: {sam.label}")]


def test_who_is_of_staff_no_more_keeps_none_there(ida: User) -> None:
    caller = replace(build.caller(ida), as_staff=True)
    User.objects.filter(pk=ida.pk).update(is_staff=False)
    caller.user.refresh_from_db()

    with pytest.raises(NotAllowed):
        saved_filters.save(
            Selection(), name="Mine", is_shared=False, membership=None, caller=caller
        )

    assert not SavedFilter.objects.exists()
