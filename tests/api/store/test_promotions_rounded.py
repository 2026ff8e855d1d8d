"""Carts in mode `currency` with several codes: what is stored is what the stored cart costs, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run, value
from kit.settings import Settings
from operations.load_cart import load_cart
from operations.price_cart import total_cart
from operations.recheck_cart import recheck_cart
from tests.support.storefront import Carts

DE = {"first_name": "Ada", "country_code": "de"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"rounding": "currency"})


@pytest.fixture
async def coded(carts: Carts, client: AsyncClient, admin: dict[str, str]) -> Carts:
    """Offer two codes of which the second takes part of what the first has left."""
    across = {"target_type": "items", "allocation": "across"}
    for code, value_, where in (("FIFTEEN", 15, across), ("TEN", 10, {"target_type": "order"})):
        method = {"type": "percentage", "value": value_, **where}
        body = {"code": code, "type": "standard", "status": "active", "application_method": method}
        assert (await client.post("/admin/promotions", json=body, headers=admin)).status_code == 200
    return carts


@pytest.mark.parametrize("price", ["21", "21.10", "20.99", "0.07"])
async def test_a_cart_that_is_not_changed_costs_the_same_when_it_is_paid(
    coded: Carts, database: Database, price: str
) -> None:
    """Else every checkout would be refused: the total changed, and changes back at the next look (promise 5).

    Of 42 with 19 % in it the two codes leave 3.0 to be taken by the second, or 2.99999999999999999999985 with a digit
    more than is stored: with half a cent of the other line that is another cent.
    """
    await database.transact(lambda s: run(s, "UPDATE price SET amount = $1 WHERE amount = 21", Decimal(price)))
    cart_id = await coded.new(shipping_address=DE)
    for variant in ("tee_m", "mug_v"):
        await coded.add(cart_id, variant, 2)
    codes = {"promo_codes": ["TEN", "FIFTEEN"]}
    shown = (await coded.ok("POST", f"/carts/{cart_id}/promotions", codes))["cart"]
    loaded = await database.transact(lambda session: load_cart(session, cart_id))
    result = total_cart(loaded.state)
    assert Decimal(str(shown["total"])) == result.total
    published = {part.id: part.amount for line in result.lines for part in line.adjustments}
    assert {part["id"]: Decimal(str(part["amount"])) for line in shown["items"] for part in line["adjustments"]} == (
        published
    )
    assert await database.transact(lambda session: recheck_cart(session, cart_id))
    async with database.reading() as connection:
        stored = await value(connection, "SELECT (totals ->> 'total')::numeric FROM cart WHERE id = $1", cart_id)
    assert stored == result.total
