"""Deque's axe, run inside a page: what stands in the way of people with disabilities."""

from typing import Any

from playwright.sync_api import Frame, Page

from scripts.steps import ROOT

_SOURCE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

# Animations that go round for ever say nothing about when the page has settled.
_UNTIL_STILL = """() => Promise.all(
    document.getAnimations()
        .filter(each => Number.isFinite(each.effect.getComputedTiming().endTime))
        .map(each => each.finished.catch(() => 0))
).then(() => null)"""


def violations(page: Page | Frame) -> list[str]:
    """Each violated rule with the elements that violate it; an empty list is what we want."""
    page.evaluate(_SOURCE)
    # An element that is fading in has the contrast of that moment only.
    page.evaluate(_UNTIL_STILL)
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(results => results.violations)")
    return [
        f"{rule['id']}: {', '.join(str(node['target'][0]) for node in rule['nodes'])}"
        for rule in found
    ]
