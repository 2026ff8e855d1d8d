"""The id of the request being served, for logs, workflows and providers' metadata."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

current: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
