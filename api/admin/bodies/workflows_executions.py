"""Bodies of `/admin/workflows-executions`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from api.body import Body, CardlessText


class AdminAnswerAttention(Body):
    """A person's answer to a parked execution; `note` says what was done by hand, and a skip needs one."""

    answer: Literal["retry", "skip", "cancel"]
    note: Annotated[CardlessText, StringConstraints(max_length=500)] | None = None
