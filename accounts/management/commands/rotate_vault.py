from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import second_steps, vault_rotation
from accounts.services.callers import Caller
from accounts.services.vault_rotation import Progress
from liveavatar_web.vault import keyring


class Command(BaseCommand):
    help = (
        "Seals every secret anew under the first key of VAULT_KEYS. Safe while everything runs, "
        "and to be repeated; afterwards older keys may leave VAULT_KEYS."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Open everything, count, and change nothing."
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        self.stdout.write(f"The newest key is {keyring().newest}.")
        caller = Caller.system("manage.py rotate_vault")
        failed: list[str] = []
        for model, name in vault_rotation.sealed_fields():
            for progress in vault_rotation.rotate(model, name, caller=caller, dry_run=dry_run):
                self.stdout.write(_line(progress, dry_run=dry_run))
            failed += [f"{progress.place} {public_id}" for public_id in progress.failed]
        resealed, unopened = second_steps.reseal_all(caller=caller, dry_run=dry_run)
        self.stdout.write(f"mfa_authenticator.data: {resealed} to be sealed anew or done")
        failed += ["mfa_authenticator.data"] * unopened
        if failed:
            raise CommandError(
                "These do not open under any key of VAULT_KEYS, and were left as they are:\n"
                + "\n".join(failed)
            )


def _line(progress: Progress, *, dry_run: bool) -> str:
    verb = "to be sealed anew" if dry_run else "sealed anew"
    return f"{progress.place}: {progress.seen} seen, {progress.resealed} {verb}"
