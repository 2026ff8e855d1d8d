"""kill -9 at every named edge of kit/failpoints while shoppers buy in every mood; an edge never hit is a failure."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterable

import pytest

from kit import failpoints
from tests.faults.audit import audit
from tests.faults.bursts import all_bought, mixed
from tests.faults.shop import Shop, running_shop
from tests.faults.shopper import Shopper, Visit
from tests.faults.storefront import Goods, Storefront
from tests.faults.treasurer import Treasurer

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.faults,
    pytest.mark.timeout(1200),
]

# All of them take minutes: EURYALE_LONG=1; EURYALE_EDGES names some. Every run walks those around the point of no
# return with real kills, and all of them without processes (the simulation and promise 1).
SHORT = (
    "checkout.begin/after-commit",
    "provider.authorise/after",
    "checkout.place_order/before-commit",
    "checkout.place_order/after-commit",
    "checkout.released/before",
    "outbox.mark/before-commit",
    "payment.session_settle/before-commit",
    "provider.capture/after",
    "payment.settle_refund/before-commit",
    "payment.receive_event/after-commit",
    "payment.follow/before-commit",
)

CROWD = 8  # shoppers at any moment
PATIENCE = 45.0  # seconds for an edge to be passed by somebody
WORKERS = 2  # one goes on while the other is being started again, which takes longer than everything else


async def test_p01_a_kill_at_every_edge_loses_and_doubles_nothing() -> None:
    async with running_shop(workers=WORKERS) as shop, Storefront(shop.api_url, shop.publishable_key) as store:
        goods = await store.goods()
        # What is held falls back within a day, so that somebody has to be told.
        await shop.turn(webhook_url=f"{shop.api_url}/hooks/payment/{{provider}}", hold_seconds=7200)
        done: list[Visit] = []
        closing = asyncio.Event()
        crowd = [asyncio.create_task(_keep_buying(store, goods, done, closing)) for _ in range(CROWD)]
        crowd.append(asyncio.create_task(Treasurer(shop).work(closing)))
        try:
            missed = await _walk(shop, _edges())
        finally:
            shop.disarm()
            closing.set()
            await asyncio.gather(*crowd)
        await shop.wait_ready()
        report = await audit(shop, await all_bought(store, goods, done))
        assert report.is_clean, report
        assert not missed, "no process ever passed these edges"


def _edges() -> Iterable[str]:
    if named := os.environ.get("EURYALE_EDGES"):
        return named.split()
    return sorted(failpoints.EDGES) if os.environ.get("EURYALE_LONG") else SHORT


async def _keep_buying(store: Storefront, goods: Goods, done: list[Visit], closing: asyncio.Event) -> None:
    for visit in itertools.chain.from_iterable(mixed(62) for _ in itertools.count()):
        if closing.is_set():
            return
        done.append(await Shopper(store, goods, visit, patience=45).shop())


async def _walk(shop: Shop, edges: Iterable[str]) -> list[str]:
    """Kill at each edge in turn, and return those that nobody passed in time."""
    missed = []
    for edge in edges:
        await shop.wait_open()
        shop.arm(edge)
        try:
            async with asyncio.timeout(PATIENCE):
                while not shop.has_fired:  # noqa: ASYNC110 - another process renames the file
                    await asyncio.sleep(0.05)
        except TimeoutError:
            missed.append(edge)
    return missed
