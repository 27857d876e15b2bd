"""What can go wrong when the cloud is called.

    LiveAvatarError
    ├── NeverSent                  refused, no connection, no free connection: nothing left here
    ├── OutcomeUnknown             timed out or cut off after sending: it may have happened
    ├── StatusError                the cloud answered, and said no
    │   ├── BadRequest             400, 422, and any 4xx without a class of its own
    │   │   ├── AvatarNotInSandbox     the sandbox plays its own avatars only
    │   │   ├── AvatarNotAccessible    not an avatar of this account
    │   │   └── DurationTooLong        longer than the plan or the sandbox allows
    │   ├── Unauthorised           401: the account key is wrong
    │   ├── Forbidden              403: with code 4003 the session token is missing or spent
    │   ├── NotFound               404
    │   ├── Conflict               409
    │   │   └── ConcurrencyReached     too many sessions at once, whichever status said it
    │   ├── NoCredits              402, or 400/403 that speaks of credits
    │   ├── RateLimited            429; `retry_after` says how long to wait
    │   └── ServerFault            5xx
    └── UnexpectedResponse         an answer without something we need; `field` names it

Numeric codes are barely documented, so the status decides first and the vendor's words second.
"""

from __future__ import annotations

from typing import ClassVar


class LiveAvatarError(Exception):
    """A call to the cloud did not give what was asked.

    Class facts:
      retryable: the same call may succeed later.
      may_have_happened: the cloud may have carried the call out all the same. A call that changes
        something must then be found out about before it is sent again.

    Attributes:
      message: the vendor's words, or ours where it said nothing; credentials are masked.
      method, route: the HTTP method and the route's pattern, never with ids or query filled in.
      status: HTTP status, None when no answer came.
      code: the envelope's own number, None when it had none.
      request_id: the vendor's id for this request, for its support.
      retry_after: seconds the vendor asks us to wait, None when it did not say.
    """

    retryable: ClassVar[bool] = False
    may_have_happened: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        route: str = "",
        status: int | None = None,
        code: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.method = method
        self.route = route
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        call = f"{self.method} {self.route}".strip()
        answered = f" answered {self.status}" if self.status is not None else ""
        return f"{call}{answered}: {self.message}" if call else self.message


class NeverSent(LiveAvatarError):
    """Nothing of the request left this machine, so nothing can have happened."""

    retryable = True


class OutcomeUnknown(LiveAvatarError):
    """The request was sent, at least in part, and its answer never came whole."""

    retryable = True
    may_have_happened = True


class StatusError(LiveAvatarError):
    """The cloud answered with a refusal or a fault."""


class BadRequest(StatusError):
    """The request itself is wrong for this account or this endpoint."""


class AvatarNotInSandbox(BadRequest):
    """This avatar cannot be used in a sandbox session."""


class AvatarNotAccessible(BadRequest):
    """This account has no right to this avatar."""


class DurationTooLong(BadRequest):
    """The maximum duration asked for is above what the plan or the sandbox allows."""


class Unauthorised(StatusError):
    """The account key is missing, wrong or of another product."""


class Forbidden(StatusError):
    """The credential is not good for this call; with code 4003, mint a new session token."""


class NotFound(StatusError):
    """There is nothing by this id, or no longer."""


class Conflict(StatusError):
    """The call contradicts what the cloud holds."""


class ConcurrencyReached(Conflict):
    """The account's limit of simultaneous sessions is reached; stopped ones free it in ~1 s."""

    retryable = True


class NoCredits(StatusError):
    """The account has less credit than the call needs (one minute, for a start)."""


class RateLimited(StatusError):
    """Too many requests in the vendor's one-second window."""

    retryable = True


class ServerFault(StatusError):
    """The cloud, or a gateway before it, failed; the call may have gone through all the same."""

    retryable = True
    may_have_happened = True


class UnexpectedResponse(LiveAvatarError):
    """The cloud answered in a shape we cannot use.

    Attributes:
      field: the path of what is missing or of the wrong kind, for example `data.session_id`.
    """

    may_have_happened = True

    def __init__(
        self,
        message: str,
        *,
        field: str,
        method: str = "",
        route: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, method=method, route=route, status=status, request_id=request_id)
        self.field = field
