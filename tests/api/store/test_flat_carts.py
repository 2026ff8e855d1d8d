"""Promise 22 for carts: fifty lines cost as many statements as one, route by route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from commerce.checkout.outcome import Claim, Outcome, OutcomeKind
from commerce.promotion.service import create_promotion
from kit.db import Database
from operations import refresh_cart
from operations.begin_checkout import begin_checkout
from operations.place_order import place_order
from operations.price_cart import price_lines
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from tests.promises.tally import CALLS, cart_of, lines, make, tallied
from tests.support.storefront import Carts

SIZES = (1, 50)
MOST = 8  # statements between BEGIN and COMMIT
DECLINED = Outcome(OutcomeKind.DECLINED, message="declined")


@pytest.fixture
async def promoted(carts: Carts, database: Database) -> Carts:
    """Return a storefront where TEN and FIVE take off as many per cent."""
    for code, percent in (("TEN", 10), ("FIVE", 5)):
        method = {"type": "percentage", "value": Decimal(percent), "target_type": "order"}
        made = {"code": code, "type": "standard", "status": "active", "limit": 9, "application_method": method}
        await database.transact(partial(create_promotion, given=made))
    return replace(carts, labels={**carts.labels, "provider": "pp_test_rec"})


async def of_routes(
    carts: Carts, database: Database, customer: Mapping[str, str], size: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many statements each route sends for a cart of `size` lines, and how many in one transaction.

    The cart has a code, a shipping method, and a payment session that a new total supersedes: nothing is left out.
    """
    names = await cart_of(carts, size)
    await carts.ok("GET", f"/carts/{names['cart']}", **customer)  # who asks is known then
    found, longest = {}, {}
    for name, call in CALLS.items():
        with tallied(database) as sent:
            await make(carts, call, {**names, "size": str(size)}, customer)
        found[name] = len(sent.all)
        longest[name] = sent.longest
    everything = {
        "items": lines(carts.labels, size),
        "promo_codes": ["TEN"],
        "email": f"all{size}@example.com",
        "shipping_address": {"country_code": "de"},
        "billing_address": {"country_code": "de"},
    }
    with tallied(database) as sent:
        other = await carts.new(**everything)
    found["create"] = len(sent.all)
    longest["create"] = sent.longest
    with tallied(database) as sent:
        await carts.ok("POST", f"/carts/{other}/line-items/batch", {"items": lines(carts.labels, size)})
    found["batch"] = len(sent.all)
    longest["batch"] = sent.longest
    return found, longest


async def of_checkouts(carts: Carts, database: Database, size: int) -> dict[str, int]:
    """Return how many statements the checkout's commits send for a cart of `size` lines."""
    cart_id = (await cart_of(carts, size))["cart"]
    found = {}
    for end in ("refused", "placed"):
        with tallied(database) as sent:
            begun = await database.transact(partial(begin_checkout, cart_id=cart_id, run_id=f"{size} {end}"))
        found["begin"] = len(sent.all)
        assert begun.attempt_id is not None, begun
        claim = Claim(cart_id, begun.attempt_id, f"{size} {end}")
        with tallied(database) as sent:
            if end == "refused":
                await database.transact(partial(refuse_checkout, claim=claim, outcome=DECLINED, status="requires_more"))
            else:
                await database.transact(partial(place_order, claim=claim, word=Paid("authorized", begun.amount)))
        found[end] = len(sent.all)
    return found


async def test_p22_fifty_lines_cost_as_many_statements_as_one(
    promoted: Carts, app_database: Database, customer: dict[str, str]
) -> None:
    one, fifty = [await of_routes(promoted, app_database, customer, size) for size in SIZES]
    assert one == fifty
    assert not {name: number for name, number in one[1].items() if number > MOST}


async def test_p22_fifty_lines_are_checked_out_by_as_many_statements_as_one(
    promoted: Carts, database: Database
) -> None:
    one, fifty = [await of_checkouts(promoted, database, size) for size in SIZES]
    assert one == fifty
    assert set(one) == {"begin", "refused", "placed"}


async def test_p22_mutation_prices_asked_line_by_line_are_found(
    promoted: Carts, app_database: Database, customer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def line_by_line(session: AsyncSession, cart: CartState, line_ids: frozenset[str]) -> CartState:
        for id_ in sorted(line_ids):
            cart = await price_lines(session, cart, frozenset({id_}))
        return cart

    monkeypatch.setattr(refresh_cart, "price_lines", line_by_line)
    (one, _), (fifty, longest) = [await of_routes(promoted, app_database, customer, size) for size in SIZES]
    assert max(longest.values()) > MOST
    differing = {name for name in one if one[name] != fifty[name]}
    assert {"batch", "create", "region"} <= differing
