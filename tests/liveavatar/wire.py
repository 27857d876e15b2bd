"""A wire without a network: it answers from a list and keeps what it was asked."""

from __future__ import annotations

import json

import httpx

from liveavatar import LiteSession, OpenAIRealtime

ACCOUNT_KEY = "sim-account-key"
TOKEN = "header.payload.signature"
PROVIDER_KEY = "sk-sim-provider-key"

ENTRY = {"id": "s-1", "mode": "LITE"}
LITE = LiteSession("a-1", OpenAIRealtime("k-1"))
STARTED = {"session_id": "s-1", "livekit_url": "wss://room", "livekit_client_token": "jwt"}


class Wire:
    """Answers from a list, one after the other, and keeps the requests it was sent."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response | Exception] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def succeed(self, data: object, status: int = 200) -> None:
        body = {"code": 1000, "data": data, "message": "success"}
        self.answers.append(httpx.Response(status, json=body, headers={"x-request-id": "req-1"}))

    def refuse(self, status: int, message: str, **headers: str) -> None:
        body = {"code": 4000, "data": None, "message": message}
        self.answers.append(httpx.Response(status, json=body, headers=headers))

    @property
    def sent(self) -> tuple[str, str, object]:
        (request,) = self.requests
        content = request.content
        return request.method, request.url.raw_path.decode(), json.loads(content or "null")
