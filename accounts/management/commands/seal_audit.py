from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services import audit_seals


class Command(BaseCommand):
    help = "Seals the heads of the audit trail's chains now; beat does so by itself every hour."

    def handle(self, *args: Any, **options: Any) -> str:
        sealed = audit_seals.seal(now=timezone.now())
        return f"{sealed} chains had moved; sealed in {settings.AUDIT_SEALS}."
