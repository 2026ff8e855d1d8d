"""Promise 5 for promotion codes: what expires or changes between paying and completing is never charged unseen."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from commerce.checkout.outcome import OutcomeKind
from commerce.promotion.service import create_promotion
from operations.begin_checkout import CHANGED
from operations.change_promotions import change_promotions
from operations.load_promotions import Codes
from operations.place_order import place_order
from operations.record_payment import Paid
from tests.promises.till import Till, fake, without
from tests.support.fake_payments import FakePayments

CAMPAIGN: Mapping[str, Any] = {
    "name": "Spring",
    "campaign_identifier": "spring",
    "budget": {"type": "usage", "limit": Decimal(5)},
}
TEN: Mapping[str, Any] = {
    "code": "TEN",
    "type": "standard",
    "status": "active",
    "limit": 5,
    "campaign": CAMPAIGN,
    "application_method": {"type": "percentage", "value": Decimal(10), "target_type": "order"},
}
FULL, REDUCED = Decimal("5.97"), Decimal("5.37")  # three pens, without the code and with it
GONE: Mapping[str, str] = {  # what an admin or the time may do to the code, and to what the cart costs
    "the campaign ended": "UPDATE promotion_campaign SET ends_at = now()",
    "the campaign was put off": "UPDATE promotion_campaign SET starts_at = now() + interval '1 day'",
    "the campaign's budget is used up": "UPDATE promotion_campaign_budget SET used = 5",
    "the code was switched off": "UPDATE promotion SET status = 'inactive'",
    "the code was deleted": "UPDATE promotion SET deleted_at = now()",
    "the code is used up": "UPDATE promotion SET used = 5",
    "it is for another currency now": "UPDATE promotion_application_method SET currency_code = 'usd'",
}
OTHER: Mapping[str, tuple[str, Decimal]] = {
    "it takes more": ("UPDATE promotion_application_method SET value = 50", Decimal("2.98")),
    "it takes less": ("UPDATE promotion_application_method SET value = 5", Decimal("5.67")),
}
BOTH = {**{name: (sql, FULL) for name, sql in GONE.items()}, **OTHER}
STATE = """SELECT (c.totals ->> 'total')::numeric AS total, p.amount,
  EXISTS (SELECT FROM cart_promotion WHERE cart_id = c.id) AS has_code
FROM cart c JOIN payment_collection p ON p.cart_id = c.id WHERE c.id = $1"""
PAID = "SELECT amount FROM payment_session WHERE order_id IS NOT NULL"
FATES = "SELECT fate FROM payment_session ORDER BY created_at"


async def with_code(till: Till, provider: str = "pp_keys") -> str:
    """Return a cart of three pens whose code takes off 10 %, with a session at `provider`."""
    await till.database.transact(lambda s: create_promotion(s, TEN))
    cart_id = await till.cart({"pen": 3}, None)
    await till.database.transact(lambda s: change_promotions(s, cart_id, Codes(add=("TEN",))))
    await till.session(cart_id, provider)
    return cart_id


async def refused_and_paid_anew(till: Till, cart_id: str, total: Decimal, provider: str) -> None:
    """Press, hear that the total changed, see the new one everywhere, and buy for it."""
    told = await till.press(cart_id)
    assert (told.kind, told.type, told.message, told.order_id) == (OutcomeKind.REFUSED, "not_allowed", CHANGED, None)
    assert tuple(await till.row(STATE, cart_id)) == (total, total, total != FULL)
    await till.rest()
    assert [row.fate for row in await till.rows(FATES)] == ["released"]
    assert await till.wrong() == []
    session_id = await till.session(cart_id, provider)
    if (provider_in_memory := fake(till, provider)).confirmed_by_client:
        assert provider_in_memory.confirm(session_id)
    assert (await till.press(cart_id)).order_id is not None
    await till.rest()
    assert await till.value(PAID) == total
    assert await till.wrong() == []


@pytest.mark.parametrize("change", BOTH)
async def test_p05_a_code_that_is_another_now_is_refused_and_the_new_total_can_be_paid(till: Till, change: str) -> None:
    cart_id = await with_code(till)
    sql, total = BOTH[change]
    await till.change(sql)
    await refused_and_paid_anew(till, cart_id, total, "pp_keys")


async def test_p05_money_that_the_browser_moved_for_an_expired_code_is_let_go(till: Till) -> None:
    browser = FakePayments("pp_browser", random.Random(1), confirmed_by_client=True)
    providers: dict[str, Any] = dict(till.world.providers)
    till.world.providers = {**providers, browser.id: browser}
    await till.change(
        "INSERT INTO payment_provider (id, is_enabled) VALUES ('pp_browser', true)",
        "INSERT INTO region_payment_provider (region_id, payment_provider_id) SELECT id, 'pp_browser' FROM region",
    )
    cart_id = await with_code(till, browser.id)
    session_id = await till.value("SELECT id FROM payment_session")
    assert browser.confirm(session_id)
    await till.change(GONE["the campaign ended"])
    await refused_and_paid_anew(till, cart_id, FULL, browser.id)
    assert browser.intents[session_id].voided == REDUCED


async def test_p05_a_code_that_ends_while_the_money_is_on_its_way_is_kept(till: Till) -> None:
    """Its use was claimed when the checkout began, and that amount was authorised: that is what the order costs."""
    cart_id = await with_code(till)
    session_id = await till.value("SELECT id FROM payment_session")
    claim = await till.begin(cart_id, "mine")
    await till.change(GONE["the campaign ended"], GONE["the code was switched off"])
    word = await till.world.providers["pp_keys"].authorise((await till.world.load(session_id)).request)
    end = await till.database.transact(lambda s: place_order(s, claim, Paid(word.status, word.held)))
    assert end.order_id is not None
    assert await till.value(PAID) == REDUCED
    assert await till.wrong() == []


async def test_p05_another_promotion_that_takes_the_same_is_shown_first(till: Till) -> None:
    """The total is the same, yet the order would name, and count, a code that has ended."""
    cart_id = await with_code(till)
    automatic = {**TEN, "code": "ALL", "is_automatic": True, "campaign": {**CAMPAIGN, "campaign_identifier": "all"}}
    await till.database.transact(lambda s: create_promotion(s, automatic))
    await till.change("UPDATE promotion SET status = 'inactive' WHERE code = 'TEN'")
    assert (await till.press(cart_id)).message == CHANGED
    await till.rest()
    assert (await till.press(cart_id)).order_id is not None  # by the same session: the amount is the same
    used = "SELECT code, used FROM promotion ORDER BY code"
    assert [tuple(row) for row in await till.rows(used)] == [("ALL", 1), ("TEN", 0)]
    assert await till.value(PAID) == REDUCED


async def test_p05_mutation_without_the_recheck_an_expired_code_is_taken(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never_looks(*_: object) -> None:
        """Hold the total against nothing."""

    monkeypatch.setattr("operations.begin_checkout._recheck", never_looks)
    cart_id = await with_code(till)
    await till.change(GONE["the campaign ended"])
    assert (await till.press(cart_id)).order_id is not None
    assert await till.value(PAID) == REDUCED


async def test_p05_mutation_without_the_amount_in_the_collection_the_new_total_cannot_be_paid(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal that leaves the old amount behind sends the shopper round in circles."""
    cart_id = await with_code(till)
    without(monkeypatch, "operations.save_cart._SAVE", "SET amount = $6,", "SET amount = amount + 0 * $6,")
    await till.change(GONE["the campaign ended"])
    assert (await till.press(cart_id)).message == CHANGED
    await till.rest()
    await till.session(cart_id, "pp_keys")
    assert (await till.press(cart_id)).message == "Payment sessions are required to complete cart"
