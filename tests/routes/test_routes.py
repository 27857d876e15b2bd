"""Every route, asked by everybody: what has no row in the table fails here."""

from typing import Any

import pytest

from tests.routes.table import METHODS, ROLES, ROWS
from tests.routes.world import made, routes


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert routes() == set(ROWS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("db", "cloud", "unanswered_queues")
def test_everybody_gets_what_the_table_says(role: str, settings: Any) -> None:
    settings.EMBED_KNOCKS_PER_MINUTE = 10_000
    world = made()

    wrong = {
        (name, method): (found, row.status(method, role))
        for name, row in ROWS.items()
        for method in METHODS
        if row.status(method, role)
        and (found := world.ask(role, method, name, row)) != row.status(method, role)
    }

    assert wrong == {}
