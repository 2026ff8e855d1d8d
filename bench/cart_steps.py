"""Carts of a benchmark, and what is done to them over and over: each round leaves them as it found them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

from bench.shops import Stage
from bench.visits import expect
from commerce.promotion.service import create_promotion
from kit.db import Database
from tests.faults.storefront import ADDRESS

CODE: Final = "BENCH"
TEN_PERCENT: Final = {
    "code": CODE,
    "type": "standard",
    "status": "active",
    "application_method": {"type": "percentage", "value": Decimal(10), "target_type": "order"},
}
CONFLICT: Final = 409
LAST: Final = "last"  # the number of the line that is added and removed
STEPS: Final = ("add", "change", "address", "promo code", "remove")
SHARED: Final = ("change", "address", "promo code")  # what many may do to one cart, and do again


@dataclass
class BenchCart:
    """One cart: the line that is changed, the one that comes and goes, and how often each was done."""

    id: str
    line: str | None = None
    added: str | None = None
    rounds: int = 0


@dataclass
class Queue:
    """How often a cart could not be had within the 2 s that anybody waits: a loaded machine, many on one cart."""

    gave_up: int = 0


@dataclass(frozen=True)
class CartSteps:
    """What is done to carts, by name; each leaves a cart of as many lines as its table says, `remove` one less."""

    on: Stage
    queue: Queue = field(default_factory=Queue)

    async def prepare(self) -> None:
        """Make the code that takes something off."""
        database = Database(self.on.shop.database_url, pool_size=1)
        await database.transact(partial(create_promotion, given=TEN_PERCENT))
        await database.close()

    async def cart(self, lines: int) -> BenchCart:
        """Make a cart that has `lines` lines once one was added."""
        made = await expect(self.on.store.create_cart(self.on.goods.region_id))
        cart = BenchCart(str(made.body["cart"]["id"]))
        items = [self._item(n) for n in range(lines - 1)]
        if items:
            path = f"/store/carts/{cart.id}/line-items/batch"
            filled = await expect(self.on.store.post("batch", path, {"items": items}))
            cart.line = filled.body["cart"]["items"][0]["id"]
        return cart

    def step(self, name: str) -> Callable[[BenchCart], Awaitable[None]]:
        """Return what is done under this name."""
        steps: dict[str, Callable[[BenchCart], Awaitable[None]]] = {
            "add": self._add,
            "change": self._change,
            "address": self._address,
            "promo code": self._code,
            "remove": self._remove,
        }
        return steps[name]

    async def clear(self, cart: BenchCart) -> None:
        """Take the code away; measured nowhere."""
        await expect(self.on.store.post("clear", f"/store/carts/{cart.id}/promotions", {"promo_codes": []}))

    def _item(self, number: int | str) -> dict[str, Any]:
        place = number if isinstance(number, int) else -1
        variant_id = self.on.goods.variant_ids[place % len(self.on.goods.variant_ids)]
        return {"variant_id": variant_id, "quantity": 1, "metadata": {"n": number}}

    async def _add(self, cart: BenchCart) -> None:
        answer = await expect(self.on.store.post("add", f"/store/carts/{cart.id}/line-items", self._item(LAST)))
        items = answer.body["cart"]["items"]
        cart.added = next(item["id"] for item in items if item["metadata"] == {"n": LAST})

    async def _change(self, cart: BenchCart) -> None:
        cart.rounds += 1
        line = cart.line or cart.added
        path = f"/store/carts/{cart.id}/line-items/{line}"
        await self._write("change", path, {"quantity": 1 + cart.rounds % 3})

    async def _address(self, cart: BenchCart) -> None:
        cart.rounds += 1
        address = {**ADDRESS, "postal_code": str(10000 + cart.rounds)}
        await self._write("address", f"/store/carts/{cart.id}", {"shipping_address": address})

    async def _code(self, cart: BenchCart) -> None:
        path = f"/store/carts/{cart.id}/promotions"
        await self._write("promo code", path, {"promo_codes": [CODE]})

    async def _write(self, name: str, path: str, body: dict[str, Any]) -> None:
        """Send what many may send for one cart at once."""
        answer = await self.on.store.post(name, path, body)
        if answer.status == CONFLICT:
            self.queue.gave_up += 1
        elif not answer.is_ok:
            raise RuntimeError(f"{answer.status} {answer.body}")

    async def _remove(self, cart: BenchCart) -> None:
        await expect(self.on.store.remove_line(cart.id, str(cart.added)))
