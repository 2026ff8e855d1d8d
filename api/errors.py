"""What a caller hears when something fails: one table, one envelope (contract section 4)."""

from __future__ import annotations

import json
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from api.validation import explain
from durable.errors import as_commerce_error
from kit.db import sqlstate, taken, translate
from kit.errors import CommerceError, invalid_data

log = structlog.get_logger(__name__)

STATUS: Final = {
    "invalid_data": 400,
    "invalid_request": 400,
    "not_allowed": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "payload_too_large": 413,
    "duplicate_error": 422,
    "payment_authorization_error": 422,
    "too_many_requests": 429,
    "unknown_error": 500,
    "database_error": 500,
    "unexpected_state": 500,
    "invalid_argument": 500,
    "unavailable": 503,
}
SERVER_ERROR: Final = 500
UNSTORABLE: Final = {  # SQLSTATE -> what the caller sent
    "22003": "A value is too large to be stored.",
    "22021": "A text holds a character that cannot be stored.",
}
UNKNOWN: Final = CommerceError("unknown_error", "An unknown error occurred.", "unknown_error")


class UnauthenticatedError(CommerceError):
    """A caller that an area does not know: 401, with a message and nothing else (contract section 2.2)."""

    def __init__(self, message: str = "Unauthorized") -> None:
        super().__init__("unauthorized", message)


def answer(error: Exception) -> Response:
    """Return the response to `error`; what nobody foresaw is logged, and its message stays with us."""
    known = _known(error)
    if known is None or known.type not in STATUS:
        log.error("request failed", exc_info=error)
        known = UNKNOWN
    headers = {"retry-after": str(known.retry_after)} if known.retry_after is not None else None
    return Response(json.dumps(_envelope(known)), STATUS[known.type], headers, "application/json")


def _known(error: Exception) -> CommerceError | None:
    """Return the refusal that `error` is, or that a workflow or the database failed with."""
    if isinstance(error, HTTPException) and error.status_code < SERVER_ERROR:
        return invalid_data(error.detail)
    if (found := as_commerce_error(translate(error)) or as_commerce_error(error)) is not None:
        return found
    if (duplicate := taken(error)) is not None:
        return CommerceError("duplicate_error", duplicate.message, "invalid_request_error")
    sentence = UNSTORABLE.get(sqlstate(error) or "")
    return None if sentence is None else invalid_data(sentence)


def _envelope(error: CommerceError) -> dict[str, Any]:
    if isinstance(error, UnauthenticatedError):
        return {"message": error.message}
    if error.type == "invalid_request":
        return {"errors": list(error.errors), "message": error.message}
    envelope = {"type": error.type, "message": error.message}
    return envelope if error.code is None else {**envelope, "code": error.code}


async def _refused(_request: Request, error: Exception) -> Response:
    return answer(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    return answer(invalid_data(explain(faults)))


def handle_errors(app: FastAPI) -> None:
    """Answer refusals, invalid bodies and database errors; api/http/edge.py catches the rest."""
    app.add_exception_handler(CommerceError, _refused)
    app.add_exception_handler(DBAPIError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
