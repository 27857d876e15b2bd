"""The list of sessions, and of those that run now, by whatever the address asks for."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Membership
from accounts.requests import MemberRequest, member_required
from accounts.rights import Right
from accounts.services.callers import Caller
from liveavatar_web import exports, watch
from liveavatar_web.exports import Format
from liveavatar_web.look_back import Place, Stretch
from sessions_app.models import AvatarSession, SavedFilter
from sessions_app.selection_forms import SelectionForm
from sessions_app.services import session_exports
from sessions_app.services.limits import Need
from sessions_app.services.selections import Selection

_MOST_LIVE = 200
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
    membership = request.membership
    form = form_of(request, membership)
    page, selection = _NOTHING, Selection()
    if form.is_valid():
        selection = form.selection()
        rows = AvatarSession.objects.shown_in(membership)
        rows = rows.select_related("avatar", "requested_by", "widget", "provider_key")
        page = selection.past(rows).stretch(Place.parse(request.GET.get("before", "")))
    values = {
        "form": form,
        "selection": selection,
        "chips": chips_of(form, selection),
        "saved_filters": SavedFilter.objects.shown_in(membership),
        "sessions": page.rows,
        "looked_back_to": page.looked_back_to,
        "next_url": next_url(request, page),
        "watch_url": watch.address("workspace", membership.workspace.public_id),
        "version": membership.workspace.version,
    }
    return render(request, "sessions_app/sessions_page.html", values)


@require_safe
@member_required
def live(request: MemberRequest) -> HttpResponse:
    """Who talks now, or waits for it: the list's filter, of those that are not over."""
    membership = request.membership
    form = form_of(request, membership)
    selection, found = Selection(), AvatarSession.objects.none()
    if form.is_valid():
        selection = form.selection().without("state")
        found = AvatarSession.objects.shown_in(membership).open()
        found = selection.matching(found).select_related("avatar", "requested_by", "widget")
    sessions = list(found[: _MOST_LIVE + 1])
    values = {
        "form": form,
        "selection": selection,
        "chips": chips_of(form, selection),
        "rows": [(each, Need.so_far(each).credits) for each in sessions[:_MOST_LIVE]],
        "are_more": len(sessions) > _MOST_LIVE,
        "credits_per_minute": settings.CREDITS_PER_MINUTE,
        "may_stop_any": membership.may(Right.STOP_ANY_SESSION),
        "watch_url": watch.address("workspace", membership.workspace.public_id),
        "version": membership.workspace.version,
    }
    return render(request, "sessions_app/sessions_live_page.html", values)


@require_safe
@member_required
def sessions_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """All that the list would show, as a file; what makes no sense leads back to the list."""
    membership = request.membership
    if kind not in list(Format):
        raise Http404
    form = form_of(request, membership)
    if not form.is_valid():
        return redirect(f"{reverse('sessions')}?{request.GET.urlencode()}")
    records = session_exports.records(
        form.selection(),
        rows=AvatarSession.objects.shown_in(membership),
        workspace=membership.workspace,
        caller=Caller.of(request),
        kind=kind,
    )
    return exports.answer(
        records, columns=session_exports.COLUMNS, kind=Format(kind), name="sessions"
    )


def form_of(request: HttpRequest, membership: Membership) -> SelectionForm:
    """What the address asks for, of what this member sees."""
    return SelectionForm(
        request.GET,
        workspace=membership.workspace,
        everybodys=membership.may(Right.READ_AUDIT),
    )


def chips_of(form: SelectionForm, selection: Selection) -> list[Chip]:
    """What is asked for beside the state, which has a place of its own on the page."""
    asked = {name: value for name, value in selection.asked.items() if name != "state"}
    return [
        Chip(str(form[name].label), _words(form, name, value), f"?{selection.without(name).query}")
        for name, value in asked.items()
    ]


def next_url(request: HttpRequest, page: Stretch[AvatarSession]) -> str | None:
    if page.next is None:
        return None
    query = request.GET.copy()
    query["before"] = str(page.next)
    return f"?{query.urlencode()}"


def _words(form: SelectionForm, name: str, value: str) -> str:
    choices = dict(getattr(form.fields[name], "choices", ()))
    return str(choices.get(value, value))
