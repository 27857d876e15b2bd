"""Questions whose SQL is built once: they answer as their querysets do."""

from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, User, Workspace
from accounts.rights import Role
from liveavatar_web.compiled import Compiled
from sessions_app.models import AvatarSession
from sessions_app.services.acceptance import Wish
from tests import build

pytestmark = pytest.mark.django_db


def test_it_finds_for_each_argument_what_the_queryset_finds(alice: User, wish: Wish) -> None:
    bob = build.user("bob")
    build.member(wish.provider_key.workspace, bob, Role.AUDITOR)
    sessions = [build.avatar_session(alice, wish) for _ in range(2)]
    visible = Compiled(
        lambda user, session: AvatarSession.objects.visible_to(User(pk=user)).filter(
            public_id=session
        ),
        user=int,
        session=UUID,
    )

    for who in (alice, bob, build.user("carol")):
        for public_id in (*(each.public_id for each in sessions), uuid4()):
            expected = AvatarSession.objects.visible_to(who).filter(public_id=public_id)
            assert visible.rows(user=who.pk, session=public_id) == list(expected)


def test_a_row_that_it_finds_is_whole(alice: User, wish: Wish) -> None:
    session = build.avatar_session(alice, wish)
    by_id = Compiled(lambda wanted: AvatarSession.objects.filter(public_id=wanted), wanted=UUID)

    (found,) = by_id.rows(wanted=session.public_id)

    assert (found.temperature, found.requested_at, found.room_url) == (
        session.temperature,
        session.requested_at,
        None,
    )
    assert not found.get_deferred_fields()


def test_what_belongs_to_a_row_comes_with_it(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    workspace = build.workspace()
    build.member(workspace, alice, Role.MEMBER)
    memberships = Compiled(
        lambda user: (
            Membership.objects.annotate_second_step().filter(user=user).select_related("workspace")
        ),
        user=int,
    )

    with django_assert_num_queries(1):
        (found,) = memberships.rows(user=alice.pk)
        assert (found.workspace, found.is_open) == (workspace, True)


def test_a_text_is_an_argument_like_another() -> None:
    workspaces = Compiled(lambda name: Workspace.objects.filter(name=name), name=str)
    wanted = Workspace.objects.create(name="one % of ' them")
    Workspace.objects.create(name="another")

    assert workspaces.rows(name="one % of ' them") == [wanted]
    assert workspaces.rows(name="") == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection() -> None:
    wanted = build.workspace()
    by_pk = Compiled(lambda pk: Workspace.objects.filter(pk=pk), pk=int)
    asked: list[tuple[list[Workspace], int]] = []

    def ask() -> None:
        with CaptureQueriesContext(connection) as queries:
            asked.append((by_pk.rows(pk=wanted.pk), len(queries)))
        connection.close()

    ask()
    thread = Thread(target=ask)
    thread.start()
    thread.join()

    assert asked == [([wanted], 1), ([wanted], 1)]


def test_one_value_is_the_first_or_nothing() -> None:
    workspace = build.workspace()
    versions = Compiled(
        lambda wanted: Workspace.objects.filter(public_id=wanted).values_list("version", flat=True),
        wanted=UUID,
    )

    assert versions.first(wanted=workspace.public_id) == 1
    assert versions.first(wanted=uuid4()) is None


def test_the_statement_is_built_once(alice: User) -> None:
    build.member(build.workspace(), alice, Role.MEMBER)
    built = []

    def question(user: int) -> QuerySet[Membership]:
        built.append(user)
        return Membership.objects.open().filter(user=user)

    memberships = Compiled(question, user=int)

    assert len(memberships.rows(user=alice.pk)) == 1
    once = len(built)
    assert len(memberships.rows(user=alice.pk)) == 1
    assert len(built) == once


def test_what_is_made_of_an_argument_is_not_kept() -> None:
    called = Compiled(lambda name: Workspace.objects.filter(name__icontains=name), name=str)

    with pytest.raises(TypeError, match="not its arguments alone"):
        called.rows(name="any")


def test_what_varies_by_itself_is_not_kept() -> None:
    recent = Compiled(
        lambda user: User.objects.filter(pk=user, date_joined__lt=timezone.now()), user=int
    )

    with pytest.raises(TypeError, match="not its arguments alone"):
        recent.rows(user=1)
