"""What every answer of the API has in common."""

from typing import Any


def assert_one_error_shape(answer: Any) -> None:
    body = answer.json()
    assert set(body) == {"error", "request_id"}
    assert set(body["error"]) - {"fields"} == {"code", "message", "retryable"}
    assert ("fields" in body["error"]) is (answer.status_code == 400)
    assert body["request_id"]
    assert body["error"]["message"].endswith(".")
