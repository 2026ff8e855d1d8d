"""The part of the SDK that is not Python: one runtime a process."""

from __future__ import annotations

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


def quiet() -> None:
    """Let it log errors only: while Temporal is away it repeats itself for every poller.

    Called by a composition root before the first client is made.
    """
    logging = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=logging)), error_if_already_set=False)
