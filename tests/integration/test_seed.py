"""The first start and the demo shop: complete, and the same however often they run."""

from __future__ import annotations

import asyncio
import struct
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from sqlalchemy.ext.asyncio import AsyncConnection

from euryale.cli.contents import Contents, read_contents
from euryale.cli.seed import Admin, seed
from kit.db import Database, one, run, value
from kit.settings import Settings
from migrations.models import Base
from operations.seed.first_start import first_start
from operations.seed.pictures import HEIGHT, SHAPES, WIDTH, Picture
from queries.prices import PriceContext, PriceQuery, select_prices


async def seeded(url: str, folder: Path, *, demo: bool = True) -> Contents:
    settings = Settings(database_url=url, files_dir=folder, public_url="http://localhost:9000")
    await seed(settings, demo=demo, admin=Admin("admin@example.com", "supersecret"))
    return await read_contents(url)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def counts(connection: AsyncConnection) -> dict[str, int]:
    names = sorted(Base.metadata.tables)
    return {name: await value(connection, f'SELECT count(*) FROM "{name}"') for name in names}  # noqa: S608 - table names


async def test_a_first_start_is_the_peers(database: Database, database_url: str, tmp_path: Path) -> None:
    result = await seeded(database_url, tmp_path / "files", demo=False)
    async with database.reading() as connection:
        seen = {name: n for name, n in (await counts(connection)).items() if n}
        store = await one(connection, "SELECT name, default_region_id, default_location_id FROM store")
        preference = await run(connection, "SELECT attribute, value, is_tax_inclusive FROM price_preference")
        reasons = await run(connection, "SELECT code FROM refund_reason ORDER BY code")
        key = await one(connection, "SELECT token, redacted, title FROM api_key")
    assert seen == {
        "api_key": 1,
        "api_key_sales_channel": 1,
        "auth_identity": 1,
        "currency": 126,
        "fulfillment_provider": 1,
        "outbox_event": 1,  # sales-channel.created
        "payment_provider": 1,
        "price_preference": 1,
        "provider_identity": 1,
        "refund_reason": 3,
        "region_country": 250,
        "sales_channel": 1,
        "shipping_profile": 1,
        "store": 1,
        "store_currency": 1,
        "tax_provider": 1,
        "user": 1,
    }
    assert store is not None
    assert tuple(store) == ("Medusa Store", None, None)
    assert [tuple(row) for row in preference] == [("currency_code", "eur", False)]
    assert [row.code for row in reasons] == ["customer_care_adjustment", "pricing_error", "shipping_issue"]
    assert key is not None
    assert key.title == "Default Publishable API Key"
    assert key.token == result.publishable_key
    assert len(key.token) == len("pk_") + 64
    assert key.redacted == f"{key.token[:6]}***{key.token[-3:]}"
    assert not (tmp_path / "files").exists()


async def test_a_second_seed_changes_no_row(database: Database, database_url: str, tmp_path: Path) -> None:
    first = await seeded(database_url, tmp_path)
    async with database.reading() as connection:
        before = await counts(connection)
    second = await seeded(database_url, tmp_path)
    async with database.reading() as connection:
        after = await counts(connection)
    assert after == before
    assert second.publishable_key == first.publishable_key
    assert second.regions == first.regions


async def test_two_first_starts_at_once_make_one_shop(database: Database, database_url: str, tmp_path: Path) -> None:
    first, second = await asyncio.gather(*[seeded(database_url, tmp_path / str(n)) for n in range(2)])
    assert first.publishable_key == second.publishable_key
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM store") == 1
        assert await value(connection, "SELECT count(*) FROM region") == 2


async def test_a_demo_fills_only_a_shop_without_regions(database: Database, database_url: str, tmp_path: Path) -> None:
    await seeded(database_url, tmp_path, demo=False)
    await seeded(database_url, tmp_path)
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM product WHERE status = 'published'") == 21
        await run(connection, "UPDATE product SET status = 'draft'")
    await seeded(database_url, tmp_path)
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM product WHERE status = 'published'") == 0


async def test_the_demo_sells_everything_in_both_regions(database: Database, database_url: str, tmp_path: Path) -> None:
    result = await seeded(database_url, tmp_path)
    assert [(r["name"], r["currency_code"], "de" in r["countries"]) for r in result.regions] == [
        ("Europe", "eur", True),
        ("United States", "usd", False),
    ]
    async with database.reading() as connection:
        ids = [row.id for row in await run(connection, "SELECT id FROM product_variant")]
        for region in result.regions:
            context = PriceContext(region["currency_code"], region["id"])
            prices = await select_prices(connection, [PriceQuery(one, Decimal(1)) for one in ids], context)
            assert all(price.unit_price for price in prices)
            assert {price.is_tax_inclusive for price in prices} == {region["currency_code"] == "eur"}
        unstocked = """SELECT count(*) FROM product_variant v
            LEFT JOIN product_variant_inventory_item i ON i.variant_id = v.id
            LEFT JOIN inventory_level l ON l.inventory_item_id = i.inventory_item_id WHERE l.id IS NULL"""
        assert await value(connection, unstocked) == 0
        options = await run(connection, "SELECT name FROM shipping_option ORDER BY name")
        assert [row.name for row in options] == ["Express Shipping"] * 2 + ["Standard Shipping"] * 2


async def test_the_pictures_of_all_products_are_there(database: Database, database_url: str, tmp_path: Path) -> None:
    await seeded(database_url, tmp_path)
    async with database.reading() as connection:
        urls = [row.url for row in await run(connection, "SELECT url FROM image")]
    base = "http://localhost:9000/static/"
    assert len(urls) > 30
    assert all(url.startswith(base) for url in urls)
    assert {url.removeprefix(base) for url in urls} == names(tmp_path)


async def test_the_admin_can_log_in_with_the_password(database: Database, database_url: str, tmp_path: Path) -> None:
    await seeded(database_url, tmp_path, demo=False)
    async with database.reading() as connection:
        row = await one(
            connection,
            """SELECT p.provider_metadata ->> 'password' AS hash, a.app_metadata ->> 'user_id' AS user_id, u.id
            FROM provider_identity p JOIN auth_identity a ON a.id = p.auth_identity_id CROSS JOIN "user" u""",
        )
    assert row is not None
    assert row.user_id == row.id
    assert PasswordHash.recommended().verify("supersecret", row.hash)


async def test_the_provider_rows_follow_the_registry(database: Database) -> None:
    await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default", "pp_gone"]))
    await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default", "pp_new"]))
    async with database.reading() as connection:
        rows = await run(connection, "SELECT id, is_enabled FROM payment_provider ORDER BY id")
    assert [tuple(row) for row in rows] == [("pp_gone", False), ("pp_new", True), ("pp_system_default", True)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_is_a_png_of_its_colour(shape: str) -> None:
    png = Picture(shape, (10, 20, 30)).png()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (WIDTH, HEIGHT)
    data, start = b"", 8
    while start < len(png):
        (length,) = struct.unpack(">I", png[start : start + 4])
        kind, body = png[start + 4 : start + 8], png[start + 8 : start + 8 + length]
        assert struct.unpack(">I", png[start + 8 + length : start + 12 + length]) == (zlib.crc32(kind + body),)
        data += body if kind == b"IDAT" else b""
        start += length + 12
    pixels = zlib.decompress(data)
    assert len(pixels) == HEIGHT * (WIDTH + 1)
    assert {0, 1, 2} <= set(pixels)
    assert len(png) < 8000
