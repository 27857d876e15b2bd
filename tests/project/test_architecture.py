"""The arrows between packages, the migrations, and the words about settings: as the design says."""

import ast
import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command

from tests.project.imports import (
    LEAF,
    LIBRARY,
    MODEL,
    ROOT,
    ROOT_MODULE,
    SERVICE,
    TRANSLATOR,
    rank,
    sources,
    wrong_ways,
)

MODULES = sources()


def test_every_import_points_the_way_that_the_design_draws() -> None:
    assert wrong_ways(MODULES) == []


@pytest.mark.parametrize(
    ("importer", "statement"),
    [
        ("accounts.services.workspaces", "from sessions_app.models import Avatar"),
        ("accounts.models.user", "import sessions_app"),
        ("sessions_app.models.meter", "from sessions_app.services import moves"),
        ("sessions_app.services.moves", "from sessions_app.tasks import sweep"),
        ("sessions_app.services.moves", "from sessions_app import forms"),
        ("sessions_app.services.moves", "def f():\n    from sessions_app.views import room"),
        ("sessions_app.views.room", "from sessions_app import urls"),
        ("sessions_app.lifecycle", "from django.db import models"),
        ("liveavatar_web.bell", "from accounts.models import User"),
        ("liveavatar_web.cloud", "from sessions_app.services import leases"),
        ("liveavatar.client", "from django.conf import settings"),
        ("liveavatar.client", "from liveavatar_web import env"),
        ("liveavatar.client", "import simulator.app"),
        ("liveavatar.client", "import requests"),
        ("simulator.app", "import liveavatar"),
        ("simulator.app", "from accounts import models"),
        ("simulator.app", "import django"),
        ("sessions_app.services.starting", "from simulator import cloud"),
    ],
)
def test_an_import_that_points_the_wrong_way_is_found(importer: str, statement: str) -> None:
    assert importer in MODULES

    found = wrong_ways({**MODULES, importer: statement})

    assert [each.partition(" -> ")[0] for each in found] == [importer]


@pytest.mark.parametrize(
    ("module", "level"),
    [
        ("liveavatar.client", LIBRARY),
        ("liveavatar_web.vault", LEAF),
        ("accounts.models.user", MODEL),
        ("sessions_app.lifecycle", MODEL),
        ("sessions_app.services.moves", SERVICE),
        ("sessions_app.api.views", TRANSLATOR),
        ("sessions_app.tasks", TRANSLATOR),
        ("accounts.management.commands.rotate_vault", TRANSLATOR),
        ("sessions_app.api.urls", ROOT_MODULE),
        ("liveavatar_web.urls", ROOT_MODULE),
    ],
)
def test_each_module_stands_on_its_level(module: str, level: int) -> None:
    assert module in MODULES
    assert rank(module) == level


def test_the_models_and_their_migrations_agree(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_they_agree_in_whatever_order_sets_come_out() -> None:
    command = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "DATABASE_URL": ""}

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def variables_read() -> set[str]:
    """The names that the settings read, each through one of `env`'s readers."""
    calls = [
        node
        for node in ast.walk(ast.parse(MODULES["liveavatar_web.settings"]))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
    ]
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


def test_every_variable_stands_in_the_example_with_a_comment_and_no_other_does() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    told = {name: above for above, name in re.findall(r"(.*)\n([A-Z0-9_]+)=", example)}

    assert set(told) == variables_read() | set(re.findall(r"\$\{([A-Z_]+)", compose))
    assert [name for name, above in told.items() if not re.match(r"# \S", above)] == []


def test_secrets_that_may_come_from_a_file_are_named_in_the_example() -> None:
    opening = (ROOT / ".env.example").read_text(encoding="utf-8").partition("# ---")[0]
    settings = MODULES["liveavatar_web.settings"]

    secret = set(re.findall(r'env\.secret\("([A-Z_]+)"', settings))
    assert set(re.findall(r"[A-Z]+_[A-Z_]+", opening)) - {"_FILE"} == secret


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        name
        for name, text in MODULES.items()
        if re.search(r"os\.(environ(?!\.setdefault)|getenv)", text)
    ]

    assert readers == ["liveavatar_web.env"]
