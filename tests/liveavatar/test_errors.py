"""What an error tells, and what it promises about trying again."""

from __future__ import annotations

import pytest

from liveavatar import errors

MAY_RETRY = {
    errors.NeverSent,
    errors.OutcomeUnknown,
    errors.ConcurrencyReached,
    errors.RateLimited,
    errors.ServerFault,
}
MAY_HAVE_HAPPENED = {errors.OutcomeUnknown, errors.ServerFault, errors.UnexpectedResponse}


def tree(kind: type[errors.LiveAvatarError]) -> set[type[errors.LiveAvatarError]]:
    return {kind}.union(*(tree(below) for below in kind.__subclasses__()))


def test_a_retry_can_help_exactly_where_the_trouble_may_pass():
    kinds = tree(errors.LiveAvatarError)

    assert {kind for kind in kinds if kind.retryable} == MAY_RETRY


def test_the_effect_is_in_doubt_exactly_where_no_plain_no_was_heard():
    kinds = tree(errors.LiveAvatarError)

    assert {kind for kind in kinds if kind.may_have_happened} == MAY_HAVE_HAPPENED


def test_every_error_is_drawn_in_the_tree_of_the_docstring():
    drawn = errors.__doc__ or ""

    assert [
        kind.__name__ for kind in tree(errors.LiveAvatarError) if kind.__name__ not in drawn
    ] == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.NotFound("gone"), "gone"),
        (
            errors.NeverSent("not sent", method="GET", route="/v1/secrets"),
            "GET /v1/secrets: not sent",
        ),
        (
            errors.Conflict("busy", method="POST", route="/v1/sessions/start", status=409),
            "POST /v1/sessions/start answered 409: busy",
        ),
    ],
)
def test_an_error_tells_method_route_status_and_words(error, told):
    assert str(error) == told
