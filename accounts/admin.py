# ruff: noqa: ARG002 (the signatures are Django's)

from typing import Any

from allauth.account import admin as account_admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as socialaccount_admin  # noqa: F401
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as usersessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from accounts.admin_audit import AuditedAdmin, ReadOnlyAdmin
from accounts.models import AuditEvent, Membership, ProviderKey, User, Workspace
from accounts.services import invitations
from accounts.services.callers import Caller

# Changes there would be without an audit event, and without the rules of our services. Importing
# their modules registers them; the admin's own search for such modules finds that done.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(model)

admin.site.site_header = admin.site.site_title = "LiveAvatar Web"
# One way in for everybody: with rate limits, verified addresses and an audit event.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail address")


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "workspace")


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    add_form = NewUserForm
    inlines = (MembershipInline,)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "date_joined")
    search_fields = ("email", "name", "public_id")
    ordering = ("email",)
    readonly_fields = ("public_id", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "public_id")}),
        (
            "May",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An address is changed by whose it is, who confirms the new one; allauth keeps both."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "email") if obj else fixed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are made inactive: what they did keeps pointing at them."""
        return False

    def get_urls(self) -> list[URLPattern]:
        invite = path("invite/", self.admin_site.admin_view(self.invite), name="invite")
        return [invite, *super().get_urls()]

    def invite(self, request: HttpRequest) -> HttpResponse:
        """Shows a link at which one address may sign up."""
        form, link = InviteForm(request.POST or None), None
        if not self.has_add_permission(request):
            raise PermissionDenied
        if form.is_valid():
            email, caller = form.cleaned_data["email"], Caller.of_staff(request)
            try:
                link = invitations.invite(email=email, caller=caller)
            except invitations.AlreadyMember as error:
                form.add_error("email", str(error))
        context = {"form": form, "link": link, "title": "Invite somebody"}
        context |= self.admin_site.each_context(request)
        return render(request, "admin/accounts/user/invite.html", context)


@admin.register(Workspace)
class WorkspaceAdmin(AuditedAdmin):
    inlines = (MembershipInline,)
    list_display = (
        "name",
        "public_id",
        "created_at",
        "max_concurrent_sessions",
        "max_session_seconds",
        "monthly_minutes",
        "monthly_credits",
    )
    list_filter = ("created_at",)
    search_fields = ("name", "public_id", "memberships__user__email")
    readonly_fields = ("public_id", "created_at", "version")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProviderKey)
class ProviderKeyAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "workspace", "kind", "state", "last4", "attempts", "due_at", "last_error",
    )  # fmt: skip
    list_filter = ("state", "kind", "last_error", "created_at")
    list_select_related = ("workspace",)
    search_fields = ("name", "public_id", "workspace__name", "last4", "remote_secret_id")
    exclude = ("value", "fingerprint", "claim_token")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = (
        "at", "action", "refused", "actor_label", "object_type", "object_label",
        "workspace_label", "request_id",
    )  # fmt: skip
    list_filter = ("action", "refused", "object_type", "at")
    search_fields = (
        "actor_label", "object_label", "workspace_label", "request_id", "actor_id", "object_id",
    )  # fmt: skip
    show_full_result_count = False
