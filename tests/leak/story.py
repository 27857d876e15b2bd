"""A day of an installation in which secrets are everywhere, and much goes wrong with them."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import ProviderKey, User
from accounts.session_store import SessionStore
from sessions_app.lifecycle import State
from sessions_app.models import Avatar, AvatarSession, Context
from tests import build
from tests.crash.beats import CREATE_SECRET, MINT
from tests.crash.visitor import Visitor
from tests.crash.waiting import until
from tests.leak.marks import Mark
from tests.leak.pages import addresses, admin_addresses
from tests.simulator.cloud import SimulatedCloud

EMAIL = "owner@example.com"
HEALTH_CHECKS = {"/readyz", "/healthz/queues"}


def _random(beginning: str) -> str:
    return f"{beginning}{secrets.token_urlsafe(30)}"


@dataclass
class Secrets:
    """What must be seen nowhere."""

    password: str = field(default_factory=lambda: _random('a & "b" <'))
    key: str = field(default_factory=lambda: _random("sk-sim-"))
    refused_key: str = field(default_factory=lambda: _random("sk-"))
    account_key: str = field(default_factory=lambda: _random("sim-"))
    secret_key: str = field(default_factory=lambda: _random(""))
    vault_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def vault_keys(self) -> str:
        return f"leak-test:{base64.b64encode(self.vault_key).decode()}"

    def marks(self) -> list[Mark]:
        texts = {name: value.encode() for name, value in vars(self).items() if name != "vault_key"}
        marks = [Mark(name, text) for name, text in texts.items()]
        # Of `start_session_data`, which every session token holds, and which nothing else has.
        return [
            *marks,
            Mark("vault_key", self.vault_key),
            Mark("session_token", b"t_session_data"),
        ]


class Story:
    """What the owner does, step by step; each returns once the workers have done their part."""

    def __init__(self, owner: Visitor, cloud: SimulatedCloud, secrets: Secrets) -> None:
        self.owner = owner
        self.cloud = cloud
        self.secrets = secrets

    def sign_up(self) -> None:
        self.owner.get("/account/signup/")
        form = {"email": EMAIL, "password1": self.secrets.password}
        assert self.owner.post("/account/signup/", form).is_redirect

    def register_a_key_that_openai_refuses(self) -> None:
        answer = self._register("Refused", self.secrets.refused_key)
        assert "does not accept this key" in answer.text

    def register_a_key_that_the_cloud_refuses_quoting_it(self) -> None:
        self._fault(CREATE_SECRET, message=f"secret_value {self.secrets.key} is not acceptable")
        assert self._register("Talks", self.secrets.key).is_redirect
        until(ProviderKey.objects.filter(state=ProviderKey.State.REJECTED).exists)

    def have_it_delivered_again(self) -> None:
        assert self.owner.post(f"/keys/{self._key().public_id}/retry/").is_redirect
        until(ProviderKey.objects.usable().exists)

    def register_it_twice(self) -> None:
        assert "already here" in self._register("Twice", self.secrets.key).text

    def be_asked_for_the_password_when_registering(self) -> None:
        _forget_that_passwords_were_given()
        answer = self._register("Late", self.secrets.key)
        assert answer.headers["location"].startswith("/account/reauthenticate/")
        form = {"password": self.secrets.password}
        assert self.owner.post("/account/reauthenticate/", form).is_redirect

    def write_a_context(self) -> None:
        form = {"name": "Guide", "prompt": "Be brief.", "opening_text": "Hello."}
        assert self.owner.post("/contexts/new", form).is_redirect
        until(Context.objects.filter(state=Context.State.READY).exists)

    def start_a_session_that_the_cloud_refuses_quoting_the_account_key(self) -> None:
        until(Avatar.objects.usable().exists)
        self._fault(MINT, message=f"API key {self.secrets.account_key} may not do this")
        self._start()
        until(AvatarSession.objects.filter(state=State.FAILED).exists)

    def talk(self) -> Mark:
        """Returns the room's token, which only the answer of `room` may hold."""
        self._start()
        until(AvatarSession.objects.live().exists)
        address = f"/api/sessions/{AvatarSession.objects.live().get().public_id}"
        self.room = f"{address}/room"
        token = self.owner.get(self.room).json()["token"]
        line = {"key": "1", "role": "user", "text": "Hello.", "at": timezone.now().isoformat()}
        self.owner.call(f"{address}/presence")
        self.owner.call(f"{address}/reports", {"event": "reconnected"})
        self.owner.call(f"{address}/timeline", {"told": timezone.now().isoformat()})
        self.owner.call(f"{address}/lines", {"lines": [line]})
        watch_url = self.owner.get(address).json()["watch_url"]
        assert self.owner.get(f"{watch_url}?after=0").is_success
        return Mark("room_token", token.rpartition(".")[2].encode())

    def look_at_everything(self, staff: Visitor) -> None:
        key, session = self._key().public_id, AvatarSession.objects.latest("id")
        objects = {
            "keys/": key,
            "contexts/": Context.objects.get().public_id,
            "avatars/": session.avatar.public_id,
            "sessions/": session.public_id,
            "api/sessions/": AvatarSession.objects.earliest("id").public_id,
        }
        for address in addresses(objects):
            code = self.owner.get(address).status_code
            # That something is away is what a health check is there to say.
            assert code < 500 or (code == 503 and address in HEALTH_CHECKS), (address, code)
        for address in [*admin_addresses(), "/audit/"]:
            assert staff.get(address).status_code == 200, address

    def leave(self) -> None:
        live = AvatarSession.objects.live().get()
        assert self.owner.post(f"/sessions/{live.public_id}/stop").is_redirect
        assert self.owner.post(f"/keys/{self._key().public_id}/revoke/").is_redirect
        until(lambda: not AvatarSession.objects.open().exists())
        until(ProviderKey.objects.filter(state=ProviderKey.State.REVOKED).exists)

    def _register(self, name: str, value: str) -> Any:
        self.owner.get("/keys/new/")
        return self.owner.post("/keys/new/", {"name": name, "value": value})

    def _start(self) -> None:
        avatar = Avatar.objects.usable().first()
        assert avatar is not None
        body = {
            "avatar": str(avatar.public_id),
            "provider_key": str(self._key().public_id),
            "context": str(Context.objects.get().public_id),
        }
        assert self.owner.call("/api/sessions", body).status_code == 202

    def _key(self) -> ProviderKey:
        return ProviderKey.objects.get()

    def _fault(self, route: str, *, message: str) -> None:
        fault = {"route": route, "status": 400, "message": message, "times": 1}
        self.cloud.door("POST", "faults", fault)


def staff_member(password: str) -> User:
    """Somebody who may see everything that the admin pages show."""
    staff = build.user("staff", password=password, is_staff=True, is_superuser=True)
    build.workspace(owner=staff)
    return staff


def _forget_that_passwords_were_given() -> None:
    """As if all that people proved about themselves had been an hour ago."""
    User.objects.update(date_joined=timezone.now() - timedelta(days=1))
    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        for record in session.get("account_authentication_methods", []):
            record["at"] -= 3600
        session.modified = True
        session.save()
