from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import Workspace
from accounts.services import provider_keys
from accounts.services.callers import Caller
from sessions_app.lifecycle import EndReason
from sessions_app.models import AvatarSession
from sessions_app.services import avatar_sessions


class Command(BaseCommand):
    help = (
        "Ends every conversation of the installation. With --revoke-keys no other one can begin "
        "either: every provider key is revoked, and deleted from LiveAvatar."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--revoke-keys", action="store_true", help="Cannot be undone.")
        parser.add_argument("--yes", action="store_true", help="Do it; else it is only counted.")

    def handle(self, *args: Any, revoke_keys: bool, yes: bool, **options: Any) -> None:
        caller = Caller.system("manage.py stop_everything")
        if revoke_keys and yes:
            # First, so that nobody starts anew what is ended below.
            for workspace in Workspace.objects.all():
                provider_keys.revoke_all(workspace, caller=caller)
        sessions = list(AvatarSession.objects.open().select_related("workspace"))
        if yes:
            for session in sessions:
                avatar_sessions.request_stop(
                    session, caller=caller, reason=EndReason.ADMIN, now=timezone.now()
                )
        did = "are ending" if yes else "would end; --yes ends them"
        self.stdout.write(f"{len(sessions)} sessions {did}")
        if revoke_keys:
            self.stdout.write(f"Every provider key {'is' if yes else 'would be'} revoked")
