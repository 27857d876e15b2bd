"""What the pages for operators name is there, and what is there they name."""

import re

from prometheus_client import REGISTRY

from liveavatar_web import metrics
from liveavatar_web.celery import app
from tests.project.imports import ROOT

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_metric_is_explained_and_no_other(db: None) -> None:
    app.loader.import_default_modules()  # as a worker does; web has all of them with its pages
    explained = set(re.findall(r"^\| `(liveavatar_\w+)`", GUIDE, re.MULTILINE))

    told = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for registry in (REGISTRY, metrics.installation)
        for family in registry.collect()
        if family.name.startswith("liveavatar_")
    }

    # Before the first look at the cloud nothing is known of its credits.
    assert explained == told | {"liveavatar_account_credits"}
