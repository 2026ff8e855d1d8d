"""Promise 22 in a shop of thousands: no statement of a hot path reads a big table from end to end, or counts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from commerce.auth.passwords import Passwords
from commerce.auth.service import create_identity
from commerce.checkout.outcome import Claim, Outcome, OutcomeKind
from commerce.promotion.service import create_promotion
from kit.db import Database, run, value
from kit.query import counting
from kit.settings import Settings
from operations.begin_checkout import begin_checkout
from operations.create_admin_user import create_admin_user
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from operations.release_session import let_go_of_refused
from operations.return_promotion_uses import return_promotion_uses
from operations.sweep_checkouts import ask_about_open, hand_over_overdue
from tests.api.conftest import bearer
from tests.promises.tally import CALLS, cart_of, make, tallied
from tests.promises.till import without
from tests.support.big_carts import fill_carts
from tests.support.big_shop import fill
from tests.support.plans import counted, planned, scanned, taken_for_millions
from tests.support.storefront import Carts

Statements: TypeAlias = list[tuple[str, Any]]  # each with its values

ROWS: Final = 1_500  # products, customers, orders ...
CARTS: Final = 3_000
TOTAL: Final = "SELECT (totals ->> 'total')::numeric FROM cart WHERE id = $1"
DECLINED: Final = Outcome(OutcomeKind.DECLINED, message="declined")
LABELS: Final = """
SELECT 'region_' || (CASE currency_code WHEN 'eur' THEN 'eu' ELSE 'us' END) AS label, id FROM region
UNION ALL (SELECT 'ship_eu', id FROM shipping_option ORDER BY id LIMIT 1)
UNION ALL (SELECT 'ship_express', id FROM shipping_option ORDER BY id LIMIT 1 OFFSET 1)
UNION ALL (SELECT 'tee_m', id FROM product_variant ORDER BY id LIMIT 1)
UNION ALL (SELECT 'mug_v', id FROM product_variant ORDER BY id LIMIT 1 OFFSET 1)
UNION ALL SELECT 'provider', 'pp_system_default'
"""


@pytest.fixture(scope="module")
def big_url(
    new_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with new_database() as url:
        files = tmp_path_factory.mktemp("files")
        asyncio.run(fill(Settings(database_url=url, files_dir=files, public_url="http://localhost:9000"), ROWS, ROWS))
        asyncio.run(fill_carts(url, CARTS))
        yield url


@dataclass(frozen=True)
class Shop:
    """A big shop behind the API, and who may ask it; `headers` by area."""

    app: FastAPI
    client: AsyncClient
    database: Database
    headers: Mapping[str, dict[str, str]]
    labels: dict[str, str]

    @property
    def carts(self) -> Carts:
        return Carts(
            self.client, {"x-publishable-api-key": self.headers["store"]["x-publishable-api-key"]}, self.labels
        )

    def lists(self) -> list[str]:
        """Return the paths of all lists that need no parameter."""
        paths = self.app.openapi()["paths"].items()
        return [
            path for path, ways in paths if "get" in ways and "{" not in path and path.split("/")[1] in self.headers
        ]

    async def list(self, path: str, limit: int) -> tuple[int, int, Statements]:
        """Return how many rows a list shows, -1 where it is none, of how many, and what was sent for it."""
        with tallied(self.database) as sent:
            answer = await self.client.get(f"{path}?limit={limit}", headers=self.headers[path.split("/")[1]])
        body = answer.json()
        rows = [len(each) for each in body.values() if isinstance(each, list)]
        is_list = answer.status_code == 200 and "count" in body
        return (rows[0], body["count"], sent.all) if is_list else (-1, 0, sent.all)

    async def do(self, work: Callable[..., Any]) -> Any:  # noqa: ANN401 - what the operation returns
        return await self.database.transact(work)

    async def end_to_end(self, statements: Statements, big: set[str]) -> dict[str, str]:
        """Return which of the `big` tables are read from end to end, and by what."""
        return {
            name: " ".join(sql.split())[:200]
            for sql, values in statements
            for name in scanned(await planned(self.database, sql, values)) & big
        }


@pytest.fixture
async def shop(big_url: str) -> AsyncIterator[Shop]:
    app = create_app(Settings(database_url=big_url, jwt_secret="x" * 32, db_pool_size=2))
    async with app.router.lifespan_context(app):
        state = app.state.parts
        database: Database = state.database
        async with database.reading() as connection:
            customer_id = await value(connection, "SELECT max(id) FROM customer WHERE has_account")
            key = await value(connection, "SELECT token FROM api_key WHERE type = 'publishable'")
            labels = {row.label: row.id for row in await run(connection, LABELS)}
            user_id = await value(connection, "SELECT id FROM \"user\" WHERE email = 'admin@example.com'")
        if user_id is None:
            user_id = await _people(database, customer_id)
        headers = {
            "admin": await bearer(state, database, "user", user_id),
            "store": {"x-publishable-api-key": key, **await bearer(state, database, "customer", customer_id)},
        }
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as client:
            yield Shop(app, client, database, headers, labels)


async def _people(database: Database, customer_id: str) -> str:
    """Let an admin and a customer log in, and make the codes that CALLS give; return the admin's id."""
    hashed = await Passwords(8, 1, 1).hash("supersecret")
    about = {"customer_id": customer_id}
    await database.transact(lambda session: create_identity(session, "ada@example.com", "", about))
    for code, percent in (("TEN", 10), ("FIVE", 5)):
        method = {"type": "percentage", "value": Decimal(percent), "target_type": "order"}
        made = {"code": code, "type": "standard", "status": "active", "limit": 100, "application_method": method}
        await database.transact(partial(create_promotion, given=made))
    return await database.transact(lambda session: create_admin_user(session, "admin@example.com", hashed))


async def test_p22_fifty_rows_cost_as_many_statements_as_one(shop: Shop) -> None:
    seen, differing = {}, {}
    for path in shop.lists():
        await shop.list(path, 1)  # who asks is known then
        rows, _, one = await shop.list(path, 1)
        if rows >= 0:
            seen[path], _, many = await shop.list(path, 50)
            again = [len(sent) for limit in (1, 50) for *_, sent in [await shop.list(path, limit)]]
            # Who asks is looked up every five seconds, whatever is asked.
            found = (min(len(one), again[0]), min(len(many), again[1]))
            if found[0] != found[1] or found[1] > 2:
                differing[path] = found
    assert not differing
    assert len(seen) > 40
    assert sum(rows == 50 for rows in seen.values()) > 12, seen


async def _counts(shop: Shop) -> dict[str, int]:
    """Return how many rows are counted by each list of thousands when it is asked for a second time."""
    found = {}
    for path in shop.lists():
        await shop.list(path, 20)
        _, whole, statements = await shop.list(path, 20)
        if whole >= ROWS:
            plans = [await planned(shop.database, sql, values, analyze=True) for sql, values in statements]
            found[path] = sum(counted(plan) for plan in plans)
    return found


async def test_p22_no_page_is_counted_again_while_nothing_changes(shop: Shop) -> None:
    found = await _counts(shop)
    assert len(found) >= 10, found
    assert not {path: rows for path, rows in found.items() if rows > 0}


async def test_p22_mutation_without_its_memory_each_page_counts_the_whole_table(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_KEPT", 0)
    found = await _counts(shop)
    assert found["/admin/products"] > ROWS


async def _checkouts(shop: Shop) -> Statements:
    """Send what a checkout sends: begun, declined, begun, paid, given back; then a sweep."""
    with tallied(shop.database) as sent:
        for run_id in ("declined", "paid"):
            names = await cart_of(shop.carts, 3)
            cart_id = names["cart"]
            begun = await shop.do(partial(begin_checkout, cart_id=cart_id, run_id=f"{run_id} {cart_id}"))
            assert begun.attempt_id is not None, begun
            claim = Claim(cart_id, begun.attempt_id, f"{run_id} {cart_id}")
            if run_id == "declined":
                await shop.do(partial(refuse_checkout, claim=claim, outcome=DECLINED, status="requires_more"))
            else:
                end = await shop.do(partial(place_order, claim=claim, word=Paid("authorized", begun.amount)))
                await shop.do(partial(return_promotion_uses, order_id=str(end.order_id), is_on=True))
            await shop.do(partial(let_go_of_refused, session_id=str(begun.session_id)))
        await shop.do(hand_over_overdue)
        await shop.do(partial(ask_about_open, confirmed_by_client=["pp_browser"]))
    return sent.all


async def _of_carts(shop: Shop) -> Statements:
    """Send what the routes of a cart send."""
    names = {**await cart_of(shop.carts, 3), "size": "3"}
    with tallied(shop.database) as sent:
        for call in CALLS.values():
            await make(shop.carts, call, names, shop.headers["store"])
    return sent.all


async def test_p22_no_write_of_a_cart_and_no_checkout_reads_a_big_table_from_end_to_end(shop: Shop) -> None:
    big = await taken_for_millions(shop.database)
    assert big > {"cart", "cart_line_item", "promotion", "checkout_attempt", "payment_session", "price", "product"}
    statements = [*await _of_carts(shop), *await _checkouts(shop)]
    assert len({sql for sql, _ in statements}) > 50
    assert await shop.end_to_end(statements, big) == {}


async def test_p22_mutation_without_its_index_every_write_reads_all_promotions(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "operations.load_cart._LOAD", "is_automatic AND", "(is_automatic OR used < 0) AND")
    big = await taken_for_millions(shop.database)
    assert "promotion" in await shop.end_to_end(await _of_carts(shop), big)
