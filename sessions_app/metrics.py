"""The installation's figures for Prometheus, read from the rows whenever web is asked for them.

Every web process tells the same, so whoever reads several takes the highest, not the sum.
"""

from collections.abc import Iterable

import structlog
from django.db import Error as DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from liveavatar_web import metrics
from sessions_app.services import figures
from sessions_app.services.figures import Figures

log = structlog.get_logger(__name__)


class FiguresCollector(Collector):
    """Tells only that there is nothing to tell where the database does not answer."""

    def collect(self) -> Iterable[Metric]:
        readable = GaugeMetricFamily(
            "liveavatar_figures_readable", "1 where the database could be read for what follows"
        )
        try:
            read = figures.read(now=timezone.now())
        except DatabaseError as error:
            log.warning("metrics.figures_not_read", error=str(error))
            readable.add_metric([], 0)
            yield readable
            return
        readable.add_metric([], 1)
        yield readable
        yield from _families(read)


def _families(read: Figures) -> Iterable[Metric]:
    yield metrics.by_label(
        "liveavatar_sessions_open",
        "Sessions that are not over; state waiting is the line, live is what runs here",
        "state",
        {state.value: count for state, count in read.sessions.items()},
    )
    yield metrics.by_label(
        "liveavatar_cloud_listed",
        "What the cloud listed when it was last asked, whoever made it; sessions are what runs",
        "kind",
        {each.kind: each.there for each in read.lists},
    )
    yield metrics.by_label(
        "liveavatar_cloud_list_age_seconds",
        "How long ago the cloud's list was last read",
        "kind",
        {each.kind: each.age_seconds for each in read.lists},
    )
    yield _single(
        "liveavatar_cloud_strangers",
        "Sessions that ran on the account at the last look, and were not minted here",
        read.strangers,
    )
    yield _single(
        "liveavatar_cloud_sessions_doubtful",
        "Ids in the cloud that are stopped until it is certain that they do not run",
        read.doubtful,
    )
    yield metrics.by_label(
        "liveavatar_work_oldest_due_seconds",
        "For how long the row that is due for longest has waited for a worker; 0 where none does",
        "kind",
        {each.kind: each.oldest_seconds for each in read.work},
    )
    yield metrics.by_label(
        "liveavatar_work_failing",
        "Rows that were tried five times or more without success, and still are",
        "kind",
        {each.kind: each.failing for each in read.work},
    )
    yield metrics.by_label(
        "liveavatar_work_refused",
        "Rows that the cloud refused for good; their owners are told",
        "kind",
        {each.kind: each.refused for each in read.work},
    )
    yield _single(
        "liveavatar_audit_chains_failing",
        "Workspaces whose audit trail did not verify: somebody altered it past the product",
        read.audit.failing,
    )
    yield _single(
        "liveavatar_audit_chains_acknowledged",
        "Workspaces whose audit trail did not verify, of which staff have said that they know",
        read.audit.known,
    )
    if read.audit.sealed_seconds is not None:
        yield _single(
            "liveavatar_audit_seal_age_seconds",
            "How long ago the audit trail was last sealed outside the database",
            read.audit.sealed_seconds,
        )
    if read.credits_left is not None:
        yield _single(
            "liveavatar_account_credits",
            "Credits left on the LiveAvatar account, as last read",
            float(read.credits_left),
        )


def _single(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


metrics.installation.register(FiguresCollector())
