"""One refusal, the same on both sides of Temporal: CommerceError to failure and back."""

from __future__ import annotations

from typing import Any, Final

from temporalio.exceptions import ApplicationError

from kit.db import RERUN, is_disconnect, sqlstate
from kit.errors import CommerceError, chain

_MARK: Final = "CommerceError"
_BUSY: Final = RERUN | {"55P03", "57014"}  # lost a race, lock time-out, statement time-out


def is_passing(error: CommerceError) -> bool:
    """Tell whether the same step may succeed later: something was down or busy, nothing was refused."""
    cause = error.__cause__
    if cause is not None and (sqlstate(cause) in _BUSY or is_disconnect(cause)):
        return True
    return error.type == "unavailable"


def as_failure(error: CommerceError) -> ApplicationError:
    """Return the failure that carries a refusal through a workflow; only what passes by itself is retried."""
    details = {"kind": _MARK, "code": error.code, "retry_after": error.retry_after}
    return ApplicationError(error.message, details, type=error.type, non_retryable=not is_passing(error))


def as_commerce_error(error: BaseException) -> CommerceError | None:
    """Walk the cause chain of a workflow's failure back to the refusal in it; None when there is none."""
    for seen in chain(error):
        if isinstance(seen, CommerceError):
            return seen
        if isinstance(seen, ApplicationError) and (details := _details(seen)) is not None:
            return CommerceError(seen.type or "unexpected_state", seen.message, details["code"], details["retry_after"])
    return None


def _details(error: ApplicationError) -> dict[str, Any] | None:
    for detail in error.details:
        if isinstance(detail, dict) and detail.get("kind") == _MARK:
            return detail
    return None
