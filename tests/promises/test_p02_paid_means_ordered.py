"""Promise 2: money that a browser moved becomes an order, or goes back, though nobody ever completes the cart."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from operations import sweep_checkouts
from tests.promises.till import Till
from tests.support.sandbox import Sandbox

BROWSER = "pp_sandbox_browser"


async def paid_and_gone(till: Till, sandbox: Sandbox, items: dict[str, int], **data: object) -> str:
    """Pay in the browser and never come back; the provider's webhooks are lost too."""
    cart_id = await till.cart(items, BROWSER, **data)
    sandbox.confirm(await till.value("SELECT provider_reference FROM payment_session")).raise_for_status()
    return cart_id


@pytest.mark.parametrize("behavior", ["", "capture"], ids=["held", "taken"])
async def test_p02_the_sweep_makes_the_order(sandbox_till: Till, shared_sandbox: Sandbox, behavior: str) -> None:
    cart_id = await paid_and_gone(sandbox_till, shared_sandbox, {"mug": 1}, behavior=behavior)
    await sandbox_till.rest()
    assert len(await sandbox_till.orders(cart_id)) == 1
    assert await sandbox_till.wrong() == []


@pytest.mark.parametrize("behavior", ["", "capture"], ids=["held", "taken"])
async def test_p02_with_the_stock_gone_the_money_goes_back(
    sandbox_till: Till, shared_sandbox: Sandbox, behavior: str
) -> None:
    cart_id = await paid_and_gone(sandbox_till, shared_sandbox, {"mug": 1}, behavior=behavior)
    session_id = await sandbox_till.value("SELECT id FROM payment_session")
    other = await sandbox_till.cart({"mug": 1}, "pp_sandbox_sandbox")
    assert (await sandbox_till.press(other)).order_id is not None
    await sandbox_till.rest()
    assert await sandbox_till.orders(cart_id) == []
    kinds = [effect.kind for effect in sandbox_till.effects(session_id)]
    assert kinds.count("refund" if behavior else "void") == 1
    assert await sandbox_till.wrong() == []


async def test_p02_nobody_is_asked_before_the_time(sandbox_till: Till, shared_sandbox: Sandbox) -> None:
    """A shopper may still be on the way back: the sweep asks after ten minutes."""
    cart_id = await paid_and_gone(sandbox_till, shared_sandbox, {"pen": 1})
    ask = sweep_checkouts.ask_about_open
    assert await sandbox_till.database.transact(lambda s: ask(s, [BROWSER])) == 0
    await sandbox_till.change("UPDATE payment_session SET updated_at = now() - interval '601 seconds'")
    assert await sandbox_till.database.transact(lambda s: ask(s, [BROWSER])) == 1
    assert await sandbox_till.database.transact(lambda s: ask(s, [BROWSER])) == 0, "it rests before the next asking"
    await sandbox_till.rest()
    assert len(await sandbox_till.orders(cart_id)) == 1


async def test_p02_mutation_without_the_sweep_the_money_stays(
    sandbox_till: Till, shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_asks(_: AsyncSession, **__: object) -> int:
        return 0

    monkeypatch.setattr(sweep_checkouts, "ask_about_open", nobody_asks)
    cart_id = await paid_and_gone(sandbox_till, shared_sandbox, {"mug": 1})
    await sandbox_till.rest()
    assert await sandbox_till.orders(cart_id) == []
    assert any("0 explained by an order" in sentence for sentence in await sandbox_till.wrong())
