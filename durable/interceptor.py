"""What surrounds every activity: a refusal keeps its words, a provider call beats, a failure is one log line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from durable.errors import as_failure
from kit.discreet import holds_values, said
from kit.errors import CommerceError

log = structlog.get_logger(__name__)

BEAT: Final = 1.0  # seconds; the presets' heartbeat time-outs are three times that and more


class Surround(Interceptor):
    """Gives every activity of a worker the same surroundings."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - its name there
        """Return the surroundings of `next`."""
        return _Activity(next)


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - as the SDK declares it
        try:
            async with _beating():
                return await super().execute_activity(input)
        except CommerceError as error:
            _say(error)
            raise as_failure(error) from None  # what it came from may repeat a row, and a history keeps all it is told
        except ApplicationError as error:
            _say(error)
            raise
        except Exception as error:
            _say(error, exc_info=True)
            if holds_values(error):
                raise ApplicationError(said(error), type=type(error).__name__) from None
            raise


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Beat every second if this activity has a heartbeat time-out, so that a dead worker is noticed."""
    if activity.info().heartbeat_timeout is None:
        yield
        return
    task = asyncio.create_task(_beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEAT)


def _say(error: Exception, *, exc_info: bool = False) -> None:
    info = activity.info()
    log.warning(
        "activity failed",
        activity=info.activity_type,
        workflow=info.workflow_id,
        attempt=info.attempt,
        error=said(error)[:300],
        exc_info=exc_info,
    )
