"""What is held about somebody else: handed out for a reason, and erased for them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms import ErasureForm
from accounts.models import User
from accounts.reauthentication import recent_password_required
from accounts.requests import StaffRequest, staff_required
from accounts.services import people
from accounts.services.callers import Caller
from sessions_app.forms import ReasonForm
from sessions_app.services import personal_data
from sessions_app.services.personal_data import OwnsSharedWorkspaces
from sessions_app.views.personal_data import as_file
from sessions_app.views.staff.people import words_for_refusals


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@recent_password_required
def person_data(request: StaffRequest, public_id: UUID) -> HttpResponseBase:
    """Asks why, since what they said is among it."""
    person, caller = get_object_or_404(User, public_id=public_id), Caller.of_staff(request)
    form = ReasonForm(request.POST or None)
    with words_for_refusals():
        people.require(caller, person)
    if form.is_valid():
        records = personal_data.export(person, caller=caller, reason=form.cleaned_data["reason"])
        return as_file(records, f"person-{str(person.public_id)[:8]}")
    return render(request, "staff/person_data_page.html", {"person": person, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@recent_password_required
def person_erase(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Says what goes and what stays, and asks for the address that is about to be forgotten."""
    person, caller = get_object_or_404(User, public_id=public_id), Caller.of_staff(request)
    form = ErasureForm(request.POST or None, email=person.email)
    form.fields["email"].label = "Write their e-mail address to confirm"
    with words_for_refusals():
        people.require(caller, person)
    if form.is_valid():
        try:
            personal_data.erase(person, caller=caller, now=timezone.now())
        except OwnsSharedWorkspaces as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The account is erased.")
            return redirect("staff_people")
    alone, shared = personal_data.owned_alone(person)
    values = {"person": person, "form": form, "alone": alone, "shared": shared}
    return render(request, "staff/person_erase_page.html", values)
