"""A stranger's page, step by step as the frame takes them, over Django's test client."""

import base64
import hashlib
import json
import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import altcha
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey

from sessions_app.models import Widget

SITE = "https://shop.example"
API = "/api/embed/v1"


class Visitor:
    """Everything a scripted page can do: it takes each step of a real one, as often as it likes."""

    def __init__(self, widget: Widget, *, origin: str = SITE, address: str = "203.0.113.7") -> None:
        self.widget = widget
        self.origin = origin
        self.http = Client(REMOTE_ADDR=address, enforce_csrf_checks=True)
        self.key = ECKey.generate_key("P-256")
        self.grant = ""
        self.ticket = ""
        self.challenge: dict[str, Any] = {}
        self.resume_token = ""
        self.session_id = ""

    def open_frame(self, **headers: str) -> Any:
        sent = {"referer": f"{self.origin}/", "sec-fetch-dest": "iframe", **headers}
        answer = self.http.get(f"/embed/v1/{self.widget.public_id}", headers=sent)
        if answer.status_code == 200:
            self.grant = frame_config(answer)["grant"]
        return answer

    def ask_for_ticket(self) -> Any:
        body = {"grant": self.grant, "key": self.public_key}
        answer = self.post(f"{API}/tickets", body)
        if answer.status_code == 201:
            self.ticket = answer.json()["ticket"]
            self.challenge = answer.json()["challenge"]
        return answer

    def solve(self) -> str:
        challenge = altcha.Challenge.from_dict(self.challenge)
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        payload = {"challenge": self.challenge, "solution": solution.to_dict()}
        return base64.b64encode(json.dumps(payload).encode()).decode()

    def start(self, solution: str | None = None, **proof: Any) -> Any:
        body = {"solution": self.solve() if solution is None else solution, "language": "en"}
        answer = self.ask("POST", f"{API}/sessions", body, **proof)
        if answer.status_code == 202:
            self.resume_token = answer.json()["resume"]
            self.session_id = answer.json()["id"]
        return answer

    def come_in(self) -> Any:
        """All of it: the answer to the start."""
        assert self.open_frame().status_code == 200
        assert self.ask_for_ticket().status_code == 201
        return self.start()

    def resume(self, token: str | None = None) -> Any:
        body = {"resume": token or self.resume_token, "key": self.public_key}
        headers = {"DPoP": self.proof("POST", f"{API}/resume", ticket=None)}
        answer = self.post(f"{API}/resume", body, headers)
        if answer.status_code == 200:
            self.ticket = answer.json()["ticket"]
            self.resume_token = answer.json()["resume"]
            self.session_id = answer.json()["session"]["id"]
        return answer

    def in_session(self, what: str = "", body: Any = None, **proof: Any) -> Any:
        """`what` is a part of one's own session, such as `/room`."""
        path = f"{API}/sessions/{self.session_id}{what}"
        return self.ask("GET" if body is None else "POST", path, body, **proof)

    def ask(self, method: str, path: str, body: Any = None, **proof: Any) -> Any:
        headers = {
            "Authorization": f"DPoP {self.ticket}",
            "DPoP": self.proof(method, path, **proof),
        }
        if method == "GET":
            return self.http.get(path, headers=headers)
        return self.post(path, body, headers)

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        return self.http.post(path, body, content_type="application/json", headers=headers or {})

    def proof(
        self,
        method: str,
        path: str,
        *,
        ticket: str | None = "own",
        jti: str | None = None,
        at: datetime | None = None,
        key: ECKey | None = None,
        claims: dict[str, Any] | None = None,
        **header: str,
    ) -> str:
        """A proof for this request; `claims` and `header` say what is otherwise in it."""
        key = key or self.key
        own = {
            "jti": str(uuid4()) if jti is None else jti,
            "htm": method,
            "htu": f"http://testserver{path}",
            "iat": int((at or timezone.now()).timestamp()),
        }
        if ticket is not None:
            own["ath"] = digest(self.ticket if ticket == "own" else ticket)
        jwk = key.as_dict(private=False)
        claims = own | (claims or {})
        return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk} | header, claims, key)

    @property
    def public_key(self) -> dict[str, Any]:
        return self.key.as_dict(private=False)


def frame_config(answer: Any) -> dict[str, Any]:
    found = re.search(r'id="frame-config"[^>]*>(.*?)</script>', answer.content.decode(), re.DOTALL)
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
