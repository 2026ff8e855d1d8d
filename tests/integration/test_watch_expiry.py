"""Held money that is about to fall back: somebody hears of it before, once; the sweeps that see to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit import clock
from kit.db import run
from operations.watch_expiry import ask_about_new, warn_of_expiry, watch_expiring
from tests.support.checkout_steps import PROVIDER, Steps
from tests.support.told import Followed, movement, paid_order, told


@pytest.fixture
async def paid(steps: Steps) -> Followed:
    return await paid_order(steps)


async def expires_in(paid: Followed, hours: float) -> None:
    await paid.follow(told(20, expires_at=clock.now() + timedelta(hours=hours)))


async def change(paid: Followed, sql: str) -> None:
    async with paid.steps.database.engine.begin() as connection:
        await run(connection, sql)


async def test_p14_somebody_is_told_a_day_before_and_once(paid: Followed) -> None:
    transact = paid.steps.database.transact
    await expires_in(paid, 30)
    assert await transact(watch_expiring) == 0
    await transact(lambda s: warn_of_expiry(s, paid.payment_id))
    assert await paid.events() == []
    await expires_in(paid, 20)
    assert await transact(watch_expiring) == 1
    assert await paid.steps.asked("expire-authorisations") == [paid.payment_id]
    for _ in range(2):
        found = await transact(lambda s: warn_of_expiry(s, paid.payment_id))
        assert found is not None
        assert found.session_id == paid.session_id
        assert 19 * 3600 < found.seconds_left <= 20 * 3600
    assert await paid.events() == ["payment.expiring"]
    assert "20 eur are held until" in await paid.steps.value("SELECT attention FROM payment")
    assert await transact(watch_expiring) == 0, "its run looks every hour"
    await change(paid, "UPDATE payment SET updated_at = now() - interval '2 hours'")
    await change(paid, "UPDATE outbox_event SET status = 'sent'")
    assert await transact(watch_expiring) == 1, "or its run was lost"


async def test_who_was_told_of_an_end_that_moved_is_told_of_the_new_one(paid: Followed) -> None:
    """PayPal holds for 3 days, and for more once it was renewed."""
    transact = paid.steps.database.transact
    for hours in (20, 22):
        await expires_in(paid, hours)
        assert await paid.steps.value("SELECT attention FROM payment") is None
        await transact(lambda s: warn_of_expiry(s, paid.payment_id))
    assert await paid.events() == ["payment.expiring"] * 2
    await expires_in(paid, 21)
    assert "are held until" in await paid.steps.value("SELECT attention FROM payment")


async def test_p14_what_was_captured_needs_no_warning(paid: Followed) -> None:
    await expires_in(paid, 20)
    transact = paid.steps.database.transact
    await transact(lambda s: warn_of_expiry(s, paid.payment_id))
    await paid.follow(told(captures=(movement("ch_1", 20),)))
    assert await transact(lambda s: warn_of_expiry(s, paid.payment_id)) is None
    assert await paid.steps.value("SELECT attention FROM payment") is None
    assert await transact(watch_expiring) == 0


async def test_p14_past_its_time_it_is_asked_about_until_it_is_gone(paid: Followed) -> None:
    await expires_in(paid, -1)
    transact = paid.steps.database.transact
    found = await transact(lambda s: warn_of_expiry(s, paid.payment_id))
    assert found is not None
    assert found.seconds_left == 0
    await paid.follow(told())
    assert await transact(lambda s: warn_of_expiry(s, paid.payment_id)) is None
    assert await paid.books() == {"authorized": 20, "freed": 20}
    assert "expired" in await paid.steps.value("SELECT attention FROM payment")
    assert await paid.events() == ["payment.expiring", "payment.expired"]


async def test_a_new_payment_is_asked_about_once(paid: Followed) -> None:
    transact = paid.steps.database.transact
    assert await transact(lambda s: ask_about_new(s, [PROVIDER])) == 0
    await change(paid, "UPDATE payment SET created_at = now() - interval '2 minutes'")
    assert await transact(lambda s: ask_about_new(s, ["pp_other"])) == 0
    assert await transact(lambda s: ask_about_new(s, [PROVIDER])) == 1
    assert await paid.steps.asked("process-payment-workflow") == [paid.session_id]
    assert await transact(lambda s: ask_about_new(s, [PROVIDER])) == 0
