"""Promise 7: the last unit is gone after the shopper paid: the money goes back, they are told, the cart is theirs."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run
from operations import release_session
from tests.promises.till import Till
from tests.support.sandbox import Sandbox
from tests.support.small_shop import add_items

BROWSER, CARD = "pp_sandbox_browser", "pp_sandbox_sandbox"
TOLD = "SELECT data FROM outbox_event WHERE name = 'payment_session.released'"


async def paid_too_late(till: Till, sandbox: Sandbox, behavior: str) -> tuple[str, str]:
    """Pay for the last mug in the browser, while another shopper buys it; return the cart and its session."""
    cart_id = await till.cart({"mug": 1}, BROWSER, behavior=behavior)
    session_id = await till.value("SELECT id FROM payment_session")
    sandbox.confirm(await till.value("SELECT provider_reference FROM payment_session")).raise_for_status()
    assert (await till.press(await till.cart({"mug": 1}, CARD))).order_id is not None
    return cart_id, session_id


@pytest.mark.parametrize("behavior", ["", "capture"], ids=["held", "taken"])
@pytest.mark.parametrize("comes_back", [True, False], ids=["back", "gone"])
async def test_p07_the_last_unit_is_gone_after_the_money_came(
    sandbox_till: Till, shared_sandbox: Sandbox, behavior: str, *, comes_back: bool
) -> None:
    till = sandbox_till
    cart_id, session_id = await paid_too_late(till, shared_sandbox, behavior)
    if comes_back:
        assert (await till.press(cart_id)).order_id is None
    await till.rest()
    assert await till.orders(cart_id) == []
    kinds = [effect.kind for effect in till.effects(session_id)]
    assert kinds.count("refund" if behavior else "void") == 1
    told = await till.rows(TOLD)
    assert [row.data for row in told] == [{"id": session_id, "cart_id": cart_id, "reason": "checkout_refused"}]
    assert await till.wrong() == []


async def test_p07_the_cart_is_not_stuck(sandbox_till: Till, shared_sandbox: Sandbox) -> None:
    till = sandbox_till
    cart_id, _ = await paid_too_late(till, shared_sandbox, "")
    await till.press(cart_id)
    await till.rest()
    await till.database.transact(lambda s: run(s, "DELETE FROM cart_line_item WHERE cart_id = $1", cart_id))
    await till.database.transact(lambda s: add_items(s, till.shop, cart_id, {"pen": 2}))
    await till.session(cart_id, CARD)
    assert (await till.press(cart_id)).order_id is not None
    assert await till.wrong() == []


async def test_p07_mutation_nobody_lets_go_and_nobody_is_told(
    sandbox_till: Till, shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def keep(_: AsyncSession, __: str) -> bool:
        return False

    monkeypatch.setattr("tests.support.checkout_world.let_go_of_refused", keep)
    assert release_session.let_go_of_refused is not keep
    cart_id, _ = await paid_too_late(sandbox_till, shared_sandbox, "")
    await sandbox_till.press(cart_id)
    await sandbox_till.rest()
    assert await sandbox_till.rows(TOLD) == []
    assert any("0 explained by an order" in sentence for sentence in await sandbox_till.wrong())
