"""What holds the promises: with the constraint dropped and the UPDATE unconditional, they break."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from kit.db import run
from operations import release_session, reserve_stock
from tests.support.checkout_audit import audit
from tests.support.checkout_steps import Steps


async def drop(steps: Steps, table: str, constraint: str) -> None:
    async with steps.database.engine.begin() as connection:
        await run(connection, f'ALTER TABLE "{table}" DROP CONSTRAINT "{constraint}"')


async def test_p06_without_its_check_and_condition_stock_is_oversold(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drop(steps, "inventory_level", "ck_inventory_level_no_oversell")
    monkeypatch.setattr(reserve_stock, "_LOCK", "SELECT $1::text[], $2::text")
    monkeypatch.setattr(reserve_stock, "_TAKE", reserve_stock._TAKE.split("AND (x.quantity")[0] + "RETURNING l.id")
    carts = [(await steps.payable(mug=1))[0] for _ in range(20)]
    await asyncio.gather(*[steps.begin(cart, f"run_{cart}") for cart in carts])
    assert any("more was sold than there is" in sentence for sentence in await audit(steps.database, []))


async def test_p03_without_its_check_and_condition_an_orders_money_is_released(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drop(steps, "payment_session", "ck_payment_session_consumed")
    for name in ("_BEGIN", "_FINISH"):
        sql: str = getattr(release_session, name)
        start, end = sql.index("AND fate"), sql.index("RETURNING")
        monkeypatch.setattr(release_session, name, sql[:start] + sql[end:])
    cart, session = await steps.payable(mug=1)
    await steps.place(await steps.claim(cart))
    assert await steps.database.transact(lambda s: release_session.begin_release(s, session))
    amounts = {"voided": Decimal(10), "refunded": Decimal(0)}
    await steps.database.transact(lambda s: release_session.finish_release(s, session, reference="ref", **amounts))
    assert await steps.fate(session) == "released", "the order is there, and its money is gone"
