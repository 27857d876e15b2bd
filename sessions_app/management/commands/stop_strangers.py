from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.services.callers import Caller
from liveavatar import errors
from liveavatar_web import cloud
from sessions_app.services import strangers


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


class Command(BaseCommand):
    help = (
        "Lists the sessions that run on the LiveAvatar account and were not minted here, and stops "
        "them with --yes. They may be another installation's; after a restore they may be ours."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="Stop them, for they are nobody's.")
        parser.add_argument(
            "--begun-after",
            type=_moment,
            metavar="TIME",
            help="Only those; `made_at` of a backup's manifest, such as 2026-01-31T04:00:00+00:00.",
        )

    def handle(self, *args: Any, yes: bool, begun_after: datetime | None, **options: Any) -> None:
        caller = Caller.system("manage.py stop_strangers")
        try:
            found = strangers.running(begun_after=begun_after)
            for entry in found:
                if yes:
                    strangers.stop(entry, caller=caller)
                did = "stopped" if yes else "runs"
                self.stdout.write(f"{entry.id}  begun {entry.created_at or 'at some time'}  {did}")
        except (errors.LiveAvatarError, cloud.NotConfigured) as error:
            raise CommandError(f"{error}. Run this again.") from error
        self.stdout.write(
            f"{len(found)} strangers{'' if yes or not found else '; --yes stops them'}"
        )
