import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.services import vault_contents
from liveavatar_web.vault import keyring


class Command(BaseCommand):
    help = (
        "Prints what belongs beside a backup of the database: when it was made, and which keys of "
        "VAULT_KEYS it needs, each with a witness by which it is recognised. No key is in it. "
        "Refuses where a key is missing already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", type=Path, metavar="FILE", help="See that VAULT_KEYS holds what FILE names."
        )

    def handle(self, *args: Any, check: Path | None, **options: Any) -> None:
        if check is not None:
            return self._check(check)
        sealed = vault_contents.sealed()
        if lost := [each for each in sealed if not each.opens]:
            raise CommandError(
                "A backup made now could not be opened. VAULT_KEYS lacks:\n"
                + "\n".join(f"{each.key_name}, for {each.rows} of {each.place}" for each in lost)
            )
        witnesses = keyring().witnesses()
        needed = {keyring().newest, *(each.key_name for each in sealed)}
        manifest = {
            "made_at": timezone.now().isoformat(timespec="seconds"),
            "vault_keys": {name: witnesses[name] for name in sorted(needed)},
            "sealed": {each.place: {} for each in sealed},
        }
        for each in sealed:
            manifest["sealed"][each.place][each.key_name] = each.rows  # type: ignore[index]
        self.stdout.write(json.dumps(manifest, indent=2))

    def _check(self, file: Path) -> None:
        try:
            asked = json.loads(file.read_text(encoding="utf-8"))["vault_keys"]
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{file} is no manifest of a backup: {error}") from error
        held = keyring().witnesses()
        missing = [name for name in asked if name not in held]
        other = [name for name in asked if name in held and held[name] != asked[name]]
        if missing or other:
            raise CommandError(
                "This backup cannot be opened with VAULT_KEYS as it is. "
                + " ".join(
                    [f"Missing: {name}." for name in missing]
                    + [f"Another key by the name: {name}." for name in other]
                )
            )
        self.stdout.write(f"VAULT_KEYS holds what this backup needs: {', '.join(asked)}.")
