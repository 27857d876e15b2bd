"""The simulated cloud as the simulator's own tests see it: without the product around it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.simulator.cloud import SimulatedCloud


@pytest.fixture
def cloud(simulator_http: httpx.Client) -> Iterator[SimulatedCloud]:
    """An account in a cloud that is as new."""
    cloud = SimulatedCloud(simulator_http)
    cloud.door("POST", "reset")
    yield cloud
    cloud.door("POST", "reset")
