"""The simulated cloud as the simulator's own tests see it: without the product around it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def cloud(simulator_url: str) -> Iterator[SimulatedCloud]:
    """An account in a cloud that is as new."""
    with httpx.Client(base_url=simulator_url, timeout=10) as http:
        cloud = SimulatedCloud(http)
        cloud.door("POST", "reset")
        yield cloud
        cloud.door("POST", "reset")
