"""How PostgreSQL finds the pages of a big shop: what the dashboard and two storefronts ask, of thousands of rows."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import event

from api.app import create_app
from commerce.auth.passwords import Passwords
from commerce.auth.service import create_identity
from kit.db import Database, run, value
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from tests.api.conftest import bearer
from tests.support.big_shop import fill

CALLS = Path(__file__).resolve().parents[1] / "data" / "contract"
ROWS = 3_000  # products, customers, orders ...
BIG = 1_000  # rows from which a table is not to be read from end to end
# Far down the list of a channel that offers everything each of its rows is looked at, one way or the other.
AS_SMALL_AS_ITS_INDEX = {"product_sales_channel"}
LISTS = {
    *(f"/admin/{name}" for name in ("products", "product-variants", "product-options", "inventory-items", "customers")),
    *("/admin/orders", "/admin/reservations", "/admin/price-lists", "/store/products", "/store/product-variants"),
    "/store/orders",
}
TABLES = {
    "cus": "customer",
    "cusgroup": "customer_group",
    "iitem": "inventory_item",
    "opt": "product_option",
    "ordli": "order_line_item",
    "pcat": "product_category",
    "pcol": "product_collection",
    "plist": "price_list",
    "prod": "product",
    "ptag": "product_tag",
    "ptyp": "product_type",
    "reg": "region",
    "sc": "sales_channel",
    "sloc": "stock_location",
    "variant": "product_variant",
}
RECORDED = re.compile(r"\b([a-z]+)_[0-9A-Z]{26}\b")
# What is looked for is rare, and a page a small part of the whole: as it is where the whole is a hundred times as big.
TEXTS = {"handle": "catalogue-777", "q": "name777", "limit": "20"}


def asked() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the path and the parameters of every recorded list, and of the same far down it."""
    for client in ("admin_calls", "storefront_calls", "storefront_dtc_calls"):
        for call in json.loads((CALLS / f"{client}.json").read_text())["calls"]:
            if call["method"] != "GET" or call["path"] not in LISTS:
                continue
            for example in call["examples"]:
                query = parse_qsl(example["query"] or "", keep_blank_values=True)
                yield call["path"], query
                yield call["path"], [*((name, text) for name, text in query if name != "offset"), ("offset", "2500")]


class Shop:
    """A big shop behind the API, and the plans of what it sends."""

    def __init__(self, client: AsyncClient, database: Database, headers: dict[str, dict[str, str]]) -> None:
        self._client = client
        self._database = database
        self._headers = headers
        self._sent: list[tuple[str, Any]] = []
        self._rows: dict[str, str] = {}
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._remember)

    async def get(self, path: str, query: list[tuple[str, str]]) -> tuple[str, list[tuple[str, Any]]]:
        """Return the query as it was asked of this shop, and the statements with their values."""
        ours = urlencode([(name, await self._ours(name, text)) for name, text in query])
        self._sent.clear()
        answer = await self._client.get(f"{path}?{ours}", headers=self._headers[path.split("/")[1]])
        assert answer.status_code == 200, f"{path}?{ours}: {answer.text}"
        return f"{path}?{ours}", list(self._sent)

    async def scanned(self, sql: str, values: Any) -> set[str]:  # noqa: ANN401 - what the driver was given
        """Return the big tables that a statement reads from end to end."""
        async with self._database.reading() as connection:
            plan = await value(connection, f"EXPLAIN (FORMAT JSON) {sql}", *(values or ()))
            big = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= $1"
            names = {row.relname for row in await run(connection, big, BIG)}
        return {name for name in _scans(json.loads(plan) if isinstance(plan, str) else plan) if name in names}

    async def _ours(self, name: str, text: str) -> str:
        if text and name in TEXTS:
            return TEXTS[name]
        for prefix in set(RECORDED.findall(text)) & TABLES.keys():
            if prefix not in self._rows:
                async with self._database.reading() as connection:
                    end = "ASC" if prefix == "reg" else "DESC"  # the region that sells
                    some = f'SELECT id FROM "{TABLES[prefix]}" ORDER BY id {end} LIMIT 1'  # noqa: S608 - a table's name
                    self._rows[prefix] = await value(connection, some)
            text = re.sub(rf"\b{prefix}_[0-9A-Z]{{26}}\b", self._rows[prefix], text)
        return text

    def _remember(self, _connection: object, _cursor: object, sql: str, values: object, *_rest: object) -> None:
        if not sql.startswith("EXPLAIN"):
            self._sent.append((sql, values))


def _scans(plan: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(plan, list):
        for each in plan:
            yield from _scans(each)
    elif isinstance(plan, dict) and not _counts(plan):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        yield from _scans([each for each in plan.values() if isinstance(each, dict | list)])


def _counts(plan: dict[str, Any]) -> bool:
    """Tell whether a part of a plan is the count, which is another matter (docs/adr/0007)."""
    return plan.get("Parent Relationship") == "InitPlan" and plan["Node Type"] == "Aggregate"


@pytest.fixture(scope="module")
def big_url(
    new_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with new_database() as url:
        files = tmp_path_factory.mktemp("files")
        asyncio.run(fill(Settings(database_url=url, files_dir=files, public_url="http://localhost:9000"), ROWS, ROWS))
        yield url


@pytest.fixture
async def shop(big_url: str) -> AsyncIterator[Shop]:
    app = create_app(Settings(database_url=big_url, jwt_secret="x" * 32, db_pool_size=2))
    async with app.router.lifespan_context(app):
        state = app.state.parts
        database: Database = state.database
        hashed = await Passwords(8, 1, 1).hash("supersecret")
        user_id = await database.transact(lambda session: create_admin_user(session, "admin@example.com", hashed))
        async with database.reading() as connection:
            customer_id = await value(connection, "SELECT max(id) FROM customer WHERE has_account")
            key = await value(connection, "SELECT token FROM api_key WHERE type = 'publishable'")
        about = {"customer_id": customer_id}
        await database.transact(lambda session: create_identity(session, "ada@example.com", "", about))
        headers = {
            "admin": await bearer(state, database, "user", user_id),
            "store": {"x-publishable-api-key": key, **await bearer(state, database, "customer", customer_id)},
        }
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as client:
            yield Shop(client, database, headers)


async def test_no_page_reads_a_big_table_from_end_to_end(shop: Shop) -> None:
    seen: set[str] = set()
    found = {}
    for path, query in asked():
        url, statements = await shop.get(path, query)
        for sql, values in statements:
            if ("json_agg" in sql or "AS keys" in sql) and sql not in seen:
                seen.add(sql)
                if scanned := await shop.scanned(sql, values) - AS_SMALL_AS_ITS_INDEX:
                    found[url] = scanned
    assert len(seen) > 60
    assert not found
