"""What a refusal means, and in which words the vendor said it. Pure.

Two bodies of refusals are in use: FastAPI's `{detail: …}`, which the specification declares, and
the envelope `{code, data, message}`, which live traffic shows. Sources:
https://api.liveavatar.com/openapi.json; for the live shape the vendor's forum and its web demo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from liveavatar import errors

NOT_AUTHENTICATED = 4003
"""The code of a session token that is missing, spent or too old."""

_SPOKEN: Mapping[str, type[errors.StatusError]] = {
    "exceeds the maximum allowed": errors.DurationTooLong,
    "access to this avatar": errors.AvatarNotAccessible,
    "sandbox": errors.AvatarNotInSandbox,
}
_BY_STATUS: Mapping[int, type[errors.StatusError]] = {
    401: errors.Unauthorised,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    429: errors.RateLimited,
}


def kind_of(status: int, code: int | None, words: Iterable[str]) -> type[errors.StatusError] | None:
    """The error that a refusal means, or None for a status that refuses nothing.

    The status decides first; where it is shared by several refusals, the vendor's words do.
    """
    heard = " ".join(words).lower()
    if 200 <= status < 300:
        # An application's refusal inside a success: read it as the status it should have had.
        status = 403 if code == NOT_AUTHENTICATED else 400
    if status in {400, 403, 409, 429} and "concurren" in heard:
        return errors.ConcurrencyReached
    if status == 402 or (status in {400, 403} and "credit" in heard):
        return errors.NoCredits
    if status in {400, 403, 422}:
        for spoken, kind in _SPOKEN.items():
            if spoken in heard:
                return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return errors.ServerFault
    return errors.BadRequest if status >= 400 else None


def words_of(envelope: object) -> Iterator[str]:
    """What the vendor says, the most particular first; the order is that of its own demo."""
    if not isinstance(envelope, dict):
        return
    data, detail = envelope.get("data"), envelope.get("detail")
    particular = data[0] if isinstance(data, list) and data else data
    invalid = detail[0] if isinstance(detail, list) and detail else None
    candidates = (
        particular.get("message") if isinstance(particular, dict) else None,
        envelope.get("message"),
        envelope.get("error"),
        invalid.get("msg") if isinstance(invalid, dict) else None,
        detail,
    )
    yield from (words for words in candidates if isinstance(words, str) and words.strip())
