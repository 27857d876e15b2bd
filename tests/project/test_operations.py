"""What the pages for operators name is there, and what is there they name."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
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

    # Nothing is known of these before the first look at the cloud, and the first seal.
    assert explained == told | {"liveavatar_account_credits", "liveavatar_audit_seal_age_seconds"}


# What people read, and what runs without being read.
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "docker-compose.yml"])
COMMANDS = sorted(
    {
        (name, option)
        for page in PAGES
        for name, rest in re.findall(
            r"manage\.py[, ]\s*([a-z_]+)([^`#|\n]*)", page.read_text(encoding="utf-8")
        )
        for option in ["", *re.findall(r"--[a-z-]+", rest)]
    }
)


@pytest.mark.parametrize(("name", "option"), COMMANDS)
def test_every_command_that_a_page_names_exists_and_takes_its_options(
    name: str, option: str
) -> None:
    command = load_command_class(get_commands()[name], name)

    takes = command.create_parser("manage.py", name)._option_string_actions
    assert option == "" or option in takes


def test_the_pages_name_each_command_of_ours_for_operators() -> None:
    ours = {
        name
        for name, app in get_commands().items()
        if app in {"accounts", "sessions_app", "liveavatar_web"}
    }

    assert ours - {name for name, _ in COMMANDS} == set()


@pytest.mark.parametrize("name", ["operations.md", "deployment.md"])
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    page = ROOT / "docs" / name
    text = page.read_text(encoding="utf-8")

    dead = [
        link
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text)
        if not _leads_somewhere(page, link)
    ]
    assert dead == []


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    """Of each heading, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", each.lower()).replace(" ", "-") for each in headings}
