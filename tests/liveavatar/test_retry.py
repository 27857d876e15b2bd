"""When a failed attempt is followed by another, and after how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from liveavatar import errors
from liveavatar.retry import LONGEST_WAIT, MAX_ATTEMPTS, wait_before_retry

KINDS = [
    errors.NeverSent,
    errors.OutcomeUnknown,
    errors.BadRequest,
    errors.Unauthorised,
    errors.Forbidden,
    errors.NotFound,
    errors.Conflict,
    errors.ConcurrencyReached,
    errors.NoCredits,
    errors.RateLimited,
    errors.ServerFault,
]
any_error = some.builds(
    lambda kind, asked: kind("words", retry_after=asked),
    some.sampled_from(KINDS),
    some.none() | some.floats(0, 1e6),
)


@pytest.mark.parametrize(
    ("error", "is_safe", "wait"),
    [
        (errors.NeverSent(""), False, 0.1),
        (errors.NeverSent(""), True, 0.1),
        (errors.OutcomeUnknown(""), False, None),
        (errors.OutcomeUnknown(""), True, 0.1),
        (errors.ServerFault(""), False, None),
        (errors.ServerFault(""), True, 0.1),
        (errors.ServerFault("", retry_after=1.5), True, 1.5),
        (errors.ServerFault("", retry_after=60), True, None),
        (errors.RateLimited("", retry_after=0.3), False, None),
        (errors.RateLimited("", retry_after=0.3), True, 0.3),
        (errors.RateLimited(""), True, 1.0),
        (errors.RateLimited("", retry_after=2.0), True, 2.0),
        (errors.RateLimited("", retry_after=2.1), True, None),
        (errors.ConcurrencyReached(""), True, None),
        (errors.BadRequest(""), True, None),
        (errors.UnexpectedResponse("", field="data.id"), True, None),
    ],
)
def test_the_first_failure_is_answered_by_its_kind(error, is_safe, wait):
    assert wait_before_retry(error, 1, is_safe=is_safe) == wait


def test_the_wait_doubles_and_chance_can_double_it_again():
    error = errors.NeverSent("")

    waits = [wait_before_retry(error, attempt, is_safe=False) for attempt in (1, 2, 3)]

    assert waits == [0.1, 0.2, None]
    assert wait_before_retry(error, 2, is_safe=False, chance=1.0) == 0.4


@given(any_error, some.integers(1, 10), some.booleans(), some.floats(0, 1))
def test_no_wait_is_negative_or_long_and_attempts_end(error, attempt, is_safe, chance):
    wait = wait_before_retry(error, attempt, is_safe=is_safe, chance=chance)

    assert wait is None or 0 <= wait <= LONGEST_WAIT
    assert wait is None or attempt < MAX_ATTEMPTS


@given(any_error, some.integers(1, 10))
def test_what_may_have_happened_is_never_repeated_unless_safe(error, attempt):
    wait = wait_before_retry(error, attempt, is_safe=False)

    assert wait is None or not error.may_have_happened
