"""The Celery application. Queues: `live`, `sync` (keys, contexts, catalogue), `sweep`.

Messages are bells, not truth: each task finds its work in the database, claims it and may find
nothing to do. That is why a bell may be lost, doubled or late (`docs/architecture.md`).
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from liveavatar_web import heartbeat, metrics

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveavatar_web.settings")

app = Celery("liveavatar_web")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
heartbeat.install(app)
metrics.install()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """With a receiver here Celery leaves logging as the settings made it."""
