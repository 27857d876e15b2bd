"""The list of sessions, and of those that run now, by whatever the address asks for."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import MemberRequest, StaffRequest, member_required, staff_required
from liveavatar_web import exports
from liveavatar_web.compiled import CompiledAmong
from liveavatar_web.exports import Format
from liveavatar_web.look_back import Place, Stretch
from sessions_app.models import AvatarSession
from sessions_app.selection_forms import SelectionForm
from sessions_app.services import daily_usage, session_exports
from sessions_app.services.limits import Need
from sessions_app.services.selections import Selection
from sessions_app.views.scopes import Scope

_MOST_LIVE = 200
_LINES: Final = CompiledAmong(lambda keys: AvatarSession.objects.filter(pk__in=keys).lines(), int)
_NOTHING: Stretch[AvatarSession] = Stretch([], None)


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is asked for, in words, and the address of the list without it."""

    label: str
    value: str
    url_without: str


@require_safe
@member_required
def sessions(request: MemberRequest) -> HttpResponse:
    return _list(request, Scope.of_member(request))


@require_safe
@staff_required
def staff_sessions(request: StaffRequest) -> HttpResponse:
    return _list(request, Scope.of_staff(request))


@require_safe
@member_required
def live(request: MemberRequest) -> HttpResponse:
    return _live(request, Scope.of_member(request))


@require_safe
@staff_required
def staff_live(request: StaffRequest) -> HttpResponse:
    return _live(request, Scope.of_staff(request))


@require_safe
@member_required
def sessions_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    return _export(request, Scope.of_member(request), kind)


@require_safe
@staff_required
def staff_sessions_export(request: StaffRequest, kind: str) -> HttpResponseBase:
    return _export(request, Scope.of_staff(request), kind)


def _list(request: HttpRequest, scope: Scope) -> HttpResponse:
    form, page, selection = scope.form, _NOTHING, Selection()
    if form.is_valid():
        selection = form.selection()
        past = selection.past(scope.rows, of_one=not scope.is_everywhere)
        page = past.stretch(Place.parse(request.GET.get("before", "")), read=_LINES.rows)
    chips = chips_of(form, selection)
    values = scope.watched() | {
        "scope": scope,
        "form": form,
        "selection": selection,
        "chips": chips,
        "filters_shown": "filters" in request.GET or form.errors or (scope.is_everywhere and chips),
        "saved_filters": scope.saved_filters(),
        "sessions": page.rows,
        "looked_back_to": page.looked_back_to,
        "next_url": next_url(request, page),
    }
    return render(request, "sessions_app/sessions_page.html", values)


def _live(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Who talks now, or waits for it: the list's filter, of those that are not over."""
    form, selection, found = scope.form, Selection(), AvatarSession.objects.none()
    if form.is_valid():
        selection = form.selection().without("state")
        found = selection.matching(scope.rows.listed_open()).lines()
    sessions = list(found[: _MOST_LIVE + 1])
    values = scope.watched() | {
        "scope": scope,
        "form": form,
        "selection": selection,
        "chips": chips_of(form, selection),
        "rows": [(each, Need.so_far(each).credits) for each in sessions[:_MOST_LIVE]],
        "are_more": len(sessions) > _MOST_LIVE,
        "credits_per_minute": settings.CREDITS_PER_MINUTE,
    }
    return render(request, "sessions_app/sessions_live_page.html", values)


def _export(request: HttpRequest, scope: Scope, kind: str) -> HttpResponseBase:
    """All that the list would show, as a file; what makes no sense leads back to the list."""
    if kind not in list(Format):
        raise Http404
    if not scope.form.is_valid():
        return redirect(f"{reverse(scope.routes['sessions'])}?{request.GET.urlencode()}")
    selection = scope.form.selection()
    records = session_exports.records(
        selection,
        rows=scope.rows,
        of_one=not scope.is_everywhere,
        workspace=scope.concerned,
        caller=scope.caller,
        kind=kind,
    )
    # Nobody has counted one person's own.
    about = daily_usage.about(selection, workspace=scope.workspace) if scope.is_everybodys else None
    return exports.answer(
        records, columns=session_exports.COLUMNS, kind=Format(kind), name="sessions", about=about
    )


def chips_of(form: SelectionForm, selection: Selection) -> list[Chip]:
    """What is asked for beside the state, which has a place of its own on the page."""
    asked = {name: value for name, value in selection.asked.items() if name != "state"}
    return [
        Chip(str(form[name].label), form.words(name, value), f"?{selection.without(name).query}")
        for name, value in asked.items()
    ]


def next_url(request: HttpRequest, page: Stretch[AvatarSession]) -> str | None:
    if page.next is None:
        return None
    query = request.GET.copy()
    query["before"] = str(page.next)
    return f"?{query.urlencode()}"
