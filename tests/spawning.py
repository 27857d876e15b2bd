"""More processes beside the test's own, on its database: what they do at once, is done at once."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings

from tests.crash.installation import database_url


@contextmanager
def processes(count: int, *, folder: Path) -> Iterator[ProcessPoolExecutor]:
    """A pool that imports what it is to call only once Django is set up in it."""
    environment = {
        "VAR_DIR": str(folder),
        "DATABASE_URL": database_url(folder),
        "REDIS_URL": settings.REDIS_URL,
    }
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, spawned, _set_up, (environment,)) as pool:
        yield pool


def _set_up(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    options = settings.DATABASES["default"]["OPTIONS"]
    # So many at once wait longer for each other than a page would.
    patient = options.get("pool", options)
    patient["timeout"] = 120
    django.setup()
