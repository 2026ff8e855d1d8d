"""Promise 10: what happens at the provider arrives here once, in books, order and timeline; a person hears of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from operations import follow_movements
from queries.timeline import read_timeline
from tests.promises.counter import Counter, sold
from tests.promises.till import Till
from tests.support.sandbox import Sandbox

PRICE = Decimal("19.90")
HELD = {"authorized": PRICE}
TAKEN = {**HELD, "captured": PRICE}


@pytest.fixture
async def counter(sandbox_till: Till, shared_sandbox: Sandbox) -> Counter:
    return await sold(sandbox_till, shared_sandbox)


async def kinds(counter: Counter) -> list[str]:
    async with counter.till.database.reading() as connection:
        told: Any = await read_timeline(connection, counter.order_id)
    return [each["kind"] for each in told["timeline"]]


async def arrives_once(counter: Counter, books: dict[str, Decimal], *events: str) -> None:
    """Follow what was done there three times over: every webhook of it comes, and the sweep asks as well."""
    for _ in range(3):
        await counter.follow()
    assert await counter.books() == books
    assert await counter.events() == list(events)


async def test_p10_a_capture_and_a_refund_in_the_dashboard(counter: Counter) -> None:
    await counter.at_provider("capture")
    await counter.at_provider("refund", amount="5")
    given = {"refunded": Decimal(5), "credited": Decimal(5)}
    await arrives_once(counter, TAKEN | given, "payment.captured", "payment.refunded")
    assert (await counter.state())["order"][0] == "completed"
    assert await kinds(counter) == ["order_placed", "authorized", "captured", "refunded", "credited"]


async def test_p10_a_refund_that_failed_is_taken_back_and_a_person_is_told(counter: Counter) -> None:
    await counter.at_provider("capture")
    intent = await counter.at_provider("refund", amount="5")
    await counter.follow()
    await counter.at_provider("fail", movement=intent["movements"][-1]["id"])
    told = ("payment.captured", "payment.refunded", "payment.refund_failed")
    await arrives_once(counter, TAKEN | {"credited": Decimal(5)}, *told)
    assert "failed at the provider" in await counter.till.value("SELECT attention FROM refund")
    assert (await kinds(counter))[-1] == "refund_failed"


async def test_p10_a_dispute_opened_and_won(counter: Counter) -> None:
    await counter.at_provider("capture")
    opened = await counter.at_provider("dispute", status="open")
    await arrives_once(counter, TAKEN | {"disputed": PRICE}, "payment.captured", "payment.dispute_opened")
    assert "answer at the provider" in await counter.till.value("SELECT attention FROM payment_dispute")
    await counter.at_provider("dispute", dispute=opened["disputes"][0]["id"], status="won")
    await arrives_once(counter, TAKEN, "payment.captured", "payment.dispute_opened", "payment.dispute_won")
    assert await counter.till.value("SELECT attention FROM payment_dispute") is None
    assert await kinds(counter) == ["order_placed", "authorized", "captured", "dispute_opened", "dispute_won"]


async def test_p10_a_dispute_lost(counter: Counter) -> None:
    await counter.at_provider("capture")
    opened = await counter.at_provider("dispute", status="open")
    await counter.follow()
    await counter.at_provider("dispute", dispute=opened["disputes"][0]["id"], status="lost")
    told = ("payment.captured", "payment.dispute_opened", "payment.dispute_lost")
    await arrives_once(counter, TAKEN | {"refunded": PRICE}, *told)
    assert await kinds(counter) == ["order_placed", "authorized", "captured", "dispute_opened", "dispute_lost"]


async def test_p10_a_cancel_there(counter: Counter) -> None:
    await counter.at_provider("cancel")
    await arrives_once(counter, HELD | {"freed": PRICE}, "payment.canceled")
    assert (await counter.state())["order"][0] == "canceled"
    assert (await kinds(counter))[-1] == "canceled"


async def test_p10_an_expiry(counter: Counter) -> None:
    await counter.follow()
    await counter.till.change("UPDATE payment SET expires_at = now() - interval '1 second'")
    await counter.at_provider("expire")
    await arrives_once(counter, HELD | {"freed": PRICE}, "payment.expired")
    assert (await counter.state())["order"][0] == "awaiting"
    assert (await kinds(counter))[-1] == "expired"


async def test_p10_mutation_who_does_not_know_a_movement_again_books_it_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(session: AsyncSession, sql: str, *params: object) -> Any:  # noqa: ANN401 - rows
        return [] if sql == follow_movements._ROWS.format(table="refund") else await run(session, sql, *params)

    monkeypatch.setattr(follow_movements, "run", forgetful)
    await counter.till.change("DROP INDEX uq_refund_payment_id_provider_reference")
    await counter.at_provider("capture")
    await counter.at_provider("refund", amount="5")
    await counter.follow()
    await counter.follow()
    assert (await counter.books())["refunded"] == Decimal(10)
