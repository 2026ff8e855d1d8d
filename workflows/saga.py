"""Undo what was done when a run ends badly, in reverse order, each step attended until it is undone or settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self

from temporalio.exceptions import FailureError

from workflows.desk import Desk
from workflows.shield import to_the_end

# All that can end a run. Any other exception is a bug: it fails the task, which is retried, and nothing is undone.
ENDINGS: Final = (FailureError, asyncio.CancelledError, TimeoutError)

Undo = Callable[[], Awaitable[object]]


class Saga:
    """`async with Saga(self) as saga: saga.undo_with("hold", release); await hold()`.

    An undo is registered BEFORE the step it undoes, since a step that timed out may have happened; so it must be a
    no-op when there is nothing to undo. A failing undo parks: retry, or skip with a note (settled by hand).
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._undo: list[tuple[str, Undo]] = []

    def undo_with(self, name: str, step: Undo) -> None:
        """Register the step that undoes what comes next."""
        self._undo.append((name, step))

    async def __aenter__(self) -> Self:
        """Start with nothing to undo."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Undo when the run ends with an error; no cancel stops the undoing."""
        if isinstance(error, ENDINGS):
            await to_the_end(self._undo_all())

    async def _undo_all(self) -> None:
        for name, step in reversed(self._undo):
            # No "cancel" here: it would leave the steps before this one done and forgotten.
            await self._desk.attend(f"undo {name}", step, can_skip=True, can_cancel=False)
