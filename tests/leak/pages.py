"""Every address there is, so that a page added later is searched without anybody's doing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

_PUBLIC_ID, _NUMBER = re.compile(r"<uuid:\w+>"), re.compile(r"<int:\w+>")


def addresses(objects: Mapping[str, Any]) -> Iterator[str]:
    """The address of every page and API route outside the admin.

    `objects` gives the public id to put where a route, by its beginning, has one.
    """
    for route in _routes(get_resolver().url_patterns):
        if route.startswith("admin/") or "(?P" in route:
            continue
        ids = [public_id for prefix, public_id in objects.items() if route.startswith(prefix)]
        path = _NUMBER.sub("1", route)
        yield "/" + (_PUBLIC_ID.sub(str(ids[0]), path) if ids else path)


def admin_addresses() -> Iterator[str]:
    """Each model's list, and its newest object's page and history."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{place}_changelist")
        newest = model._default_manager.order_by("-pk").first()
        if newest is not None:
            yield reverse(f"{place}_change", args=[newest.pk])
            yield reverse(f"{place}_history", args=[newest.pk])


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route
