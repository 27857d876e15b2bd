import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.key_forms import KeyNameForm, NewKeyForm
from accounts.models import AuditEvent, ProviderKey
from accounts.reauthentication import recent_password_required
from accounts.requests import MemberRequest, member_required, stand_in
from accounts.rights import Right
from accounts.services import provider_keys, trail, workspaces
from accounts.services.callers import Caller
from accounts.services.provider_keys import AlreadyRegistered, NotRetryable, RefusedByProvider
from liveavatar_web import watch

EVENTS_SHOWN = 20


@require_GET
@member_required
def index(request: MemberRequest) -> HttpResponse:
    workspace = request.membership.workspace
    keys = ProviderKey.objects.visible_to(request.user).filter(workspace=workspace)
    watch_url = watch.address("workspace", workspace.public_id, viewer=request.user.public_id)
    return render(
        request, "accounts/provider_keys_page.html", {"keys": keys, "watch_url": watch_url}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("value")
@never_cache
@member_required
@recent_password_required
def new(request: MemberRequest) -> HttpResponse:
    workspace, caller = request.membership.workspace, Caller.of(request)
    workspaces.require(Right.MANAGE_KEYS, caller=caller, workspace=workspace)
    form = NewKeyForm(request.POST or None)
    if form.is_valid():
        try:
            key = provider_keys.register(caller=caller, workspace=workspace, **form.cleaned_data)
        except (AlreadyRegistered, RefusedByProvider) as error:
            form.add_error("value", str(error))
        else:
            messages.success(request, f"“{key.name}” is sealed and on its way to LiveAvatar.")
            return redirect("provider_key", key.public_id)
    return render(request, "accounts/provider_key_new_page.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def detail(request: MemberRequest, public_id: uuid.UUID) -> HttpResponse:
    """Shows a key; a POST renames it."""
    key = _key(request, public_id)
    form = KeyNameForm(request.POST or None, initial={"name": key.name})
    if form.is_valid():
        provider_keys.rename(caller=Caller.of(request), key=key, name=form.cleaned_data["name"])
        messages.success(request, "Renamed.")
        return redirect("provider_key", key.public_id)
    events = AuditEvent.objects.visible_to(request.user).filter(object_id=key.public_id)
    context = {
        "key": key,
        "rename_form": form,
        "events": trail.told(events[:EVENTS_SHOWN]),
        "watch_url": watch.address("provider_key", key.public_id, viewer=request.user.public_id),
    }
    return render(request, "accounts/provider_key_page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@recent_password_required
def revoke(request: MemberRequest, public_id: uuid.UUID) -> HttpResponse:
    key = _key(request, public_id)
    if request.method == "POST":
        provider_keys.revoke(caller=Caller.of(request), key=key)
        messages.success(request, f"“{key.name}” is revoked: no new conversation uses it.")
        return redirect("provider_key", key.public_id)
    return render(request, "accounts/provider_key_revoke_page.html", {"key": key})


@require_POST
@member_required
def retry(request: MemberRequest, public_id: uuid.UUID) -> HttpResponse:
    key = _key(request, public_id)
    try:
        provider_keys.retry(caller=Caller.of(request), key=key)
    except (NotRetryable, AlreadyRegistered) as error:
        messages.error(request, str(error))
    return redirect("provider_key", key.public_id)


def _key(request: MemberRequest, public_id: uuid.UUID) -> ProviderKey:
    keys = ProviderKey.objects.visible_to(request.user).select_related("workspace")
    found = get_object_or_404(keys, public_id=public_id)
    stand_in(request, found.workspace)
    return found
