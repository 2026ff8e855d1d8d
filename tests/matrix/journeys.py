"""The five journeys: complete, capture, refund, cancel, webhook. Each is one wish of somebody who does not give in."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.checkout.outcome import Claim
from kit import errors
from kit.errors import CommerceError
from operations.begin_checkout import begin_checkout
from operations.cancel_payment import ask_cancel
from operations.open_payment_session import record_session_intent, settle_session
from operations.place_order import place_order
from operations.record_payment import Paid
from tests.matrix.faults import Run
from tests.matrix.kills import KilledError
from tests.matrix.world import NO_ANSWER, Heard, World, enter, fresh
from tests.support.small_shop import new_cart

T = TypeVar("T")
PRESSES: Final = 60
PAUSE: Final = 0.25
BUSY: Final = {NO_ANSWER, 202, 409, 502, 503}
SESSION: Final = """
SELECT s.* FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id
WHERE c.cart_id = $1 AND s.fate = 'open'
"""


async def travel(world: World, run: Run) -> None:
    """Make the cell's journey, until whoever wanted something has it."""
    start, wish = JOURNEYS[run.cell.journey]
    await start(world, run)
    enter(run)
    await wish(world, run)


# Before the journey: a cart, an order, an order whose money was taken. Nothing goes wrong yet.


async def _commit(world: World, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Commit as a caller does who hears 409 on a busy machine: all cells want the same stock."""
    for _ in range(PRESSES):
        try:
            return await world.database.transact(work)
        except CommerceError as error:
            if error.message != errors.BUSY:
                raise
        await asyncio.sleep(PAUSE)
    return await world.database.transact(work)


async def _cart(world: World, run: Run) -> None:
    cart_id = await _commit(world, lambda s: new_cart(s, world.shop, {"pen": 5}))
    collection = await world.value("SELECT id FROM payment_collection WHERE cart_id = $1", cart_id)
    world.own(run, cart=cart_id, collection=collection)


async def _order(world: World, run: Run) -> None:
    await _cart(world, run)
    provider, cart_id = world.provider(run), run.ids["cart"]
    intend = partial(record_session_intent, collection_id=run.ids["collection"], provider_id=provider.id, data={})
    intent = await _commit(world, intend)
    result = await provider.create_session(intent.request)
    assert await _commit(world, lambda s: settle_session(s, intent, result))
    await world.vendor(run).pay(result.data)
    begun = await _commit(world, lambda s: begin_checkout(s, cart_id, f"run_{cart_id}", deadline_seconds=60))
    assert begun.attempt_id is not None, begun
    claim = Claim(cart_id, begun.attempt_id, f"run_{cart_id}")
    row = await world.row(SESSION, cart_id)
    held = await provider.authorise(replace(intent.request, reference=row.provider_reference, data=row.data))
    word = Paid(held.status, held.held, held.captured)
    await _commit(world, lambda s: place_order(s, claim, word))
    payment = await world.value("SELECT id FROM payment WHERE payment_session_id = $1", row.id)
    world.own(run, session=row.id, payment=payment, reference=row.provider_reference)


async def _taken(world: World, run: Run) -> None:
    await _order(world, run)
    key = fresh()
    for _ in range(PRESSES):
        answer = await world.ask(f"/admin/payments/{run.ids['payment']}/capture", {}, key)
        if answer.status == 200:
            return
        assert answer.status in BUSY, answer
        await asyncio.sleep(PAUSE)
    raise AssertionError("the money was never taken")


# The journeys.


async def complete(world: World, run: Run) -> None:
    """Press the button until there is an order, with another card where one is refused."""
    cart_id = run.ids["cart"]
    await _session(world, run)
    for _ in range(PRESSES):
        answer = await world.ask(f"/store/carts/{cart_id}/complete", {}, fresh())
        run.heard.append(f"complete {answer.status} {answer.message}")
        if answer.status == 200 and answer.body["type"] == "order":
            run.ids["order"] = answer.body["order"]["id"]
            return
        is_declined = answer.status == 200 or "was not authorized with the provider" in answer.message
        if is_declined or "Payment sessions are required" in answer.message:
            await _session(world, run)
        elif answer.status not in BUSY:
            raise AssertionError(f"the button answered {answer}")
        await asyncio.sleep(PAUSE)
    raise AssertionError("no order came")


async def _session(world: World, run: Run) -> None:
    """Take out a card: a new session, confirmed in the browser where the provider works that way."""
    path, vendor = f"/store/payment-collections/{run.ids['collection']}/payment-sessions", world.vendor(run)
    for _ in range(PRESSES):
        answer = await world.ask(path, {"provider_id": vendor.provider_id})
        run.heard.append(f"session {answer.status} {answer.message}")
        if answer.status == 200:
            row = await world.row(SESSION, run.ids["cart"])
            world.own(run, session=row.id)
            await vendor.pay(row.data)
            return
        if answer.status not in BUSY | {500}:
            raise AssertionError(f"a session answered {answer}")
        await asyncio.sleep(PAUSE)
    raise AssertionError("no session came")


async def _move(world: World, run: Run, kind: str) -> None:
    """Ask with one key until the answer is final; what the provider refused is asked for again."""
    path, key = f"/admin/payments/{run.ids['payment']}/{kind}", fresh()
    body = {"amount": 5} if kind == "refund" or world.vendor(run).keeps_the_rest else {}
    for _ in range(PRESSES):
        answer = await world.ask(path, body, key)
        run.heard.append(f"{kind} {answer.status} {answer.message}")
        if answer.status == 200:
            return
        if answer.status not in BUSY | {500}:
            raise AssertionError(f"{kind} answered {answer}")
        await asyncio.sleep(PAUSE)
    raise AssertionError(f"the {kind} never ended")


async def cancel(world: World, run: Run) -> None:
    """Want what is held to be free, as an order's cancel will (no route does it yet)."""
    await _again(lambda: world.database.transact(partial(ask_cancel, payment_id=run.ids["payment"])))
    await _ended(world, "SELECT FROM payment WHERE id = $1 AND canceled_at IS NULL", run.ids["payment"])


async def webhook(world: World, run: Run) -> None:
    """Money is taken and a part given back in the provider's dashboard; events of it arrive as the cell wants it."""
    vendor, reference = world.vendor(run), run.ids["reference"]
    for action in ("capture", "refund"):
        await vendor.outside(reference, action)
    events = await vendor.deliveries(reference)
    assert len(events) >= 2, events
    arriving = {
        "once": events,
        "duplicate": [event for event in events for _ in range(2)],
        "reordered": events[::-1],
        "late": events[-1:],
        "missing": [],
    }[run.cell.manner]
    for body, headers in arriving:
        await _deliver(world, run, body, dict(headers))
    if run.cell.manner == "late":
        await asyncio.sleep(1)
        for body, headers in events[:-1]:
            await _deliver(world, run, body, dict(headers))
    await _ended(world, "SELECT FROM provider_event WHERE session_id = $1 AND state = 'stored'", run.ids["session"])


async def _ended(world: World, unfinished: str, id_: str) -> None:
    """Wait for what a wish sets going: when all journeys have ended nothing goes wrong any more, and nobody dies."""
    for _ in range(4 * PRESSES):
        if await world.row(unfinished, id_) is None:
            return
        await asyncio.sleep(PAUSE)
    raise AssertionError(f"it never ended: {id_}")


async def _deliver(world: World, run: Run, body: bytes, headers: dict[str, str]) -> None:
    path = f"/hooks/payment/{world.vendor(run).provider_id.removeprefix('pp_')}"
    for _ in range(PRESSES):
        answer = await world.post(path, body, headers)
        if answer.status == 200:
            return
        assert answer.status in BUSY, answer
        await asyncio.sleep(PAUSE)
    raise AssertionError("the webhook was never taken")


async def _again(work: Callable[[], Awaitable[Any]]) -> None:
    for attempt in itertools.count():
        try:
            await work()
        except KilledError:
            assert attempt < PRESSES
        else:
            return


Step = Callable[[World, Run], Awaitable[None]]
JOURNEYS: Final[dict[str, tuple[Step, Step]]] = {
    "complete": (_cart, complete),
    "capture": (_order, partial(_move, kind="capture")),
    "refund": (_taken, partial(_move, kind="refund")),
    "cancel": (_order, cancel),
    "webhook": (_order, webhook),
}

__all__ = ["Heard", "travel"]
