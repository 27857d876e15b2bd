"""What tests say to a running simulator, in the words of its API."""

import time
from collections.abc import Callable
from typing import Any

import httpx

WAYNE = "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a"
AMARA = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"
ACCOUNT = {"X-API-KEY": "sim-account"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def until(fact: Callable[[], object]) -> None:
    """Wait for the fact, however long; the test run's own time limit bounds it."""
    while not fact():
        time.sleep(0.01)


class SimulatedCloud:
    """One account's caller, and the test door beside it."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def account(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.http.request(method, path, headers=ACCOUNT, **given)

    def door(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        answer = self.http.request(method, f"/_sim/{path}", json=body, **given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> Any:
        return self.door("GET", "state")

    def session_state(self, session_id: str) -> Any:
        return next(each for each in self.state()["sessions"] if each["id"] == session_id)

    def secret(self, value: str = "sk-sim-good") -> str:
        body = {"secret_name": "key", "secret_value": value, "secret_type": "OPENAI_API_KEY"}
        return str(self.account("POST", "/v1/secrets", json=body).json()["data"]["id"])

    def context(self, name: str = "Guide", opening_text: str = "Welcome to the museum.") -> str:
        body = {"name": name, "prompt": "Be brief.", "opening_text": opening_text}
        return str(self.account("POST", "/v1/contexts", json=body).json()["data"]["id"])

    def configuration(self, **changes: Any) -> dict[str, Any]:
        openai = dict(changes.pop("openai", {}))
        if "secret_id" not in openai:
            openai["secret_id"] = self.secret()
        return {"mode": "LITE", "avatar_id": AMARA, "openai_realtime_config": openai} | changes

    def mint(self, **changes: Any) -> tuple[str, str]:
        """Mint a session; return its id and its token."""
        answer = self.account("POST", "/v1/sessions/token", json=self.configuration(**changes))
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        return data["session_id"], data["session_token"]

    def start(self, token: str) -> httpx.Response:
        return self.http.post("/v1/sessions/start", headers=bearer(token))

    def started(self, **changes: Any) -> dict[str, Any]:
        """Mint and start a session; return what the start answered."""
        _, token = self.mint(**changes)
        answer = self.start(token)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["data"])

    def stop(self, session_id: str, **body: Any) -> httpx.Response:
        return self.account("POST", "/v1/sessions/stop", json={"session_id": session_id} | body)
