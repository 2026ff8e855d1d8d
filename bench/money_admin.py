"""An admin who takes and gives back money over HTTP."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import httpx2

from bench.meter import metered
from bench.phases import Measured, at_once
from bench.shops import Stage
from bench.steps import Steps

Ids = Sequence[str]
Kind = Literal["capture", "refund"]
PART = Decimal("1.50")  # of a payment that is captured or given back in parts


class Till:
    """Moves money of payments; `steps` has how long each answer took, by the phase's name and concurrency."""

    def __init__(self, on: Stage) -> None:
        self._on = on
        self.steps = Steps()

    async def move(self, name: str, kind: Kind, ids: Ids, concurrency: int, amount: Decimal | None = None) -> Measured:
        """Capture or refund so much of each payment, all of it without an amount; RuntimeError unless it is done."""
        left, body = list(ids), "{}" if amount is None else f'{{"amount": {amount}}}'
        headers = {"authorization": f"Basic {self._on.shop.secret_key}", "content-type": "application/json"}
        async with httpx2.AsyncClient(base_url=self._on.shop.api_url, headers=headers, trust_env=False) as client:

            async def ask() -> None:
                began = time.monotonic()
                answer = await client.post(f"/admin/payments/{left.pop()}/{kind}", content=body, timeout=30)
                if answer.status_code != 200:
                    raise RuntimeError(f"{answer.status_code} {answer.text}")
                self.steps.add(f"{name} @{concurrency}", time.monotonic() - began)

            async with metered(self._on.shop) as usage:
                await at_once(ask, len(ids), concurrency)
        return Measured(name, concurrency, len(ids), usage)
