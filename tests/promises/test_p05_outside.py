"""Promise 5 where others know the taxes: nothing is charged that its provider has not said lately (docs/adr/0010)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from activities.outside import OutsideActivities, until_told
from commerce.checkout.outcome import OutcomeKind
from operations.begin_checkout import CHANGED, UNCONFIRMED
from operations.confirm_cart import confirm_cart
from operations.outside import Answer
from tests.promises.till import Till
from tests.support.moody import TAXES, MoodyTaxes
from tests.support.outside_shop import LONG_AGO
from tests.support.sandbox import Sandbox

PROVIDER = "pp_keys"
BROWSER = "pp_sandbox_browser"
ELSEWHERE = (
    "UPDATE region SET automatic_taxes = true",
    "INSERT INTO tax_region (id, country_code, provider_id) VALUES ('txreg_1', 'de', 'tp_moody')",
    "INSERT INTO cart_address (id, country_code) VALUES ('caaddr_1', 'de')",
)


def elsewhere(till: Till) -> MoodyTaxes:
    taxes = MoodyTaxes()
    till.world.outside = OutsideActivities({}, {TAXES: taxes})
    return taxes


async def taxed_cart(till: Till, provider: str) -> str:
    """Return a cart of two pens with 10 % of tax, 4.38, and an open session for that."""
    await till.change(*ELSEWHERE)
    cart_id = await till.cart({"pen": 2}, None)
    await till.change("UPDATE cart SET shipping_address_id = 'caaddr_1'")
    work = till.database.transact
    assert not await until_told(till.world.outside, lambda told: work(lambda s: confirm_cart(s, cart_id, told)))
    await till.session(cart_id, provider)
    assert await till.value("SELECT amount FROM payment_session") == Decimal("4.38")
    return cart_id


async def test_p05_a_tax_that_changed_elsewhere_is_refused_and_the_new_total_can_be_paid(till: Till) -> None:
    taxes = elsewhere(till)
    cart_id = await taxed_cart(till, PROVIDER)
    taxes.rate = Decimal(20)
    await till.change(LONG_AGO)
    told = await till.press(cart_id)
    assert (told.kind, told.message, told.order_id) == (OutcomeKind.REFUSED, CHANGED, None)
    await till.session(cart_id, PROVIDER)
    assert (await till.press(cart_id)).order_id is not None
    await till.rest()
    assert await till.value("SELECT amount FROM payment_session WHERE order_id IS NOT NULL") == Decimal("4.78")
    assert await till.wrong() == []


async def test_p05_mutation_with_answers_that_count_for_ever_an_old_tax_is_taken(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answer, "is_fresh", True)
    taxes = elsewhere(till)
    cart_id = await taxed_cart(till, PROVIDER)
    taxes.rate = Decimal(20)
    await till.change(LONG_AGO)
    assert (await till.press(cart_id)).order_id is not None
    assert await till.value("SELECT amount FROM payment_session WHERE order_id IS NOT NULL") == Decimal("4.38")


async def test_p05_a_tax_that_is_still_the_same_is_asked_for_and_charged(till: Till) -> None:
    taxes = elsewhere(till)
    cart_id = await taxed_cart(till, PROVIDER)
    await till.change(LONG_AGO)
    taxes.mood.asked.clear()
    assert (await till.press(cart_id)).order_id is not None
    assert len(taxes.mood.asked) == 1
    await till.rest()
    assert await till.wrong() == []


async def test_p05_nothing_is_charged_while_the_provider_is_down_and_the_cart_is_ordered_afterwards(till: Till) -> None:
    taxes = elsewhere(till)
    cart_id = await taxed_cart(till, PROVIDER)
    await till.change(LONG_AGO)
    taxes.fail()
    told = await till.press(cart_id)
    assert (told.kind, told.type, told.message) == (OutcomeKind.REFUSED, "unavailable", UNCONFIRMED)
    assert await till.rows("SELECT id FROM checkout_attempt") == []
    assert await till.value("SELECT fate FROM payment_session") == "open"
    taxes.mood.raises = None
    assert (await till.press(cart_id)).order_id is not None
    await till.rest()
    assert await till.wrong() == []


async def test_p05_a_cart_that_nobody_could_tax_is_not_ordered_untaxed(till: Till) -> None:
    taxes = elsewhere(till)
    cart_id = await taxed_cart(till, PROVIDER)
    untaxed = "UPDATE cart SET answers = NULL, unconfirmed = '[\"taxes\"]', totals = totals || '{\"total\": 3.98}'"
    await till.change(untaxed, "UPDATE payment_session SET amount = 3.98", "DELETE FROM cart_line_item_tax_line")
    taxes.fail()
    assert (await till.press(cart_id)).message == UNCONFIRMED
    taxes.mood.raises = None
    assert (await till.press(cart_id)).message == CHANGED
    await till.session(cart_id, PROVIDER)
    assert (await till.press(cart_id)).order_id is not None
    assert await till.value("SELECT amount FROM payment_session WHERE order_id IS NOT NULL") == Decimal("4.38")


async def test_p02_money_that_a_browser_moved_waits_for_the_tax_and_becomes_an_order(
    sandbox_till: Till, shared_sandbox: Sandbox
) -> None:
    taxes = elsewhere(sandbox_till)
    cart_id = await taxed_cart(sandbox_till, BROWSER)
    shared_sandbox.confirm(
        await sandbox_till.value("SELECT provider_reference FROM payment_session")
    ).raise_for_status()
    await sandbox_till.change(LONG_AGO)
    taxes.fail()
    assert (await sandbox_till.press(cart_id)).message == UNCONFIRMED
    await sandbox_till.rest()
    assert await sandbox_till.orders(cart_id) == []
    assert await sandbox_till.value("SELECT fate FROM payment_session") == "open"
    taxes.mood.raises = None
    await sandbox_till.rest()
    assert len(await sandbox_till.orders(cart_id)) == 1
    assert await sandbox_till.wrong() == []
