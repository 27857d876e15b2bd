from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import MemberRequest, member_required
from accounts.services.callers import Caller
from sessions_app.models import SavedFilter
from sessions_app.selection_forms import FilterNameForm, SaveFilterForm
from sessions_app.services import saved_filters
from sessions_app.services.saved_filters import NotSaved


@require_POST
@member_required
def filter_save(request: MemberRequest) -> HttpResponse:
    """Keeps what the list shows, and shows it again."""
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form)
    try:
        saved = saved_filters.save(
            **form.cleaned_data, membership=request.membership, caller=Caller.of(request)
        )
    except NotSaved as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{saved.name}” is kept above the list.")
    return _to_list(form.cleaned_data["selection"].query)


@require_POST
@member_required
def filter_rename(request: MemberRequest, public_id: UUID) -> HttpResponse:
    saved = _visible(request, public_id)
    form = FilterNameForm(request.POST)
    if not form.is_valid():
        return _refuse(request, form)
    try:
        saved_filters.rename(saved, **form.cleaned_data, caller=Caller.of(request))
    except NotSaved as error:
        messages.error(request, str(error))
    return _to_list(saved.query)


@require_POST
@member_required
def filter_delete(request: MemberRequest, public_id: UUID) -> HttpResponse:
    saved = _visible(request, public_id)
    saved_filters.delete(saved, caller=Caller.of(request))
    messages.success(request, f"The filter “{saved.name}” is deleted.")
    return _to_list(saved.query)


def _visible(request: MemberRequest, public_id: UUID) -> SavedFilter:
    visible = SavedFilter.objects.shown_in(request.membership).select_related("workspace")
    return get_object_or_404(visible, public_id=public_id)


def _refuse(request: MemberRequest, form: Form) -> HttpResponse:
    words = (str(word) for errors in form.errors.values() for word in errors)
    messages.error(request, " ".join(words))
    return _to_list("")


def _to_list(query: str) -> HttpResponse:
    return redirect(f"{reverse('sessions')}?{query}")
