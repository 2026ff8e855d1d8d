"""Every route of a cart, called on a cart of any size, and what each sends to PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, event

from kit.db import Database
from tests.support.storefront import Carts

BERLIN: Final = {"first_name": "Ada", "country_code": "de", "city": "Berlin", "postal_code": "10115"}


@dataclass
class Sent:
    """Statements with their values, and how many of them there were in each transaction."""

    all: list[tuple[str, Any]] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)

    @property
    def longest(self) -> int:
        """How many statements there were at most between BEGIN and COMMIT."""
        return max(self.inside, default=0)


@contextmanager
def tallied(database: Database) -> Iterator[Sent]:
    """Yield what fills with every statement that the block sends."""
    sent, engine = Sent(), database.engine.sync_engine

    def note(connection: Connection, _cursor: object, sql: str, values: object, *_rest: object) -> None:
        sent.all.append((sql, values))
        if sent.inside and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            sent.inside[-1] += 1

    def begin(_connection: Connection) -> None:
        sent.inside.append(0)

    listeners = (("before_cursor_execute", note), ("begin", begin))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


@dataclass(frozen=True)
class Call:
    """One request; `{cart}`, `{line}`, `{collection}` and labels of the shop stand in its path and body."""

    method: str
    path: str
    body: Any = None
    is_customer: bool = False


CALLS: Final[Mapping[str, Call]] = {
    "read": Call("GET", "/carts/{cart}"),
    "add": Call("POST", "/carts/{cart}/line-items", {"variant_id": "{tee_m}", "quantity": 1}),
    "merge": Call("POST", "/carts/{cart}/line-items", {"variant_id": "{mug_v}", "quantity": 1, "metadata": {"n": 0}}),
    "change": Call("POST", "/carts/{cart}/line-items/{line}", {"quantity": 2}),
    "email": Call("POST", "/carts/{cart}", {"email": "new{size}@example.com"}),
    "metadata": Call("POST", "/carts/{cart}", {"metadata": {"note": "hello"}}),
    "addresses": Call("POST", "/carts/{cart}", {"shipping_address": BERLIN, "billing_address": BERLIN}),
    "everything": Call(
        "POST",
        "/carts/{cart}",
        {
            "email": "other{size}@example.com",
            "shipping_address": {**BERLIN, "country_code": "fr"},
            "billing_address": BERLIN,
            "metadata": {"note": "all"},
            "promo_codes": ["TEN"],
        },
    ),
    "code": Call("POST", "/carts/{cart}/promotions", {"promo_codes": ["FIVE"]}),
    "codes away": Call("DELETE", "/carts/{cart}/promotions", {"promo_codes": ["FIVE"]}),
    "shipping options": Call("GET", "/shipping-options?cart_id={cart}"),
    "shipping": Call("POST", "/carts/{cart}/shipping-methods", {"option_id": "{ship_express}"}),
    "taxes": Call("POST", "/carts/{cart}/taxes", {}),
    "collection": Call("POST", "/payment-collections", {"cart_id": "{cart}"}),
    "session": Call(
        "POST", "/payment-collections/{collection}/payment-sessions", {"provider_id": "{provider}", "data": {}}
    ),
    "remove": Call("DELETE", "/carts/{cart}/line-items/{line}"),
    "region": Call("POST", "/carts/{cart}", {"region_id": "{region_us}"}),
    "customer": Call("POST", "/carts/{cart}/customer", {}, is_customer=True),
}


def lines(labels: Mapping[str, str], size: int) -> Sequence[Mapping[str, Any]]:
    """Return the bodies of `size` lines that do not merge."""
    return [{"variant_id": labels["mug_v"], "quantity": 1, "metadata": {"n": n}} for n in range(size)]


async def cart_of(carts: Carts, size: int) -> dict[str, str]:
    """Make a cart of `size` lines with a code, a shipping method and a session; return what a Call may name."""
    cart_id = await carts.new(shipping_address=BERLIN, email="ada@example.com", items=lines(carts.labels, size))
    await carts.ok("POST", f"/carts/{cart_id}/promotions", {"promo_codes": ["TEN"]})
    await carts.ok("POST", f"/carts/{cart_id}/shipping-methods", {"option_id": carts.labels["ship_eu"]})
    collection = (await carts.session(cart_id, carts.labels["provider"]))["id"]
    (line, *_) = (await carts.ok("GET", f"/carts/{cart_id}?fields=items.id"))["cart"]["items"]
    return {**carts.labels, "cart": cart_id, "collection": collection, "line": line["id"]}


async def make(carts: Carts, call: Call, names: Mapping[str, str], customer: Mapping[str, str]) -> None:
    """Make the call, which is answered with 200."""
    headers = dict(customer) if call.is_customer else {}
    await carts.ok(call.method, call.path.format(**names), filled(call.body, names), **headers)


def filled(body: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Return a body with our ids in it."""
    if isinstance(body, dict):
        return {key: filled(value, names) for key, value in body.items()}
    return body.format(**names) if isinstance(body, str) else body
