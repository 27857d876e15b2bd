"""No container engine is at hand where the tests run: the files are held to what can be read."""

import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest
import yaml

from scripts.desk import Desk, processes
from scripts.steps import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CELERY = ["worker-live", "worker-sync", "beat"]


def queues(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(","))


def test_the_compose_file_is_valid_against_the_compose_schema() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    answer = subprocess.run(
        [*checker, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (answer.returncode, answer.stdout) == (0, "ok -- validation done\n")


def test_there_is_one_service_for_each_process() -> None:
    # The shop with a widget is the demo's alone.
    assert {*SERVICES, "site"} == {
        *processes(Desk(port=8000, simulator_port=8900, redis_port=None)),
        "migrate",
        "postgres",
        "redis",
    }


def test_every_service_that_stays_has_a_health_check() -> None:
    unchecked = [name for name, service in SERVICES.items() if "test" not in service["healthcheck"]]

    assert unchecked == ["migrate"]


def test_workers_and_beat_tell_their_metrics_inside_the_network_alone() -> None:
    told = {name: SERVICES[name]["environment"] for name in CELERY}

    assert [each["METRICS_ADDRESS"] for each in told.values()] == ["0.0.0.0"] * 3
    assert all(int(each["METRICS_PORT"]) for each in told.values())
    assert [name for name in CELERY if "ports" in SERVICES[name]] == []


def test_everything_waits_for_the_migration() -> None:
    waiting = [
        name for name, service in SERVICES.items() if "migrate" in service.get("depends_on", {})
    ]

    assert waiting == ["web", *CELERY]


@pytest.mark.parametrize("service", CELERY)
def test_celery_services_name_an_application_that_exists(service: str) -> None:
    command = SERVICES[service]["command"]

    assert command[:3] == ["celery", "-A", "liveavatar_web"]
    assert find_spec("liveavatar_web.celery") is not None


def test_the_web_service_and_the_image_run_the_same_application() -> None:
    command = SERVICES["web"]["command"]

    assert command[:2] == ["uvicorn", "liveavatar_web.asgi:application"]
    assert '"uvicorn", "liveavatar_web.asgi:application"' in DOCKERFILE
    assert find_spec("liveavatar_web.asgi") is not None


def test_every_queue_that_the_code_names_has_exactly_one_kind_of_worker() -> None:
    sources = [
        path.read_text()
        for package in ("accounts", "sessions_app", "liveavatar_web")
        for path in (ROOT / package).rglob("*.py")
    ]
    named = {name for text in sources for name in re.findall(r'"?queue"?[=:] ?"(\w+)"', text)}
    served = [queues(SERVICES[name]["command"]) for name in ("worker-live", "worker-sync")]
    on_the_desk = processes(Desk(port=8000, simulator_port=None, redis_port=None))

    assert served == [{"live"}, {"sync", "sweep"}]
    assert set.union(*served) == named
    assert served == [queues(on_the_desk[name]) for name in ("worker-live", "worker-sync")]


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    references = re.findall(r"\$\{(\w+)(:?[-?][^}]*)?\}", text)
    secret = [default for name, default in references if re.search("PASSWORD|KEY|SECRET", name)]
    written_out = re.findall(r"^ *\w*(?:PASSWORD|KEY|SECRET)\w*: *(.*)$", text, re.MULTILINE)

    assert set(secret) == {":?set it in .env"}
    assert set(written_out) == {'"${POSTGRES_PASSWORD:?set it in .env}"'}


def test_every_variable_that_a_person_may_set_is_described() -> None:
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Makefile").read_text()
    named = set(re.findall(r"\$\{(\w+)", text))
    described = re.findall(r"^#? ?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert named - set(described) == set()


def test_the_images_copy_only_what_exists_and_is_let_in() -> None:
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [
        source
        for arguments in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for source in arguments.split()[:-1]
    ]

    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert [source for source in copied if f"!{source.split('/')[0]}" not in let_in] == []


def test_every_build_target_is_a_stage_and_no_image_runs_as_root() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    by_name = {stage.splitlines()[0].split(" AS ")[1]: stage for stage in stages}
    targets = {service["build"]["target"] for service in SERVICES.values() if "build" in service}

    assert targets == {"product", "simulator"}
    assert [name for name in targets if "\nUSER app\n" not in by_name[name]] == []
