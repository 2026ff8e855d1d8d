"""What Stripe answers when it does not do what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

Json = dict[str, Any]

INVALID: Final = "invalid_request_error"


@dataclass
class Problem(Exception):  # noqa: N818 - it is an answer, not a fault
    """An error in Stripe's envelope.

    `is_kept`: the call had begun, so this is the answer of its key from now on. What is wrong with the parameters, the
    API key or the moment (429, 409) is no answer of the key.
    """

    status: int
    message: str
    type: str = INVALID
    code: str | None = None
    is_kept: bool = False
    more: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> Json:
        """Return the answer."""
        error = {"message": self.message, "type": self.type, **self.more}
        return {"error": error | ({"code": self.code} if self.code else {})}


def invalid(message: str, code: str | None = None, param: str | None = None) -> Problem:
    """Return what is wrong with the parameters."""
    return Problem(HTTPStatus.BAD_REQUEST, message, code=code, more={"param": param} if param else {})


def missing(kind: str, id_: str) -> Problem:
    """Return that there is no such object."""
    param = kind.rpartition("_")[2]
    message = f"No such {kind}: '{id_}'"
    return Problem(HTTPStatus.NOT_FOUND, message, code="resource_missing", more={"param": param})


def unexpected(message: str, intent: Json, code: str = "payment_intent_unexpected_state") -> Problem:
    """Return that the intent's state forbids the call."""
    return Problem(
        HTTPStatus.BAD_REQUEST, message, code=code, is_kept=True, more={"payment_intent": intent} if intent else {}
    )


def not_possible(message: str, code: str | None = None, param: str | None = None) -> Problem:
    """Return that a call that had begun cannot be carried out."""
    return Problem(HTTPStatus.BAD_REQUEST, message, code=code, is_kept=True, more={"param": param} if param else {})


def broken() -> Problem:
    """Return an outage in the middle of a call."""
    message = "An unknown error occurred on our side."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, message, type="api_error", is_kept=True)
