"""Deque's axe, run inside a page: what stands in the way of people with disabilities."""

from typing import Any

from playwright.sync_api import Page

from scripts.steps import ROOT

_SOURCE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Each violated rule with the elements that violate it; an empty list is what we want."""
    page.evaluate(_SOURCE)
    # An element that is fading in has the contrast of that moment only.
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished.catch(() => 0)))")
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(results => results.violations)")
    return [
        f"{rule['id']}: {', '.join(str(node['target'][0]) for node in rule['nodes'])}"
        for rule in found
    ]
