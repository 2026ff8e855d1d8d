"""A shop whose prices round badly, in three currencies, made and bought in over HTTP; it pays at the sandbox."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from api.state import State
from commerce.auth.passwords import Passwords
from kit.db import Database
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from operations.seed.first_start import FirstStart, first_start
from tests.support.checkout_shop import motor
from tests.support.price_reference import PriceRow, Rule

EMAIL, PASSWORD = "admin@example.com", "supersecret"
SANDBOX: Final = "pp_sandbox_sandbox"
DIGITS: Final = {"eur": 2, "jpy": 0, "kwd": 3}
COUNTRIES: Final = {"eur": "de", "jpy": "jp", "kwd": "kw"}
RATES: Final = {"eur": 19, "jpy": 33.3333, "kwd": 7.25}
PROVINCE: Final = {"country_code": "de", "province": "by"}  # 5.5 % on top of the country's 19
VARIANTS: Final = 6


@dataclass
class Mint:
    """The shop; `ids` by name, `prices` as the reference of price selection takes them."""

    client: AsyncClient
    state: State
    dice: random.Random
    admin: dict[str, str] = field(default_factory=dict)
    store: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    prices: list[PriceRow] = field(default_factory=list)
    includes_tax: dict[str, bool] = field(default_factory=dict)  # by region and by currency
    codes: list[str] = field(default_factory=list)

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Post `body`, or read without one; numbers come back exactly as they were written."""
        headers = self.store if path.startswith("/store") else self.admin
        method = "GET" if body is None else "POST"
        for _ in range(10):
            answer = await self.client.request(method, path, json=body, headers=headers)
            if answer.status_code not in {409, 503}:
                break  # else the machine was too busy, nothing happened yet, and asking again is right
        assert answer.status_code == 200, (path, answer.text)
        return json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)

    def price(self, currency: str) -> Decimal:
        """Draw a price: in minor units, or finer than the currency has them."""
        finer = self.dice.choice([0, 0, 2])
        return Decimal(self.dice.randint(1, 9_999)).scaleb(-DIGITS[currency] - finer)


@asynccontextmanager
async def minted(database: Database, settings: Settings, temporal: str, seed: int) -> AsyncIterator[Mint]:
    """Make the shop of a seed, its checkout running."""
    hashed = await Passwords(8, 1, 1).hash(PASSWORD)
    start = await database.transact(lambda session: first_start(session, payment_providers=(SANDBOX,)))
    await database.transact(lambda session: create_admin_user(session, EMAIL, hashed))
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as client,
    ):
        state: State = app.state.parts
        mint = Mint(client, state, random.Random(seed))
        mint.store = {"x-publishable-api-key": start.publishable_key or ""}
        token = await mint.ask("/auth/user/emailpass", {"email": EMAIL, "password": PASSWORD})
        mint.admin = {"authorization": f"Bearer {token['token']}"}
        await _regions(mint)
        await _shipping(mint, start)
        for number in range(VARIANTS):
            await _product(mint, start, number)
        for number in range(10):
            await _promotion(mint, number)
        async with motor(database, temporal, state.payment_providers) as made:
            state.durable = made.durable
            yield mint


async def _regions(mint: Mint) -> None:
    for currency, country in COUNTRIES.items():
        by_region, by_currency = mint.dice.random() < 0.5, mint.dice.random() < 0.5
        region = {
            "name": currency,
            "currency_code": currency,
            "countries": [country],
            "is_tax_inclusive": by_region,
            "payment_providers": [SANDBOX],
        }
        mint.ids[currency] = (await mint.ask("/admin/regions", region))["region"]["id"]
        known = await mint.ask(f"/admin/price-preferences?attribute=currency_code&value={currency}")
        path = "/".join(["/admin/price-preferences", *(each["id"] for each in known["price_preferences"])])
        await mint.ask(path, {"attribute": "currency_code", "value": currency, "is_tax_inclusive": by_currency})
        mint.includes_tax |= {mint.ids[currency]: by_region, currency: by_currency}
        default = {"rate": RATES[currency], "code": currency, "name": currency}
        taxed = {"country_code": country, "provider_id": "tp_system", "default_tax_rate": default}
        made = await mint.ask("/admin/tax-regions", taxed)
        if country == PROVINCE["country_code"]:
            on_top = {"rate": 5.5, "code": "by", "name": "by", "is_combinable": True}
            parent = {"parent_id": made["tax_region"]["id"], "province_code": PROVINCE["province"]}
            await mint.ask("/admin/tax-regions", {"country_code": country, **parent, "default_tax_rate": on_top})


async def _shipping(mint: Mint, start: FirstStart) -> None:
    made = await mint.ask("/admin/stock-locations", {"name": "Here"})
    location = f"/admin/stock-locations/{made['stock_location']['id']}"
    await mint.ask(f"{location}/sales-channels", {"add": [start.sales_channel_id]})
    await mint.ask(f"{location}/fulfillment-providers", {"add": ["manual_manual"]})
    sets = await mint.ask(f"{location}/fulfillment-sets?fields=*fulfillment_sets", {"name": "All", "type": "shipping"})
    set_id = sets["stock_location"]["fulfillment_sets"][0]["id"]
    countries = [{"type": "country", "country_code": country} for country in COUNTRIES.values()]
    zone = {"name": "All", "geo_zones": countries}
    zones = await mint.ask(f"/admin/fulfillment-sets/{set_id}/service-zones?fields=*service_zones", zone)
    option = {
        "name": "Parcel",
        "service_zone_id": zones["fulfillment_set"]["service_zones"][0]["id"],
        "shipping_profile_id": start.shipping_profile_id,
        "provider_id": "manual_manual",
        "price_type": "flat",
        "type": {"label": "Parcel", "code": "parcel", "description": "Parcel"},
        "prices": [{"currency_code": currency, "amount": float(mint.price(currency))} for currency in DIGITS],
        "rules": [],
    }
    mint.ids["parcel"] = (await mint.ask("/admin/shipping-options", option))["shipping_option"]["id"]


async def _product(mint: Mint, start: FirstStart, number: int) -> None:
    """Make a variant with a price in every currency, for three units or more a lower one, and some of regions."""
    prices = []
    for currency in DIGITS:
        amount = mint.price(currency)
        prices.append({"currency_code": currency, "amount": amount})
        prices.append({"currency_code": currency, "amount": amount * Decimal("0.9"), "min_quantity": 3})
        if mint.dice.random() < 0.5:
            region = {"region_id": mint.ids[currency]}
            prices.append({"currency_code": currency, "amount": mint.price(currency), "rules": region})
    variant = {
        "title": "V",
        "options": {"O": "V"},
        "manage_inventory": False,
        "prices": [{**price, "amount": float(price["amount"])} for price in prices],
    }
    body = {
        "title": f"Product {number}",
        "status": "published",
        "options": [{"title": "O", "values": ["V"]}],
        "variants": [variant],
        "sales_channels": [{"id": start.sales_channel_id}],
        "shipping_profile_id": start.shipping_profile_id,
    }
    made = (await mint.ask("/admin/products?fields=id,variants.id", body))["product"]
    mint.ids[f"product {number}"], mint.ids[f"variant {number}"] = made["id"], made["variants"][0]["id"]
    for place, price in enumerate(prices):
        rules = [Rule("region_id", "eq", region) for region in price.get("rules", {}).values()]
        least = Decimal(price["min_quantity"]) if "min_quantity" in price else None
        name, owner = f"price_{number}_{place}", mint.ids[f"variant {number}"]
        mint.prices.append(
            PriceRow(name, owner, price["currency_code"], Decimal(str(price["amount"])), least, rules=rules)
        )


async def _promotion(mint: Mint, number: int) -> None:
    dice = mint.dice
    kinds = ["percentage", "fixed"]
    method: dict[str, Any] = {"type": dice.choice(kinds), "value": dice.choice([0.5, 3, 5, 7.5, 12.5, 15, 33.3333])}
    targets = [{"attribute": "items.product.id", "operator": "in", "values": [mint.ids["product 0"]]}]
    target, allocation = dice.choice(
        [("order", None), ("items", "across"), ("items", "each"), ("items", "once"), ("shipping_methods", "each")]
    )
    method |= {"target_type": target} | ({} if allocation is None else {"allocation": allocation})
    if allocation in {"each", "once"}:
        method["max_quantity"] = dice.randint(1, 3)
    kind = "buyget" if number % 5 == 0 else "standard"
    if kind == "buyget":
        method |= {"target_type": "items", "allocation": "each", "max_quantity": 2, "apply_to_quantity": 1}
        method |= {"buy_rules_min_quantity": 1, "buy_rules": targets, "target_rules": []}
    body = {
        "code": f"CODE{number}",
        "type": kind,
        "status": "active",
        "is_automatic": number == 1,
        "is_tax_inclusive": dice.random() < 0.5,
        "application_method": method,
    }
    await mint.ask("/admin/promotions", body)
    mint.codes.append(body["code"])
