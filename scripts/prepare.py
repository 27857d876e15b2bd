"""Brings the desk's database up to date and seeds it; prints what the seed has to say.

One process for both commands: importing Django is most of what they cost.
"""

import os
import sys

import django
from django.core.management import call_command

from scripts.desk import DEMO_INLINE_WIDGET, DEMO_WIDGET

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveavatar_web.settings")


def main() -> int:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    widgets = [DEMO_WIDGET, DEMO_INLINE_WIDGET]
    call_command("seed_demo", site=os.environ["SITE_ADDRESS"], widgets=widgets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
