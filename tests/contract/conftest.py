"""The clouds the client is held against: the simulator always, the vendor's sandbox with a key.

The sandbox costs no credits. Whatever a test makes there it takes away again, and whatever it
starts it stops.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest

from liveavatar import (
    Client,
    LiteSession,
    MintedSession,
    OpenAIRealtime,
    Secret,
    errors,
)
from tests.contract.clouds import (
    ACCOUNT_KEY,
    ACCOUNT_URL,
    SANDBOX_AVATAR,
    SANDBOX_SECONDS,
    TARGETS,
    eventually,
)
from tests.simulator.cloud import SimulatedCloud


@pytest.fixture(params=TARGETS)
def account(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The address of the cloud that the test is run against, and a key that it takes."""
    if request.param == "sandbox":
        return ACCOUNT_URL, ACCOUNT_KEY
    return request.getfixturevalue("simulator_url"), "sim-contract"


@pytest.fixture
def client(account: tuple[str, str]) -> Iterator[Client]:
    url, key = account
    with Client(key, url) as client:
        yield client


@pytest.fixture
def unique() -> str:
    """A name that nothing else in the account has."""
    return f"contract {uuid4()}"


@pytest.fixture
def secret(client: Client, unique: str) -> Iterator[Secret]:
    """A stored provider key; the cloud does not find out that it opens nothing."""
    secret = client.secrets.create(name=unique, value=f"sk-sim-{uuid4()}")
    yield secret
    with suppress(errors.NotFound):
        client.secrets.delete(secret.id)


@pytest.fixture
def sandboxed(secret: Secret) -> LiteSession:
    """A session that the sandbox allows."""
    return LiteSession(
        SANDBOX_AVATAR,
        OpenAIRealtime(secret.id),
        is_sandbox=True,
        max_session_duration=SANDBOX_SECONDS,
    )


@pytest.fixture
def running(client: Client, sandboxed: LiteSession) -> Iterator[MintedSession]:
    """A session that has been started, and is stopped whatever becomes of the test."""
    minted = client.sessions.mint(sandboxed)
    try:
        # A session stopped a moment ago may still count against the account's limit.
        eventually(lambda: _started(client, minted))
        yield minted
    finally:
        with suppress(errors.NotFound):
            client.sessions.stop(minted.session_id)


def _started(client: Client, minted: MintedSession) -> bool:
    try:
        client.session(minted.session_token).start()
    except errors.ConcurrencyReached:
        return False
    return True


@pytest.fixture
def simulated(simulator_url: str, cloud: SimulatedCloud) -> Iterator[Client]:
    """A client of the simulator alone, whose switches and faults the test may turn."""
    with Client("sim-contract", simulator_url) as client:
        yield client
