"""What PostgreSQL plans for the values it is asked with; SQLite plans everything so."""

import pytest
from django.db import connection

from accounts.models import Workspace
from liveavatar_web.postgresql import planning

pytestmark = pytest.mark.django_db
OFTEN = 12


def ask(name: str) -> None:
    for _ in range(OFTEN):
        assert list(Workspace.objects.filter(name=name)) == []


def plans_kept() -> int:
    """For any values; how many statements about workspaces by their name have one."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        # Said otherwise than it stands there, since this is a statement too.
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements"
            " WHERE statement LIKE '%accounts_workspace%' || 'name\" = $1%'"
        )
        return int(cursor.fetchone()[0])


def test_what_is_asked_in_here_keeps_no_plan_and_what_is_asked_after_it_does() -> None:
    before = plans_kept()

    with planning.for_these_values():
        ask("nowhere")
    within = plans_kept()
    with pytest.raises(ZeroDivisionError), planning.for_these_values():
        raise ZeroDivisionError
    ask("nowhere")

    kept = 1 if connection.vendor == "postgresql" else 0
    assert (within - before, plans_kept() - within) == (0, kept)
