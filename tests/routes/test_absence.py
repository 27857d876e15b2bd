"""Another's thing and one that is not there strangers cannot tell apart, by the work neither."""

from typing import Any
from uuid import uuid4

import pytest

from tests.routes.effort import counted
from tests.routes.table import METHODS, ROWS, Row
from tests.routes.world import World, made

# Those whose address names one thing, which a stranger does not find.
HIDDEN = [
    (name, method, row)
    for name, row in ROWS.items()
    for method in METHODS
    if row.parts and row.status(method, "stranger") == "404"
]


@pytest.mark.usefixtures("db", "cloud")
def test_anothers_thing_takes_the_work_of_one_that_is_not_there() -> None:
    world = made()
    nothing = World(world.people, {**world.things, **dict.fromkeys(world.things, uuid4())})

    def effort(where: World, name: str, method: str, row: Row) -> Any:
        with counted() as found:
            assert where.ask("stranger", method, name, row) == "404"
        return found

    differing = {
        (name, method): (theirs.queries, missing.queries)
        for name, method, row in HIDDEN
        if (theirs := effort(world, name, method, row))
        != (missing := effort(nothing, name, method, row))
    }

    assert len(HIDDEN) > 50
    assert differing == {}
