"""Shoppers as they are: they press again on a silence, a 409 or a 503, take a second card, and remember it all."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from uuid import uuid4

from tests.faults.storefront import Answer, Goods, Storefront

SANDBOX = "pp_sandbox_sandbox"
BROWSER = "pp_sandbox_browser"
PATIENCE = 90.0  # seconds until a shopper goes away; longer than anything that is supposed to happen
TIRED = 12  # undecided answers after which a shopper tries another card

BUSY = {0, 409, 502, 503}
FAILED = 500


class End(StrEnum):
    """How a visit ended."""

    ORDERED = "ordered"
    SOLD_OUT = "sold out"
    GAVE_UP = "gave up"  # waited too long; may come back
    SHOCKED = "shocked"  # heard what no shop should say
    STARTED = "not finished"


class Leave(Exception):  # noqa: N818 - it is what a shopper does, not an error
    """The shopper leaves, for this reason."""

    def __init__(self, end: End, why: str) -> None:
        super().__init__(why)
        self.end = end


@dataclass
class Visit:
    """One shopper's cart and everything that was heard about it."""

    behavior: str = ""
    provider_id: str = SANDBOX
    cart_id: str = ""
    collection_id: str = ""
    end: End = End.STARTED
    order_ids: set[str] = field(default_factory=set)
    cards: int = 0
    heard: list[tuple[float, Answer]] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    began_at: float = 0.0
    ended_at: float = 0.0

    @property
    def first_order_heard(self) -> str | None:
        return next((answer.order_id for _, answer in self.heard if answer.order_id), None)

    def describe(self) -> str:
        words = [f"{at - self.began_at:6.2f} s  {one.status} {one.message or one.order_id}" for at, one in self.heard]
        return "\n".join([f"{self.cart_id} [{self.provider_id} {self.behavior!r}]: {self.end}", *words[-12:]])


class Shopper:
    """Buys one thing and does not give in."""

    def __init__(
        self, store: Storefront, goods: Goods, visit: Visit, *, lines: int = 1, patience: float = PATIENCE
    ) -> None:
        self.visit = visit
        self._store = store
        self._goods = goods
        self._lines = lines
        self._patience = patience
        self._until = time.monotonic() + patience

    async def shop(self) -> Visit:
        """Fill a cart and buy it."""
        await self.prepare()
        return await self.buy()

    async def prepare(self) -> None:
        """Do everything before the button; a shopper who does not get so far has given up."""
        try:
            await self._fill_cart()
        except Leave as leave:
            self._left(leave)

    async def _fill_cart(self) -> None:
        """Cart, lines, address, shipping, collection, session."""
        self._until = time.monotonic() + self._patience
        store, visit = self._store, self.visit
        answer = await self._try(lambda: store.create_cart(self._goods.region_id))
        visit.cart_id = answer.body["cart"]["id"]
        for variant_id in random.sample(self._goods.variant_ids, min(self._lines, len(self._goods.variant_ids))):
            # the key: a lost answer must not become a second mug
            await self._try(partial(store.add_line, visit.cart_id, variant_id, 1, uuid4().hex))
        await self._try(lambda: store.address(visit.cart_id))
        options = (await self._try(lambda: store.shipping_options(visit.cart_id))).body["shipping_options"]
        await self._try(lambda: store.add_shipping(visit.cart_id, options[0]["id"]))
        await self._pay(visit.behavior)

    async def buy(self) -> Visit:
        """Press the button until there is an order, or a clear no."""
        self._until = time.monotonic() + self._patience
        self.visit.began_at = time.monotonic()
        try:
            while self.visit.end is End.STARTED:
                await self._press()
        except Leave as leave:
            return self._left(leave)
        self.visit.ended_at = time.monotonic()
        return self.visit

    async def come_back(self) -> Visit:
        """Return to a cart that was left, take out a card and buy."""
        self.visit.end = End.STARTED
        if not self.visit.cart_id:
            return await self.shop()
        try:
            await self._pay("")
        except Leave as leave:
            return self._left(leave)
        return await self.buy()

    async def _press(self) -> None:
        answer = await self._store.complete(self.visit.cart_id)
        self._hear(answer)
        if answer.order_id:
            self.visit.end = End.ORDERED
        elif answer.status in BUSY:
            await self._be_patient(answer)
        elif _is_declined(answer) or _has_no_session(answer):
            await self._pay("")
        elif "Not enough stock" in answer.message:
            self.visit.end = End.SOLD_OUT
        else:
            raise Leave(End.SHOCKED, f"complete answered {answer.status} {answer.body}")

    async def _be_patient(self, answer: Answer) -> None:
        undecided = sum(1 for _, heard in self.visit.heard if heard.status == 409)
        if undecided and undecided % TIRED == 0 and answer.status == 409:
            await self._pay("", wanted=False)
        await self._pause(answer)

    async def _pay(self, behavior: str, *, wanted: bool = True) -> None:
        """Take out a card: a new session, confirmed in the browser where the provider works that way.

        `wanted=False`: a try that may be refused, since a checkout is still running.
        """
        visit, store = self.visit, self._store
        collection = await self._try(lambda: store.collection(visit.cart_id), accept={200, 400})
        if not collection.is_ok:
            return None  # the cart became an order meanwhile: the button will say so
        visit.collection_id = collection.body["payment_collection"]["id"]
        accept = {200, 400, FAILED} if wanted else {200, 400, 409, FAILED}
        answer = await self._try(lambda: store.session(visit.collection_id, visit.provider_id, behavior), accept=accept)
        if answer.status == FAILED:  # the provider failed to make a session, or is down: another card, after a while
            await self._pause(answer)
            return await self._pay("", wanted=wanted)
        if not answer.is_ok:
            return None
        visit.cards += 1
        if visit.provider_id == BROWSER:
            url = answer.body["payment_collection"]["payment_sessions"][-1]["data"]["confirm_url"]
            await store.confirm(url)  # whatever comes of it: the shopper goes back to the shop and presses the button
        return None

    async def _try(
        self,
        call: Callable[[], Awaitable[Answer]],
        accept: Collection[int] = frozenset({200}),
    ) -> Answer:
        while True:
            answer = await call()
            if answer.status in accept:
                return answer
            if answer.status not in BUSY:
                raise Leave(End.SHOCKED, f"{answer.status} {answer.body}")
            await self._pause(answer)

    async def _pause(self, answer: Answer) -> None:
        if time.monotonic() > self._until:
            raise Leave(End.GAVE_UP, f"waited {self._patience:.0f} s, last heard {answer.status} {answer.message}")
        await asyncio.sleep(random.uniform(0.1, 0.4) + min(answer.retry_after, 0.4))

    def _hear(self, answer: Answer) -> None:
        self.visit.heard.append((time.monotonic(), answer))
        if answer.order_id:
            self.visit.order_ids.add(answer.order_id)

    def _left(self, leave: Leave) -> Visit:
        self.visit.end = leave.end
        self.visit.surprises.append(str(leave))
        self.visit.ended_at = time.monotonic()
        return self.visit


def _is_declined(answer: Answer) -> bool:
    """Tell whether the card was refused, in one of the two ways of contract section 13."""
    if answer.is_ok and answer.body.get("type") == "cart":
        return True
    return answer.status == 400 and "was not authorized with the provider" in answer.message


def _has_no_session(answer: Answer) -> bool:
    return answer.status == 400 and "Payment sessions are required" in answer.message
