"""What millions of rows refer to: a workspace with its people, widgets and avatars, and others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.models import Membership, ProviderKey, User, Workspace
from accounts.rights import Role
from sessions_app.models import Avatar, Widget

SPAN: Final = timedelta(days=700)
# All of it has happened by the first minute of today.
BEGIN: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - SPAN
# The share of all rows that is the demo workspace's, on whose pages the figures are taken.
SHARE: Final = 0.6


@dataclass(frozen=True)
class World:
    """`rare` is the person who asked for the few oldest sessions, and for no others."""

    workspace: Workspace
    others: list[Workspace]
    people: list[User]
    rare: User
    widgets: list[Widget]
    avatars: list[Avatar]
    key: ProviderKey
    origins: list[str]

    @classmethod
    def around(cls, workspace: Workspace) -> "World":
        """Colleagues, widgets and avatars for a seeded workspace, and others beside it."""
        rare, *people = [_person(workspace, number) for number in range(51)]
        widget = Widget.objects.filter(workspace=workspace).earliest("id")
        return cls(
            workspace=workspace,
            others=[Workspace.objects.create(name=f"Other {number}") for number in range(200)],
            people=people,
            rare=rare,
            widgets=[_another(widget, number) for number in range(20)],
            avatars=[_avatar(number) for number in range(30)],
            key=widget.provider_key,
            origins=[f"https://site{number}.example" for number in range(40)],
        )


def public_id(number: int, *, spread: int = 0x9E3779B97F4A7C15) -> str:
    """Ids that follow each other look nothing alike."""
    digits = f"{number * spread % 2**64:016x}{number:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _person(workspace: Workspace, number: int) -> User:
    user = User.objects.create(email=f"person{number}@example.com", name=f"Person {number}")
    Membership.objects.create(workspace=workspace, user=user, role=Role.MEMBER.value)
    return user


def _another(widget: Widget, number: int) -> Widget:
    another = Widget.objects.get(pk=widget.pk)
    another.pk, another.public_id = None, UUID(public_id(number + 10**9))
    another.name = f"Widget {number}"
    another._state.adding = True
    another.save()
    return another


def _avatar(number: int) -> Avatar:
    return Avatar.objects.create(
        remote_id=f"bench-{number}", name=f"Avatar {number:02}", status=Avatar.ACTIVE
    )
