"""The recorded shop is built by the services, so it also tells whether they work together."""

from __future__ import annotations

from kit.db import Database, run, value
from tests.support.recorded_shop import build_recorded_shop


async def test_the_setup_of_the_recordings_can_be_built(database: Database) -> None:
    shop = await database.transact(build_recorded_shop)
    assert len(shop.pairs()) > 60
    async with database.reading() as connection:
        items = await run(connection, "SELECT sku, title, description FROM inventory_item ORDER BY sku")
        rates = await value(connection, "SELECT count(*) FROM tax_rate")
        kit = await run(
            connection,
            "SELECT required_quantity FROM product_variant_inventory_item WHERE variant_id = $1 ORDER BY 1",
            shop.labels["kit_v"],
        )
    assert [tuple(item) for item in items][-2:] == [
        ("TEE-M", "M / Black", "M / Black"),
        ("TEE-S", "S / Black", "S / Black"),
    ]
    assert "EBOOK" not in {item.sku for item in items}  # its stock is not managed
    assert rates == 6
    assert [row[0] for row in kit] == [1, 2]
