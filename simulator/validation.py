"""Strict reading of requests: what the schema does not name or allow is refused with 422."""

from collections.abc import Mapping
from typing import Any, cast

from aiohttp import web
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from simulator.envelope import Refusal, complaint

JSONObject = dict[str, Any]


class Shape:
    """A JSON object with these properties and no others."""

    def __init__(
        self, properties: Mapping[str, JSONObject], required: tuple[str, ...] = ()
    ) -> None:
        self.schema = closed(properties, required)
        self._validator = Draft202012Validator(
            self.schema, format_checker=Draft202012Validator.FORMAT_CHECKER
        )

    async def read(self, request: web.Request) -> JSONObject:
        """Return the request's body with defaults filled in; no body counts as ``{}``."""
        return self.check(await read_json(request), "body")

    def check(self, value: object, part: str) -> JSONObject:
        """Return `value` with defaults filled in, or raise a 422 that lists what is wrong."""
        wrong = [_told(error, part) for error in self._validator.iter_errors(value)]
        if wrong:
            where = ".".join(str(step) for step in wrong[0]["loc"])
            message = f"Request validation errors. {where}: {wrong[0]['message']}"
            raise Refusal(422, message, errors=wrong)
        return _with_defaults(self.schema, cast(JSONObject, value))


def closed(properties: Mapping[str, JSONObject], required: tuple[str, ...] = ()) -> JSONObject:
    """Return the schema of an object that has these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


async def read_json(request: web.Request) -> object:
    """Return the body as JSON; an empty one is an empty object."""
    if not await request.read():
        return {}
    if request.content_type != "application/json":
        raise Refusal(422, "Request validation errors. body: Content-Type is not application/json")
    try:
        return cast(object, await request.json())
    except ValueError:
        message = "Request validation errors. body: JSON decode error"
        raise Refusal(422, message, errors=[complaint(["body"], "JSON decode error")]) from None


def read_query(request: web.Request, shape: Shape) -> JSONObject:
    """Return the query with numbers as numbers; a repeated or unknown parameter is refused."""
    values: JSONObject = {}
    for name, text in request.query.items():
        kind = shape.schema["properties"].get(name, {}).get("type")
        is_number = kind == "integer" and text.lstrip("-").isdecimal()
        values[name] = int(text) if is_number else text
    if len(values) != len(request.query):
        raise Refusal(422, "Request validation errors. query: a parameter is repeated")
    return shape.check(values, "query")


def _told(error: ValidationError, part: str) -> JSONObject:
    # The library's own words can repeat the value, which may be somebody's key.
    if error.validator in ("required", "additionalProperties"):
        message = error.message
    else:
        message = f"Input should satisfy {error.validator} {error.validator_value}"
    return complaint([part, *error.absolute_path], message)


def _with_defaults(schema: JSONObject, value: JSONObject) -> JSONObject:
    filled = {
        name: each["default"] for name, each in schema["properties"].items() if "default" in each
    }
    for name, given in value.items():
        inner = schema["properties"][name]
        nested = isinstance(given, dict) and "properties" in inner
        filled[name] = _with_defaults(inner, given) if nested else given
    return filled
