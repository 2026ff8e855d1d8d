"""Cells of the fault matrix (tests/matrix) with real processes: one journey, one mood of the sandbox, one kill -9.

A sample by seed, twenty under EURYALE_LONG; EURYALE_SEED draws others and EURYALE_REAL_CELL runs exactly one, named as
in tests/matrix: `sandbox,capture,capture.0=late_landing,@payment.settle_capture/before`. What goes wrong is done by the
sandbox itself here, for as long as its intent lives, so faults that would never end are left out.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest

from kit import failpoints
from tests.faults.audit import audit
from tests.faults.bursts import all_bought
from tests.faults.shop import Shop
from tests.faults.shopper import Shopper, Visit
from tests.faults.storefront import Goods, Storefront
from tests.faults.treasurer import CANCEL
from tests.matrix.cells import JOURNEYS, Cell

IS_LONG: Final = bool(os.environ.get("EURYALE_LONG"))
SEED: Final = os.environ.get("EURYALE_SEED", "7")
CELLS: Final = 20 if IS_LONG else 5
PATIENCE: Final = 60.0

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.faults,
    pytest.mark.timeout(3600 if IS_LONG else 900),
]

MOODS: Final = {
    "reset_before": "reset",
    "late_landing": "late_landing",
    "timeout_after": "apply_then_timeout",
    "error_after": "error_after",
    "slow": "slow",
}
CALLS: Final = {"complete": "authorise", "capture": "capture", "refund": "refund", "cancel": "cancel"}
PASSED: Final = {
    "complete": ("checkout.begin", "provider.authorise", "payment.keep_answer", "checkout.place_order", "outbox.mark"),
    "capture": ("payment.begin_capture", "provider.capture", "payment.keep_answer", "payment.settle_capture"),
    "refund": ("payment.begin_refund", "provider.refund", "payment.keep_answer", "payment.settle_refund"),
    "cancel": ("payment.sweep", "outbox.mark", "provider.cancel", "payment.keep_answer", "payment.finish_cancel"),
    # without receive_event: the sandbox gives up before an API that died is back, and a day's reconciliation is far
    "webhook": ("outbox.mark", "provider.status", "payment.follow"),
}


def drawn(seed: str, number: int) -> list[Cell]:
    """Return the cells of a seed, every journey in turn."""
    dice, cells = random.Random(seed), []
    for n in range(number):
        journey = JOURNEYS[n % len(JOURNEYS)]
        edges = sorted(edge for edge in failpoints.EDGES if edge.split("/")[0] in PASSED[journey])
        call = CALLS.get(journey)
        faults = ((f"{call}.0", dice.choice(sorted(MOODS))),) if call else ()
        cells.append(Cell("sandbox", journey, faults, ((dice.choice(edges), 1),)))
    return cells


def wanted() -> list[Cell]:
    named = os.environ.get("EURYALE_REAL_CELL")
    return [Cell.parse(named)] if named else drawn(SEED, CELLS)


@pytest.mark.parametrize("cell", wanted(), ids=lambda cell: cell.name)
async def test_a_cell_with_kill_9(cell: Cell, shop: Shop, store: Storefront, goods: Goods) -> None:
    """Judge with the audit of the fault tests, which reads the provider's log, and see that nothing is left over."""
    # Elsewhere a webhook would be heard before the call is repeated, and the edge not be passed.
    tells = {"webhook_url": f"{shop.api_url}/hooks/payment/{{provider}}"} if cell.journey == "webhook" else {}
    await shop.turn(**tells, hang_seconds=10, slow_seconds=1)
    behavior = " ".join(f"{CALLS[cell.journey]}={MOODS[fault]}" for _, fault in cell.faults)
    visit = Visit(behavior=behavior)
    shopper = Shopper(store, goods, visit)
    ((edge, nth),) = cell.kills or (("", 0),)
    await shopper.prepare()
    if cell.journey == "complete":
        shop.arm(edge, nth)
        await shopper.buy()
    else:
        await shopper.buy()
        await _money(cell, shop, visit, lambda: shop.arm(edge, nth))
    await _seen(lambda: _is(shop.has_fired), PATIENCE)
    has_died = shop.has_fired
    shop.disarm()
    await shop.wait_ready()
    report = await audit(shop, await all_bought(store, goods, [visit]))
    again = f"EURYALE_REAL_CELL='{cell.name}' uv run pytest tests/faults/test_matrix.py"
    assert report.is_clean, f"{report}\n{again}"
    assert has_died, f"nobody passed {edge}: {again}"


async def _money(cell: Cell, shop: Shop, visit: Visit, arm: Callable[[], None]) -> None:
    """Capture, refund, cancel, or capture in the provider's dashboard."""
    connection = await shop.connect()
    try:
        session = await connection.fetchrow(
            "SELECT s.id, s.provider_reference, p.id AS payment FROM payment_session s "
            "JOIN payment p ON p.payment_session_id = s.id WHERE s.order_id = $1",
            visit.first_order_heard,
        )
        if cell.journey == "refund":
            await _ask(shop, session["payment"], "capture", {})
        arm()
        if cell.journey == "cancel":
            await connection.execute(CANCEL, session["payment"])
        elif cell.journey == "webhook":
            url = f"{shop.sandbox_url}/intents/{session['provider_reference']}/dashboard"
            async with httpx2.AsyncClient() as client:
                (await client.post(url, json={"action": "capture"})).raise_for_status()
            taken = "SELECT count(*) = 1 FROM capture WHERE payment_id = $1 AND state = 'done'"
            await _seen(lambda: connection.fetchval(taken, session["payment"]), PATIENCE)
        else:
            await _ask(shop, session["payment"], cell.journey, {"amount": 5})
    finally:
        await connection.close()


async def _ask(shop: Shop, payment: str, what: str, body: dict[str, Any]) -> None:
    """Ask with one key until there is an answer that is final."""
    headers = {"authorization": f"Basic {shop.secret_key}", "idempotency-key": uuid4().hex}

    async def is_done() -> bool:
        async with httpx2.AsyncClient(base_url=shop.api_url, headers=headers, timeout=30) as client:
            try:
                answer = await client.post(f"/admin/payments/{payment}/{what}", json=body)
            except httpx2.TransportError:
                return False
        assert answer.status_code in {200, 202, 409, 503}, answer.text
        return answer.status_code == 200

    await _seen(is_done, PATIENCE)


async def _is(answer: bool) -> bool:  # noqa: FBT001 - a condition as a question
    return answer


async def _seen(holds: Callable[[], Awaitable[bool]], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not await holds():  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.2)
    except TimeoutError:
        return
