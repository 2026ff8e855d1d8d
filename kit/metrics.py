"""What is counted, by OpenTelemetry's API: collected where the process runs with its SDK (docs/operations.md)."""

from __future__ import annotations

from typing import Final

from opentelemetry import metrics

_METER: Final = metrics.get_meter("euryale")

WEBHOOKS: Final = _METER.create_counter(
    "euryale.webhooks", description="Webhooks of payment providers by `provider` and `outcome`."
)
ATTENTION: Final = _METER.create_counter(
    "euryale.attention", description="Workflows that began to wait for a person, by the `kind` of row they are about."
)
