"""The simulator as a process of its own on a free port, and the words tests say to it."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.simulator.cloud import SimulatedCloud


@pytest.fixture(scope="session")
def simulator_url() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    yield ready.removeprefix("simulator ready on ").strip()
    process.terminate()
    assert process.wait(timeout=10) == 0
    process.stdout.close()


@pytest.fixture
def cloud(simulator_url: str) -> Iterator[SimulatedCloud]:
    with httpx.Client(base_url=simulator_url, timeout=10) as http:
        cloud = SimulatedCloud(http)
        cloud.door("POST", "reset")
        yield cloud
        cloud.door("POST", "reset")
