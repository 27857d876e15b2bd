"""Where work can be held: in a call of the cloud, before or after the call has taken its effect."""

from dataclasses import dataclass

MINT = "POST /v1/sessions/token"
START = "POST /v1/sessions/start"
KEEP_ALIVE = "POST /v1/sessions/keep-alive"
LOOK = "GET /v1/sessions/{id}"
STOP = "POST /v1/sessions/stop"

CREATE_SECRET = "POST /v1/secrets"
LIST_SECRETS = "GET /v1/secrets"
DELETE_SECRET = "DELETE /v1/secrets/{id}"

CREATE_CONTEXT = "POST /v1/contexts"
LIST_CONTEXTS = "GET /v1/contexts"
UPDATE_CONTEXT = "PATCH /v1/contexts/{id}"
DELETE_CONTEXT = "DELETE /v1/contexts/{id}"


@dataclass(frozen=True)
class Beat:
    route: str
    moment: str


def before(route: str) -> Beat:
    return Beat(route, "hang_before")


def after(route: str) -> Beat:
    return Beat(route, "hang_after")
