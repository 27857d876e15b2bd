"""Reads which module imports which, and says where an import points the wrong way."""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("liveavatar_web", "accounts", "sessions_app", "liveavatar", "simulator")
ROOTS = {"urls", "asgi"}
FACTS = {
    *("models", "migrations", "lifecycle", "endings", "rights", "actions"),
    *("origins", "colours", "wording"),
}
OUTSIDE = {"liveavatar": {"httpx", "httpcore"}}

_STANDARD = frozenset(sys.stdlib_module_names)

LIBRARY, LEAF, MODEL, SERVICE, TRANSLATOR, ROOT_MODULE = range(6)


def sources() -> dict[str, str]:
    """Every module of the product by its dotted name, with its text."""
    return {
        _name_of(path): path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


def wrong_ways(modules: Mapping[str, str]) -> list[str]:
    """Each import that the design forbids, as `importer -> imported`."""
    return sorted(
        f"{importer} -> {imported}"
        for importer, text in modules.items()
        for imported in set(_imports(importer, text, modules))
        if _is_wrong(importer, imported)
    )


def _is_wrong(importer: str, imported: str) -> bool:
    here, there = _package(importer), _package(imported)
    if here in {"liveavatar", "simulator"}:
        return there != here and (there in {*PACKAGES, "django"} or _is_strange(here, there))
    if there not in PACKAGES:
        return importer == "sessions_app.lifecycle" and there not in _STANDARD
    if there == "simulator" or (here, there) == ("accounts", "sessions_app"):
        return True
    return rank(imported) > rank(importer)


def rank(module: str) -> int:
    """How high a module stands: imports point down, or stay on a level."""
    package, *rest = module.split(".")
    place = rest[0] if rest else ""
    if package == "liveavatar":
        return LIBRARY
    if place in ROOTS or rest[-1:] == ["urls"]:
        return ROOT_MODULE
    if package == "liveavatar_web":
        return LEAF
    if not place or place in FACTS:
        return MODEL
    return SERVICE if place == "services" else TRANSLATOR


def _imports(importer: str, text: str, modules: Mapping[str, str]) -> Iterator[str]:
    for node in _statements(text):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{importer} imports by dots, which this does not read"
            assert node.module is not None
            for alias in node.names:
                # What is imported may itself be a module: `from accounts.services import audit`.
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules else node.module


@cache
def _statements(text: str) -> list[ast.Import | ast.ImportFrom]:
    nodes = ast.walk(ast.parse(text))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def _is_strange(here: str, there: str) -> bool:
    """A library of others where only a few are allowed."""
    return here in OUTSIDE and there not in _STANDARD | OUTSIDE[here]


def _package(module: str) -> str:
    return module.partition(".")[0]


def _name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
