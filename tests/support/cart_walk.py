"""Random shoppers on one cart over HTTP, one to four at once, held against the model after each step."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from kit.db import Database, run
from operations.load_cart import load_cart
from operations.recheck_cart import costs_the_same
from operations.refresh_cart import compute_cart
from tests.support.cart_audit import audit_cart
from tests.support.cart_model import (
    Line,
    Model,
    Request,
    Shop,
    added,
    changed,
    explained,
    given,
    nothing,
    removed,
    taken_away,
    updated,
)
from tests.support.storefront import Carts

SKUS: Final = ("TEE-S", "TEE-M", "MUG", "EBOOK", "RARE", "SOFA", "GOLD", "KIT", "GC50")
REGIONS: Final = ("region_eu", "region_us", "region_jp")
COUNTRIES: Final = ("de", "fr", "dk", "us", "jp")
OPTIONS: Final = ("ship_eu", "ship_express", "ship_us", "ship_bulky")
CODES: Final = (
    *("TEN", "FIX5", "FIX5USD", "ITEM20", "EACH3", "ACROSS30", "PACROSS15", "ONCE4", "FREESHIP", "SHIP4", "BUY2GET1"),
    *("VIPONLY", "EU50", "TAXINC10", "DRAFT10", "LIMIT1", "SPEND", "USAGE1", "EXPIRED"),
)
STOCK: Final = """
SELECT v.id, v.sku, CASE WHEN v.manage_inventory AND NOT v.allow_backorder THEN (
  SELECT coalesce(min(u.units), 0) FROM (
    SELECT floor(sum(l.stocked_quantity - l.reserved_quantity) / vi.required_quantity) AS units
    FROM product_variant_inventory_item vi JOIN inventory_level l ON l.inventory_item_id = vi.inventory_item_id
    JOIN sales_channel_stock_location s ON s.stock_location_id = l.location_id AND s.sales_channel_id = $1
    WHERE vi.variant_id = v.id GROUP BY vi.inventory_item_id, vi.required_quantity) u) END AS units
FROM product_variant v WHERE v.sku = ANY($2)
"""
FOUND: Final = """
SELECT i.id, v.sku, coalesce((i.metadata ->> 'n')::int, 0) AS number, i.quantity
FROM cart_line_item i JOIN product_variant v ON v.id = i.variant_id WHERE i.cart_id = $1 AND i.deleted_at IS NULL
"""
SHOWN: Final = "total,item_total,shipping_total,credit_line_total,items.total"
HEAD: Final = """
SELECT c.region_id, c.email, (SELECT id FROM payment_collection WHERE cart_id = c.id) AS collection_id,
  c.currency_code, r.currency_code AS of_region, ARRAY(
  SELECT p.code FROM cart_promotion x JOIN promotion p ON p.id = x.promotion_id WHERE x.cart_id = c.id) AS codes
FROM cart c JOIN region r ON r.id = c.region_id WHERE c.id = $1
"""


@dataclass
class Walk:
    """One cart and everything that was done to it; `seed` replays it."""

    carts: Carts
    database: Database
    shop: Shop
    variants: dict[str, str]
    automatic: frozenset[str]
    seed: int
    cart_id: str = ""
    collection_id: str | None = None
    model: Model = field(default_factory=Model)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    async def go(self, steps: int) -> None:
        """Take `steps` steps, each by one to four shoppers at once. AssertionError with the seed and the last steps."""
        self.cart_id = await self.carts.new()
        for _ in range(steps):
            await self._step([self._request() for _ in range(self.dice.randint(1, 4))])

    async def _step(self, requests: list[Request]) -> None:
        answers = await asyncio.gather(*[self._send(request) for request in requests])
        told = [(request, answer.status_code) for request, answer in zip(requests, answers, strict=True)]
        self.done.append(
            " | ".join(
                f"{each.method} {each.path.removeprefix(f'/carts/{self.cart_id}')} {each.body} -> {status}"
                + ("" if status == 200 else f" {answer.json().get('message')}")
                for (each, status), answer in zip(told, answers, strict=True)
            )
        )
        found = await self._found()
        kept = [(request, status) for request, status in told if status != 409]
        end = explained(self.model, self.shop, kept, found, self.automatic)
        self._expect(end is not None, f"no order of these explains {found} after {self.model}")
        self.model = end or found
        wrong = await audit_cart(self.database, self.cart_id)
        self._expect(not wrong, "\n".join(wrong))
        await self._is_fresh()
        await self._is_shown()

    async def _send(self, request: Request) -> Any:  # noqa: ANN401 - a response
        return await self.carts.call(request.method, request.path, request.body)

    def _expect(self, holds: bool, sentence: str) -> None:  # noqa: FBT001 - as assert
        last = "\n".join(self.done[-6:])
        assert holds, f"EURYALE_SEED={self.seed}, step {len(self.done)}: {sentence}\n{last}"

    async def _found(self) -> Model:
        async with self.database.reading() as connection:
            rows = await run(connection, FOUND, self.cart_id)
            (head,) = await run(connection, HEAD, self.cart_id)
        self._expect(head.currency_code == head.of_region, f"{head.currency_code} in a region of {head.of_region}")
        self.collection_id = head.collection_id
        lines = tuple(Line(row.id, row.sku, row.number, row.quantity) for row in rows)
        region = next(name for name in REGIONS if self.carts.labels[name] == head.region_id)
        return Model(lines, region, head.email, frozenset(head.codes))

    async def _is_fresh(self) -> None:
        """Prove that pricing the whole cart once more changes nothing of what it costs."""

        async def look(session: Any) -> bool:  # noqa: ANN401 - a session
            loaded = await load_cart(session, self.cart_id)
            everything = frozenset(line.id for line in loaded.state.lines)
            return costs_the_same(loaded.state, await compute_cart(session, loaded, loaded.state, reprice=everything))

        self._expect(await self.database.transact(look), "priced once more it costs something else")

    async def _is_shown(self) -> None:
        cart = (await self.carts.ok("GET", f"/carts/{self.cart_id}?fields={SHOWN}"))["cart"]
        parts = [cart["item_total"], cart["shipping_total"], -cart["credit_line_total"]]
        whole = sum((Decimal(str(part)) for part in parts), Decimal(0))
        self._expect(abs(whole - Decimal(str(cart["total"]))) < Decimal("1e-6"), f"{parts} are not {cart['total']}")
        by_line = sum((Decimal(str(line["total"])) for line in cart["items"]), Decimal(0))
        self._expect(abs(by_line - Decimal(str(cart["item_total"]))) < Decimal("1e-6"), f"{by_line} by its lines")

    # What shoppers do.

    def _request(self) -> Request:
        base = f"/carts/{self.cart_id}"
        what = self.dice.choice(
            ["add"] * 4
            + ["batch", "change", "change", "remove", "code", "code", "code away", "no codes"]
            + ["update", "update", "shipping", "shipping", "taxes", "collection", "session"]
        )
        if what in ("change", "remove") and not self.model.lines:
            what = "add"
        make: Any = getattr(self, f"_{what.replace(' ', '_')}")
        request: Request = make(base)
        return request

    def _item(self) -> tuple[str, int, Decimal]:
        quantity = self.dice.choice([1, 1, 2, 3, 7])
        return self.dice.choice(SKUS), self.dice.choice([0, 0, 1]), Decimal(quantity)

    def _body(self, item: tuple[str, int, Decimal]) -> dict[str, Any]:
        sku, number, quantity = item
        body: dict[str, Any] = {"variant_id": self.variants[sku], "quantity": int(quantity)}
        return {**body, "metadata": {"n": number}} if number else body

    def _add(self, base: str) -> Request:
        item = self._item()
        return Request("POST", f"{base}/line-items", self._body(item), added(item))

    def _batch(self, base: str) -> Request:
        items = [self._item() for _ in range(self.dice.randint(1, 5))]
        body = {"items": [self._body(item) for item in items]}
        return Request("POST", f"{base}/line-items/batch", body, added(*items))

    def _change(self, base: str) -> Request:
        line = self.dice.choice(self.model.lines)
        quantity = self.dice.choice([0, 1, 2, 4, 9])
        path = f"{base}/line-items/{line.id}"
        return Request("POST", path, {"quantity": quantity}, changed(str(line.id), Decimal(quantity)))

    def _remove(self, base: str) -> Request:
        line = self.dice.choice(self.model.lines)
        return Request("DELETE", f"{base}/line-items/{line.id}", None, removed(str(line.id)))

    def _code(self, base: str) -> Request:
        codes = self.dice.sample([*CODES, "NOPE"], self.dice.choice([1, 1, 2, 3]))
        return Request("POST", f"{base}/promotions", {"promo_codes": codes}, given(*codes))

    def _code_away(self, base: str) -> Request:
        codes = self.dice.sample(CODES, 2)
        return Request("DELETE", f"{base}/promotions", {"promo_codes": codes}, taken_away(*codes))

    def _no_codes(self, base: str) -> Request:
        return Request("POST", f"{base}/promotions", {"promo_codes": []}, given())

    def _update(self, base: str) -> Request:
        region = self.dice.choice([None, None, None, *REGIONS])
        country = self.dice.choice([None, *COUNTRIES])
        email = self.dice.choice([None, "a@example.com", "b@example.com"])
        codes = self.dice.choice([None, None, None, self.dice.sample(CODES, 2)])
        body: dict[str, Any] = {"region_id": region and self.carts.labels[region], "email": email, "promo_codes": codes}
        body["shipping_address"] = country and {"country_code": country, "postal_code": "10115"}
        body = {name: each for name, each in body.items() if each is not None}
        return Request("POST", base, body, updated(region, country, email, codes))

    def _shipping(self, base: str) -> Request:
        option = {"option_id": self.carts.labels[self.dice.choice(OPTIONS)]}
        return Request("POST", f"{base}/shipping-methods", option, nothing, may_fail=True)

    def _taxes(self, base: str) -> Request:
        return Request("POST", f"{base}/taxes", {}, nothing, may_fail=True)

    def _collection(self, _: str) -> Request:
        return Request("POST", "/payment-collections", {"cart_id": self.cart_id}, nothing)

    def _session(self, base: str) -> Request:
        """Ask for a session; one that settles after the cart has changed once more is let go, and asked for again."""
        if self.collection_id is None:
            return self._collection(base)
        path = f"/payment-collections/{self.collection_id}/payment-sessions"
        return Request("POST", path, {"provider_id": "pp_test_rec"}, nothing, may_fail=True)


async def walk_of(carts: Carts, database: Database, seed: int, automatic: frozenset[str]) -> Walk:
    """Return a walk through the recorded shop with its promotions."""
    async with database.reading() as connection:
        rows = await run(connection, STOCK, carts.labels["sales_channel"], list(SKUS))
        regions = await run(connection, "SELECT region_id, array_agg(iso_2) FROM region_country GROUP BY 1")
    countries = {row[0]: row[1] for row in regions}
    shop = Shop(
        {row.sku: row.units for row in rows},
        {name: countries[carts.labels[name]] for name in REGIONS},
        frozenset(CODES),
    )
    return Walk(carts, database, shop, {row.sku: row.id for row in rows}, automatic, seed)
