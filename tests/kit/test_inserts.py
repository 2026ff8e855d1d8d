"""Many new rows at once: the same rows as the unit of work would write, by one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import Product, ProductImage
from kit.changes import TableChange
from kit.clock import now
from kit.db import Database, run, save
from kit.errors import CommerceError
from kit.inserts import insert_all, insert_rows
from tests.support.statements import recorded_statements

MOMENT = now().replace(microsecond=123_000)


def product(handle: str, **columns: Any) -> Product:  # noqa: ANN401 - any columns
    return Product(title=f"A {handle}", handle=handle, **columns)


async def write(database: Database, work: Callable[[AsyncSession], Any]) -> None:
    await database.transact(work)


async def test_rows_are_what_the_unit_of_work_writes(database: Database) -> None:
    given: dict[str, Any] = {
        "metadata_": {"a": [1, None, "ä"]},
        "weight": Decimal("1.50"),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "subtitle": None,
    }
    bulk = [product("bulk", **given), product("plain")]
    await write(database, lambda session: insert_rows(session, *bulk))
    await write(database, lambda session: insert_all(session, Product, [{"title": "A", "handle": "dict", **given}]))
    await write(database, lambda session: save(session, product("unit", **given)))
    async with database.reading() as connection:
        rows = {row.handle: row._asdict() for row in await run(connection, "SELECT * FROM product")}
    differing = {"id", "title", "handle"}
    assert {name: held for name, held in rows["bulk"].items() if name not in differing} == {
        name: held for name, held in rows["unit"].items() if name not in differing
    }
    assert {name: held for name, held in rows["dict"].items() if name not in differing} == {
        name: held for name, held in rows["unit"].items() if name not in differing
    }
    assert rows["plain"]["metadata"] is None
    assert (bulk[1].id, bulk[1].status, bulk[1].discountable) == (rows["plain"]["id"], "draft", True)
    assert abs(bulk[1].created_at - rows["plain"]["created_at"]) <= timedelta(milliseconds=1)


async def test_a_hundred_rows_are_the_statement_that_one_is(database: Database) -> None:
    sent = {}
    for number in (1, 100):
        owner = product(f"owner-{number}")
        images = [ProductImage(url=str(n)) for n in range(number)]

        async def work(session: AsyncSession, owner: Product = owner, images: list[ProductImage] = images) -> None:
            await insert_rows(session, owner)
            for image in images:
                image.product_id = owner.id
            await insert_rows(session, *images)

        with recorded_statements(database) as statements:
            await write(database, work)
        sent[number] = statements
    assert sent[1] == sent[100]
    assert len(sent[1]) == 2


async def test_a_broken_constraint_is_worded(database: Database) -> None:
    with pytest.raises(CommerceError, match="Product with handle: mug, already exists"):
        await write(database, lambda session: insert_rows(session, product("mug"), product("mug")))
    with pytest.raises(CommerceError, match="Product with handle: two\nlines, already exists"):
        await write(database, lambda session: insert_rows(session, product("two\nlines"), product("two\nlines")))
    with pytest.raises(CommerceError, match="such entity does not exist") as caught:
        await write(database, lambda session: insert_rows(session, product("mug", type_id="ptyp_x")))
    assert caught.value.type == "not_found"


async def test_what_waits_in_the_session_goes_first(database: Database) -> None:
    async def work(session: AsyncSession) -> None:
        owner = product("owner", id="prod_1")
        session.add(owner)
        await insert_rows(session, ProductImage(url="x", product_id="prod_1"))

    await write(database, work)


async def test_the_server_fills_a_column_in_all_rows_or_in_none(database: Database) -> None:
    await write(database, lambda session: insert_rows(session, TableChange(table_name="a", txid=1)))
    mixed = TableChange(table_name="a", txid=2), TableChange(table_name="a", txid=3, at=MOMENT)
    with pytest.raises(TypeError, match="in some rows only"):
        await write(database, lambda session: insert_rows(session, *mixed))
