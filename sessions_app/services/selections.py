"""Which sessions are wanted: one filter for the list, the live view, the export and the bulk stop.

What one sees is what one exports and what one stops. The scope comes with the rows that are given:
those of a workspace, of one person in it, or all of the installation's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import ProviderKey, User, Workspace
from liveavatar_web import days
from liveavatar_web.look_back import Past
from sessions_app.models import Avatar, AvatarSession, CloudSession, Widget
from sessions_app.models.avatar_session import AvatarSessionQuerySet, among_open

# Values of `state` and of `who` that are more than one.
OPEN_ONES: Final = "open"
VISITORS: Final = "visitors"
SHORTEST_SEARCH: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A filter as its address says it; what is empty is not asked about.

    `q` is the beginning of a session's id, or LiveAvatar's id in full. `who` is a person's public
    id, or VISITORS; `workspace`, `widget`, `avatar` and `key` are public ids. Days are in UTC, both
    included.
    """

    workspace: str = ""
    q: str = ""
    state: str = ""
    reason: str = ""
    who: str = ""
    widget: str = ""
    origin: str = ""
    avatar: str = ""
    key: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, query: str) -> Self:
        """The selection of which this is the `query`. Raises ValueError where it is of none."""
        values: dict[str, Any] = dict(parse_qsl(query, strict_parsing=bool(query)))
        for name in ("least", "most"):
            if name in values:
                values[name] = Decimal(values[name])
        for name in ("since", "until"):
            if name in values:
                values[name] = date.fromisoformat(values[name])
        if unknown := values.keys() - {field.name for field in fields(cls)}:
            raise ValueError(f"a selection has no {sorted(unknown)}")
        return cls(**values)

    @property
    def query(self) -> str:
        """As it stands in an address, without the question mark."""
        return urlencode(self.asked)

    def without(self, name: str) -> Self:
        return replace(self, **{name: getattr(Selection(), name)})

    @property
    def asked(self) -> Mapping[str, str]:
        """What is asked about, by name, as text."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in values.items() if value not in (None, "")}

    def past(self, rows: AvatarSessionQuerySet, *, of_one: bool = True) -> Past[AvatarSession]:
        """Those of `rows` that are wanted, to be read newest first.

        `of_one` where the rows are those of one workspace, or of one person in it.
        """
        conditions = dict(self._conditions())
        among = rows.filter(conditions.pop("workspace", Q()), conditions.pop("time", Q()))
        if not of_one and (owner := self._owner()):
            among, of_one = among.filter(owner), True
        # The first has an index of its own, in the list's order; the rest is looked for within.
        in_order = _INDEXED if of_one or self.workspace else _INDEXED_EVERYWHERE
        if indexed := next((name for name in in_order if name in conditions), None):
            among = among.filter(conditions.pop(indexed))
        matching = among.filter(*conditions.values()) if conditions else among
        return Past(among, matching, by="requested_at")

    def matching(self, rows: AvatarSessionQuerySet) -> AvatarSessionQuerySet:
        """Those of `rows` that are wanted, however many."""
        return rows.filter(*dict(self._conditions()).values())

    def _owner(self) -> Q:
        """The workspace of the key or the widget that is asked for: their indexes begin with it."""
        things = ((ProviderKey.objects.all(), self.key), (Widget.objects.all(), self.widget))
        for rows, public_id in things:
            if public_id:
                return Q(workspace=_pk(rows, public_id, "workspace"))
        return Q()

    def _conditions(self) -> dict[str, Q]:
        asked: dict[str, Q] = {}
        if self.workspace:
            asked["workspace"] = Q(workspace=_pk(Workspace.objects.all(), self.workspace))
        if self.q:
            asked["q"] = _named(self.q)
        if self.state:
            asked["state"] = among_open() if self.state == OPEN_ONES else Q(state=self.state)
        if self.reason:
            asked["reason"] = Q(end_reason=self.reason)
        if self.who == VISITORS:
            asked["visitors"] = Q(requested_by__isnull=True)
        elif self.who:
            asked["who"] = Q(requested_by=_pk(User.objects.all(), self.who))
        if self.widget:
            asked["widget"] = Q(widget=_pk(Widget.objects.all(), self.widget))
        if self.origin:
            asked["origin"] = Q(origin=self.origin)
        if self.avatar:
            asked["avatar"] = Q(avatar=_pk(Avatar.objects.all(), self.avatar))
        if self.key:
            asked["key"] = Q(provider_key=_pk(ProviderKey.objects.all(), self.key))
        if self.least is not None:
            asked["least"] = Q(credits__gte=self.least)
        if self.most is not None:
            asked["most"] = Q(credits__lte=self.most)
        time = {}
        if self.since is not None:
            time["requested_at__gte"] = days.begins(self.since)
        if self.until is not None:
            time["requested_at__lte"] = days.ends(self.until)
        if time:
            asked["time"] = Q(**time)
        return asked


# What an index has in the list's order, that which leaves the fewest rows first.
_INDEXED: Final = ("q", "who", "origin", "key", "widget", "reason", "avatar", "state")
# The same where no workspace is known, with which the indexes of the others begin.
_INDEXED_EVERYWHERE: Final = ("q", "who")


def _pk(rows: QuerySet[Any], public_id: str, name: str = "pk") -> QuerySet[Any]:
    """As one value and not as a join, after which the database would have to sort."""
    return rows.filter(public_id=public_id).values(name)[:1]


def _named(text: str) -> Q:
    """By an id's beginning: what the unique index has, asked before all else.

    As a condition beside others, SQLite would rather look through all of a workspace.
    """
    digits = text.replace("-", "")
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    here = AvatarSession.objects.filter(public_id__gte=first, public_id__lte=last)
    found = here.order_by().values("pk")
    if first == last:
        there = CloudSession.objects.filter(remote_id=str(first))
        found = found.union(there.order_by().values("avatar_session"))
    return Q(pk__in=found)
