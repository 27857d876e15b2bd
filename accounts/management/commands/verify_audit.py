import os
import sys
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Workspace
from accounts.models.audit_chain import INSTALLATION
from accounts.services import audit_seals, audit_verification
from accounts.services.audit_findings import Finding
from accounts.services.audit_verification import Report
from liveavatar_web.progress import Progress, span


class Command(BaseCommand):
    help = (
        "Verifies the audit trail: that no event was altered, inserted, removed, moved or cut off "
        "since it was written. Says what is wrong and where; ends with 1 where anything is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--workspace", type=UUID, help="Its chain alone, by its public id.")
        which.add_argument(
            "--recent", action="store_true", help="Only what came since it was verified last."
        )
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="Default: one for each core."
        )

    def handle(
        self,
        *args: Any,
        workspace: UUID | None,
        recent: bool,
        processes: int,
        **options: Any,
    ) -> None:
        if audit_seals.are_elsewhere():
            raise CommandError(
                f"The trail was sealed, and there is no folder {settings.AUDIT_SEALS} with the "
                "seals. Run this where it is (worker-sync, with docker compose) or set AUDIT_SEALS."
            )
        begun, now = time.monotonic(), timezone.now()
        if recent:
            report = audit_verification.verify_recent(now=now)
        else:
            with Progress(sys.stderr, audit_verification.expected(workspace), "events") as bar:
                if workspace:
                    report = audit_verification.verify_chain(workspace, now=now, tick=bar.add)
                else:
                    report = audit_verification.verify(now=now, processes=processes, tick=bar.add)
        self._tell(report, time.monotonic() - begun)

    def _tell(self, report: Report, seconds: float) -> None:
        for finding in report.findings:
            self.stdout.write(f"{_where(finding)}: {finding.text}")
        for at in report.seals.restored:
            self.stdout.write(
                f"A backup was restored, as was said at {at:%Y-%m-%d %H:%M:%S} UTC: "
                "what had been sealed since it was made is gone with the database before."
            )
        rate = report.events / seconds if seconds else 0
        self.stdout.write(
            f"{report.events:,} events and {report.seals.count:,} seals in {span(seconds)}, "
            f"{rate:,.0f} events a second."
        )
        if report.findings:
            raise CommandError("The audit trail is not as it was written.")
        self.stdout.write("The audit trail is whole.")


def _where(finding: Finding) -> str:
    if not finding.chain:
        return "Seals"
    if finding.chain == str(INSTALLATION):
        return "The installation's own chain"
    name = Workspace.objects.filter(public_id=finding.chain).values_list("name", flat=True).first()
    return f"Workspace {finding.chain}" + (f" “{name}”" if name else "")
