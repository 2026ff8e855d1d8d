"""A count is exact at every moment, and counted only when something changed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from commerce.customer.models import Customer
from commerce.inventory.models import InventoryItem, InventoryLevel
from kit.db import Database, one, run, value
from kit.query import LIVE, Filter, Request, Resource, Shape, compile_list, fetch_list, plain, read_list
from kit.query.counting import finding, tables_read

CUSTOMERS = Resource(
    Customer, key="customer", plural="customers", filters=plain("company_name"), search=("email", "first_name")
)
chance = random.Random(7)
ADD = "INSERT INTO customer (id, email, has_account, company_name) VALUES ($1, $1, true, $2)"

AGE = """UPDATE table_change SET at = at - interval '1 hour' WHERE txid IN (
  SELECT txid FROM table_change WHERE random() < 0.3 FOR UPDATE SKIP LOCKED)"""


async def counted(database: Database, query: Sequence[tuple[str, str]] = ()) -> tuple[int, bool]:
    """Return the count that a list tells, and whether PostgreSQL had to count for it."""
    request = read_list(CUSTOMERS, query)
    shape = Shape((LIVE,), request.narrowing.terms)
    page = {"limit": chance.randrange(3), "offset": chance.randrange(3)}  # which page it is makes no difference
    async with database.reading() as connection:
        listing = compile_list(CUSTOMERS, shape)
        asked = finding(connection, listing, listing.bind(page, request.narrowing.values))
        row: Any = await one(connection, asked.sql, *asked.params)
        return asked.settle(row)[0], row.matching is not None


async def test_nothing_is_counted_twice_until_something_changes(database: Database) -> None:
    acme = [("company_name", "Acme")]
    assert await counted(database) == (0, True)
    assert await counted(database) == (0, False)
    assert await counted(database, acme) == (0, True)
    async with database.reading() as connection:
        await run(connection, ADD, "a", "Acme")
    assert await counted(database) == (1, True)
    assert await counted(database, acme) == (1, True)
    assert await counted(database, [("company_name", "Other")]) == (0, True)
    assert [await counted(database), await counted(database, acme)] == [(1, False), (1, False)]
    async with database.reading() as connection:
        await run(connection, "UPDATE customer SET deleted_at = now()")
    assert await counted(database, acme) == (0, True)
    async with database.reading() as connection:
        await run(connection, "TRUNCATE customer CASCADE")
    assert await counted(database, acme) == (0, True)


async def test_another_transaction_counts_when_it_commits(database: Database, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    try:
        for end, expected in (("ROLLBACK", 0), ("COMMIT", 1)):
            await counted(database)
            await other.execute("BEGIN")
            await other.execute(ADD, end, None)
            assert await counted(database) == (0, False)
            await other.execute(end)
            assert await counted(database) == (expected, end == "COMMIT")
    finally:
        await other.close()


async def test_what_a_transaction_sees_is_not_kept(database: Database) -> None:
    request = Request(read_list(CUSTOMERS, [("fields", "id")]).selection)

    async def work(session: Any) -> list[str]:  # noqa: ANN401 - an AsyncSession
        found = []
        for name in ("a", "b"):
            await run(session, ADD, name, None)
            found.append(await fetch_list(session, CUSTOMERS, request, where=[LIVE]))
        return found

    first, second = await database.transact(work)
    assert '"count":1' in first
    assert '"count":2' in second
    assert await counted(database) == (2, True)


async def test_counts_are_exact_whatever_the_order_of_changes_and_looks(database: Database, database_url: str) -> None:
    """Two writers with open transactions, old notes that are swept, and a reader that looks after every step."""
    writers = [await asyncpg.connect(database_url) for _ in range(2)]
    try:
        for number in range(150):
            writer = chance.choice(writers)
            if not writer.is_in_transaction():
                await writer.execute("BEGIN")
            elif chance.random() < 0.5:
                await writer.execute(chance.choice(["COMMIT", "ROLLBACK"]))
            if writer.is_in_transaction():
                await writer.execute(ADD, f"c{number}", None)
            if chance.random() < 0.3:
                async with database.reading() as connection:
                    await run(connection, AGE)
            async with database.reading() as connection:
                true = await value(connection, "SELECT count(*) FROM customer")
            assert (await counted(database))[0] == true, number
    finally:
        for writer in writers:
            await writer.close()


async def test_each_pool_keeps_its_own(database: Database, database_url: str) -> None:
    await counted(database)
    other = Database(database_url, pool_size=1)
    assert await counted(other) == (0, True)
    await other.close()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ('SELECT count(*) FROM "customer" t0', ("customer",)),
        ('FROM "customer" t0 WHERE EXISTS (SELECT FROM product p JOIN product_tags l ON true)', None),
        ('FROM "customer" t0 WHERE t0.id = ANY($1) AND id IN (SELECT x FROM unnest($2) x)', ("customer",)),
        ('FROM "customer" t0 WHERE t0.created_at > now()', ()),
        ('FROM "customer" t0, store s', ()),
        ('FROM "customer", store', ()),
        ('FROM "customer" t0 WHERE id IN (SELECT id FROM cart)', ()),
        ('FROM "customer" t0 WHERE name IS DISTINCT FROM $1', ("customer",)),
        ("WITH c AS (SELECT FROM customer) SELECT FROM c", ()),
        (
            'FROM "inventory_item" t0 JOIN inventory_level l ON l.location_id = $1',
            ("inventory_item", "inventory_level"),
        ),
        ('FROM "inventory_item" t0 JOIN inventory_level l ON l.stocked_quantity > 1', ()),
        ("SELECT 1", ()),
    ],
)
def test_only_what_is_understood_is_kept(sql: str, tables: tuple[str, ...] | None) -> None:
    expected = ("customer", "product", "product_tags") if tables is None else tables
    assert {InventoryItem, InventoryLevel}  # their tables are known once they are imported
    assert tables_read(sql) == expected


def test_a_filter_of_unnoted_columns_is_counted_each_time() -> None:
    items = Resource(
        InventoryItem,
        key="item",
        plural="items",
        filters={"stocked": Filter("EXISTS (SELECT FROM inventory_level l WHERE l.stocked_quantity {matches})")},
    )
    narrowed = read_list(items, [("stocked", "1")]).narrowing.terms
    assert tables_read(compile_list(items, Shape((), narrowed)).matching) == ()
    assert tables_read(compile_list(items, Shape((LIVE,))).matching) == ("inventory_item",)
