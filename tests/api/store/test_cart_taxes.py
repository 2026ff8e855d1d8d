"""Which of the shop's own rates a cart's lines and shipping get (contract section 10), through the whole write."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from commerce.tax.service import NewTaxRate, create_tax_rate, create_tax_region
from kit.db import Database
from tests.support.storefront import Carts

OAKLAND = {"country_code": "us", "province": "ca", "city": "Oakland"}
Rule = tuple[str, str]


async def american(carts: Carts, **address: str) -> str:
    cart_id = await carts.new(region_id=carts.labels["region_us"], shipping_address={**OAKLAND, **address})
    await carts.add(cart_id, "tee_m")
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_us"]})
    return cart_id


async def rates(carts: Carts, cart_id: str, **changes: Any) -> tuple[list[float], list[float]]:  # noqa: ANN401 - JSON
    """Return the rates of the first line and of the first method, after an edit."""
    cart = (await carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"a": 1}, **changes}))["cart"]
    first, method = cart["items"][0]["tax_lines"], cart["shipping_methods"][0]["tax_lines"]
    return sorted(tax["rate"] for tax in first), sorted(tax["rate"] for tax in method)


async def add_rate(database: Database, region: str, rate: int, rule: Rule, *, combinable: bool = False) -> None:
    new = NewTaxRate(f"{rate} %", f"R{rate}", Decimal(rate), is_combinable=combinable, rules=[rule])
    await database.transact(lambda session: create_tax_rate(session, region, new))


async def test_the_best_rate_wins_and_a_combinable_one_stands_on_its_countrys_best(
    carts: Carts, database: Database
) -> None:
    of_type, of_product = ("product_type", carts.labels["type"]), ("product", carts.labels["tee"])
    country, province = carts.labels["tax_us"], carts.labels["tax_us_ca"]
    cart_id = await american(carts)
    assert await rates(carts, cart_id) == ([0, 7.25], [0, 7.25])  # a country's 0 is a tax line, too
    await add_rate(database, country, 3, of_type)
    assert await rates(carts, cart_id) == ([3, 7.25], [0, 7.25])
    await add_rate(database, country, 4, of_product)
    assert await rates(carts, cart_id) == ([4, 7.25], [0, 7.25])
    await add_rate(database, province, 5, of_type)
    assert await rates(carts, cart_id) == ([5], [0, 7.25])  # not combinable: alone
    await add_rate(database, province, 6, of_product, combinable=True)
    assert await rates(carts, cart_id) == ([4, 6], [0, 7.25])


async def test_shipping_has_the_default_unless_a_rule_names_its_option(carts: Carts, database: Database) -> None:
    await add_rate(database, carts.labels["tax_us_ca"], 2, ("shipping_option", carts.labels["ship_us"]))
    assert await rates(carts, await american(carts)) == ([0, 7.25], [2])


async def test_a_province_is_its_bare_code_in_any_case_below_its_country(carts: Carts, database: Database) -> None:
    default = NewTaxRate("New York", "NY", Decimal(4), is_default=True)
    await database.transact(
        lambda session: create_tax_region(session, "us", province_code="ny", default_rate=default)
    )  # without a parent: accepted, and of no use
    cart_id = await american(carts)
    for province, first in (("CA", [0, 7.25]), ("us-ca", [0]), ("ny", [0]), ("ca", [0, 7.25])):
        address = {"shipping_address": {**OAKLAND, "province": province}}
        assert (await rates(carts, cart_id, **address), province) == ((first, first), province)
