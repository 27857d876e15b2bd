"""Keeping what a list of sessions shows under a name: a workspace's list, or the installation's."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import Membership
from accounts.requests import MemberRequest, StaffRequest, member_required, staff_required
from accounts.services.callers import Caller
from sessions_app.models import SavedFilter
from sessions_app.selection_forms import FilterNameForm, SaveFilterForm
from sessions_app.services import saved_filters
from sessions_app.services.saved_filters import NotSaved
from sessions_app.views.scopes import OF_MEMBERS, OF_STAFF


@require_POST
@member_required
def filter_save(request: MemberRequest) -> HttpResponse:
    return _save(request, request.membership, Caller.of(request))


@require_POST
@staff_required
def staff_filter_save(request: StaffRequest) -> HttpResponse:
    return _save(request, None, Caller.of_staff(request))


@require_POST
@member_required
def filter_rename(request: MemberRequest, public_id: UUID) -> HttpResponse:
    return _rename(request, _of_member(request, public_id), Caller.of(request))


@require_POST
@staff_required
def staff_filter_rename(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _rename(request, _of_staff(request, public_id), Caller.of_staff(request))


@require_POST
@member_required
def filter_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    return _delete(request, _of_member(request, public_id), Caller.of(request))


@require_POST
@staff_required
def staff_filter_delete(request: StaffRequest, public_id: UUID) -> HttpResponse:
    return _delete(request, _of_staff(request, public_id), Caller.of_staff(request))


def _save(request: HttpRequest, membership: Membership | None, caller: Caller) -> HttpResponse:
    """Keeps what the list shows, and shows it again."""
    form, routes = SaveFilterForm(request.POST), OF_MEMBERS if membership else OF_STAFF
    if not form.is_valid():
        return _refuse(request, form, routes)
    try:
        saved = saved_filters.save(**form.cleaned_data, membership=membership, caller=caller)
    except NotSaved as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{saved.name}” is kept above the list.")
    return _to_list(routes, form.cleaned_data["selection"].query)


def _rename(request: HttpRequest, saved: SavedFilter, caller: Caller) -> HttpResponse:
    form = FilterNameForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form, _routes(saved))
    try:
        saved_filters.rename(saved, **form.cleaned_data, caller=caller)
    except NotSaved as error:
        messages.error(request, str(error))
    return _to_list(_routes(saved), saved.query)


def _delete(request: HttpRequest, saved: SavedFilter, caller: Caller) -> HttpResponse:
    saved_filters.delete(saved, caller=caller)
    messages.success(request, f"The filter “{saved.name}” is deleted.")
    return _to_list(_routes(saved), saved.query)


def _of_member(request: MemberRequest, public_id: UUID) -> SavedFilter:
    shown = SavedFilter.objects.shown_in(request.membership).select_related("workspace")
    return get_object_or_404(shown, public_id=public_id)


def _of_staff(request: StaffRequest, public_id: UUID) -> SavedFilter:
    return get_object_or_404(SavedFilter.objects.shown_to_staff(request.user), public_id=public_id)


def _routes(saved: SavedFilter) -> Mapping[str, str]:
    return OF_STAFF if saved.workspace_id is None else OF_MEMBERS


def _refuse(request: HttpRequest, form: Form, routes: Mapping[str, str]) -> HttpResponse:
    words = (str(word) for errors in form.errors.values() for word in errors)
    messages.error(request, " ".join(words))
    return _to_list(routes, "")


def _to_list(routes: Mapping[str, str], query: str) -> HttpResponse:
    return redirect(f"{reverse(routes['sessions'])}?{query}")
