"""Everybody who has an account: where they work, and whether they may sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import SearchForm
from accounts.models import User
from accounts.requests import StaffRequest, staff_required
from accounts.services import people as accounts_of_people
from accounts.services.callers import Caller
from liveavatar_web.pages import page_of
from sessions_app.models import AvatarSession


@require_safe
@staff_required
def people(request: StaffRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    found = User.objects.known_as(text) if text else User.objects.all()
    found = found.prefetch_related("memberships__workspace")
    page = page_of(found.order_by("-id"), request)
    values = {"form": form, "people": page.rows, "next_url": page.next_url}
    return render(request, "staff/people_page.html", values)


@require_safe
@staff_required
def person(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(User, public_id=public_id)
    values = {
        "person": found,
        "memberships": found.memberships.select_related("workspace").order_by("id"),
        "running": _running(found),
        "may_change": request.user.has_perm("accounts.change_user"),
    }
    return render(request, "staff/person_page.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def person_suspend(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Says first how many conversations that ends."""
    found = get_object_or_404(User, public_id=public_id)
    if request.method == "POST":
        with words_for_refusals():
            accounts_of_people.suspend(found, caller=Caller.of_staff(request))
        messages.success(request, f"{found} can no longer sign in.")
        return redirect("staff_person", public_id)
    values = {"person": found, "running": _running(found)}
    return render(request, "staff/person_suspend_page.html", values)


@require_POST
@staff_required
def person_reinstate(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(User, public_id=public_id)
    with words_for_refusals():
        accounts_of_people.reinstate(found, caller=Caller.of_staff(request))
    messages.success(request, f"{found} can sign in again.")
    return redirect("staff_person", public_id)


def _running(person: User) -> int:
    return AvatarSession.objects.listed_open().filter(requested_by=person).count()


@contextmanager
def words_for_refusals() -> Iterator[None]:
    try:
        yield
    except accounts_of_people.NotYours as error:
        raise PermissionDenied(str(error)) from error
