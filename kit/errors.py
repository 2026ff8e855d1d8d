"""The one error family: what went wrong in the API's own words (contract section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

BUSY: Final = "The request conflicted with another request. You may retry the request with the same parameters."


class CommerceError(Exception):
    """A refusal that a caller is meant to hear.

    `type` is one of contract section 4 (`invalid_data`, `not_allowed`, `not_found`, `conflict`, ...);
    api/errors.py maps it to a status.
    """

    errors: tuple[str, ...] = ()  # only `invalid_request` lists several
    keys: Mapping[str, str] = {}  # the unique values that are taken, by their columns
    element: int | str | None = None  # the one of many that is refused: its place or its id

    def __init__(self, type_: str, message: str, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.type = type_
        self.message = message
        self.code = code
        self.retry_after = retry_after


def invalid_data(message: str, code: str | None = None) -> CommerceError:
    """Return the error of a value or a state that breaks a rule (400)."""
    return CommerceError("invalid_data", message, code)


def invalid_request(*errors: str) -> CommerceError:
    """Return the error of a request with several faults, which has an envelope of its own (400)."""
    error = CommerceError(
        "invalid_request", "Provided request body contains errors. Please check the data and retry the request"
    )
    error.errors = errors
    return error


def not_allowed(message: str, code: str | None = None) -> CommerceError:
    """Return the error of an action that the present state forbids (400)."""
    return CommerceError("not_allowed", message, code)


def not_found(message: str) -> CommerceError:
    """Return the error of a thing that does not exist for this caller (404)."""
    return CommerceError("not_found", message)


def unauthorized(message: str) -> CommerceError:
    """Return the error of credentials that were refused (401)."""
    return CommerceError("unauthorized", message)


def conflict(message: str) -> CommerceError:
    """Return the error of a write that met another one (409)."""
    return CommerceError("conflict", message, "invalid_state_error")


def too_many_requests(retry_after: int) -> CommerceError:
    """Return the error of one attempt too many (429); `retry_after` in seconds."""
    message = f"Too many attempts. Try again in {retry_after} seconds."
    return CommerceError("too_many_requests", message, retry_after=retry_after)


def unavailable(message: str, retry_after: int) -> CommerceError:
    """Return the error of a part that is down (503); `retry_after` in seconds."""
    return CommerceError("unavailable", message, retry_after=retry_after)


@contextmanager
def about(element: int | str) -> Iterator[None]:
    """Note on a refusal which element of a list it is about, by its place or its id."""
    try:
        yield
    except CommerceError as error:
        error.element = element
        raise


@contextmanager
def in_list(name: str, ids: Sequence[str] = ()) -> Iterator[None]:
    """Let the refusal of one of many say its place: `create[3]: Product with handle: mug, already exists.`."""
    try:
        yield
    except CommerceError as error:
        place = ids.index(error.element) if error.element in ids else error.element
        if isinstance(place, int):
            error.message = f"{name}[{place}]: {error.message}"
        raise


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and its causes, each once: they may run in a circle. What was merely being handled is no cause."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__
