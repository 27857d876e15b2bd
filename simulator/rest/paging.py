"""Pages of a list: ``{count, next, previous, results}``."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from simulator.cloud import CLOUD
from simulator.validation import JSONObject, Shape

T = TypeVar("T")
PAGE: dict[str, JSONObject] = {
    "page": {"type": "integer", "minimum": 1, "default": 1},
    "page_size": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
}
PAGED = Shape(PAGE)


def page_of(
    request: web.Request, query: JSONObject, items: Sequence[T], show: Callable[[T], JSONObject]
) -> JSONObject:
    """Return the page that `query` asks for, with the addresses of its neighbours."""
    page, size = query["page"], query["page_size"]
    first = (page - 1) * size
    address = request.app[CLOUD].address(request)

    def neighbour(number: int) -> str | None:
        if number < 1 or (number - 1) * size >= len(items):
            return None
        return f"{address}{request.rel_url.update_query(page=number)}"

    results: list[Any] = [show(each) for each in items[first : first + size]]
    return {
        "count": len(items),
        "next": neighbour(page + 1),
        "previous": neighbour(page - 1),
        "results": results,
    }
