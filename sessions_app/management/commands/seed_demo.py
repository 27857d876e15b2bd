"""`manage.py seed_demo`: people, a key, contexts and a widget to try; safe to run again."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, ProviderKey, User, Workspace
from accounts.rights import Role
from accounts.services import provider_keys
from accounts.services.callers import Caller
from liveavatar_web.vault import Secret
from sessions_app.models import Avatar, Context, Widget
from sessions_app.services import catalogue, contexts
from sessions_app.services.contexts import Script

OWNER, AUDITOR = "demo@example.com", "auditor@example.com"
# One more person for each role of the workspace; the auditor above is staff.
COLLEAGUES = {
    "admin@example.com": Role.ADMIN,
    "member@example.com": Role.MEMBER,
    "reader@example.com": Role.AUDITOR,
}

SCRIPTS = [
    Script(
        name="Museum guide",
        prompt=(
            "You are a warm, curious guide in a small art museum. Answer in two or three short "
            "sentences, then ask what the visitor would like to see next."
        ),
        opening_text="Welcome to the museum. What would you like to see?",
    ),
    Script(
        name="Language partner",
        prompt=(
            "You help somebody practise everyday English. Speak slowly, use plain words, and "
            "gently say a better version of what they said before you answer."
        ),
        opening_text="Hello! Tell me about your day.",
    ),
]


# A public avatar of the simulator, here before the catalogue has been asked for.
_AVATAR = {"remote_id": "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01", "name": "Amara"}


class Command(BaseCommand):
    help = "Seed the demo workspace, and print how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", help="An origin that the demo's widgets may stand on.")
        parser.add_argument("--widgets", nargs=2, help="Their public ids: floating, inline.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("seed_demo is for the desk; production does not take demo people")
        password = _password()
        with transaction.atomic():
            owner = _person(OWNER, "Demo", password)
            workspace = _workspace(owner)
            for email, role in COLLEAGUES.items():
                name = email.partition("@")[0].title()
                _join(workspace, _person(email, name, password), role)
            _staff(_person(AUDITOR, "Auditor", password))
        caller = Caller.system("seed")
        if settings.LIVEAVATAR_API_KEY.startswith("sim-"):
            _seed_key(workspace, owner)
            _deliver_again()
        _seed_contexts(workspace, Caller(user=owner, label=caller.label))
        for public_id, placement in zip(
            options["widgets"] or [], Widget.Placement.values, strict=False
        ):
            _seed_widget(workspace, owner, public_id, placement, site=options["site"])
        catalogue.request_sync(caller=caller, now=timezone.now())
        colleagues = ", ".join(f"{email} ({role})" for email, role in COLLEAGUES.items())
        self.stdout.write(
            f"Sign in as   {OWNER}\n"
            f"Password     {password}\n"
            f"Then click   Talk, and allow the microphone\n"
            f"Also here    {colleagues}, {AUDITOR} (staff auditor), same password"
        )


def _password() -> str:
    """Made once and kept beside the database, so that it can be shown at every start."""
    path = settings.VAR_DIR / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="utf-8")
    return str(path.read_text(encoding="utf-8")).strip()


def _person(email: str, name: str, password: str) -> User:
    person = User.objects.filter(email=email).first()
    return person or User.objects.create_user(email, password, name=name)


def _workspace(owner: User) -> Workspace:
    membership = owner.memberships.filter(role=Role.OWNER).first()
    if membership is not None:
        return membership.workspace
    workspace = Workspace.objects.create(name="Demo workspace")
    _join(workspace, owner, Role.OWNER)
    return workspace


def _join(workspace: Workspace, person: User, role: Role) -> None:
    Membership.objects.get_or_create(workspace=workspace, user=person, defaults={"role": role})


def _staff(person: User) -> None:
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))


def _seed_key(workspace: Workspace, owner: User) -> None:
    """A key that the simulator takes for a good one of OpenAI's."""
    if not workspace.provider_keys.exists():
        key = provider_keys.register(
            caller=Caller(user=owner, label=owner.label),
            workspace=workspace,
            name="Demo key",
            value=Secret(f"sk-sim-{secrets.token_urlsafe(24)}"),
        )
        # The simulator answers for OpenAI here, and starts after the seed: it takes such a key.
        ProviderKey.objects.filter(pk=key.pk).update(warning="")


def _seed_contexts(workspace: Workspace, caller: Caller) -> None:
    if not workspace.contexts.exists():
        for script in SCRIPTS:
            contexts.create(caller=caller, workspace=workspace, script=script, now=timezone.now())


def _seed_widget(
    workspace: Workspace, owner: User, public_id: str, placement: str, *, site: str
) -> None:
    """Made once; which site it stands on follows the ports of the run. Needs a key."""
    key = workspace.provider_keys.first()
    if key is None:
        return
    avatar, _ = Avatar.objects.get_or_create(
        remote_id=_AVATAR["remote_id"],
        defaults={"name": _AVATAR["name"], "status": Avatar.ACTIVE},
    )
    widget, _ = Widget.objects.get_or_create(
        public_id=public_id,
        defaults={
            "workspace": workspace,
            "created_by": owner,
            "name": f"Bookshop, {placement}",
            "placement": placement,
            "avatar": avatar,
            "context": workspace.contexts.first(),
            "provider_key": key,
            "voice": settings.OPENAI_VOICES[0],
            "model": settings.OPENAI_MODELS[0],
            # Whoever tries it out comes from one address, again and again.
            "visitor_daily_starts": 100,
            "visitor_daily_minutes": 300,
            "daily_starts": 200,
            "daily_minutes": 300,
        },
    )
    if site not in widget.origins:
        widget.origins = [*widget.origins, site]
        widget.save(update_fields=["origins"])


def _deliver_again() -> None:
    """The simulator keeps nothing over a restart, so what it was given is looked for anew."""
    now = timezone.now()
    ProviderKey.objects.usable().update(
        state=ProviderKey.State.UNCERTAIN, remote_secret_id="", due_at=now
    )
    Context.objects.filter(state=Context.State.READY).update(
        state=Context.State.UNCERTAIN,
        remote_context_id="",
        mirrored_number=0,
        attempts=1,
        due_at=now,
    )
