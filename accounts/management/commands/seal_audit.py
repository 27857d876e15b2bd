from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.services import audit_keeping, audit_seals
from accounts.services.callers import Caller


class Command(BaseCommand):
    help = "Seals the heads of the audit trail's chains now; beat does so by itself every hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--restored",
            action="store_true",
            help="A backup was restored: what was sealed since it was made is not looked for.",
        )

    def handle(self, *args: Any, restored: bool, **options: Any) -> str:
        now = timezone.now()
        try:
            if restored:
                caller = Caller.system("manage.py seal_audit")
                sealed = audit_keeping.declare_restored(caller=caller, now=now)
            else:
                sealed = audit_seals.seal(now=now)
        except OSError as error:
            raise CommandError(
                f"Nothing was sealed: {error}. Run this where the seals are (worker-sync, with "
                "docker compose) or set AUDIT_SEALS."
            ) from error
        chains = "1 chain" if sealed == 1 else f"{sealed} chains"
        return f"{chains} sealed in {settings.AUDIT_SEALS}."
