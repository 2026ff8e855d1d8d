"""`/store/product-variants` and `/store/product-options`: who may see what; contract answers: tests/contract."""

from __future__ import annotations

from httpx2 import AsyncClient

from commerce.api_key.service import create_publishable_key
from kit.db import Database, run
from tests.support.recorded_shop import RecordedShop
from tests.support.statements import recorded_statements


async def test_a_key_sees_the_variants_of_its_channels(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    channel = shop.labels["channel_b2b"]
    key = await database.transact(lambda session: create_publishable_key(session, "B2B", [channel]))
    b2b = {"x-publishable-api-key": key.token}
    mug, tee = shop.labels["mug_v"], shop.labels["tee_s"]
    listed = (await client.get("/store/product-variants?fields=+inventory_quantity", headers=b2b)).json()
    assert [(each["id"], each["inventory_quantity"]) for each in listed["variants"]] == [(mug, 0)]  # no location there
    path = "/store/product-variants/{}?fields=+inventory_quantity"
    ours = (await client.get(path.format(mug), headers=storefront)).json()["variant"]
    assert ours["inventory_quantity"] > 0
    assert (await client.get(path.format(tee), headers=b2b)).status_code == 404
    assert (await client.get(path.format(tee), headers=storefront)).status_code == 200

    async def hide(session: object) -> None:
        await run(session, "UPDATE product SET status = 'draft' WHERE id = $1", shop.labels["tee"])  # type: ignore[arg-type]

    await database.transact(hide)
    assert (await client.get(path.format(tee), headers=storefront)).status_code == 404


async def test_variants_are_found_by_their_options_and_priced_where_the_shopper_is(
    client: AsyncClient, shop: RecordedShop, storefront: dict[str, str], app_database: Database
) -> None:
    europe = shop.labels["region_eu"]
    query = f"options[value]=M&region_id={europe}&country_code=de&fields=sku,calculated_price"
    (found,) = (await client.get(f"/store/product-variants?{query}", headers=storefront)).json()["variants"]
    price = found["calculated_price"]
    assert (found["sku"], price["calculated_amount"], "calculated_amount_without_tax" in price) == ("TEE-M", 21, True)
    counts = []
    for limit in (1, 50):
        await client.get("/store/regions?limit=0", headers=storefront)  # the key is known
        with recorded_statements(app_database) as sent:
            await client.get(f"/store/product-variants?limit={limit}&region_id={europe}", headers=storefront)
        counts.append(len(sent))
    assert counts == [2, 2]
    for bad in (
        "?nope=1",
        "?sales_channel_id=sc_x",
        "?region_id=reg_x",
        "?fields=calculated_price&options[value][$like]=a",
    ):
        assert (await client.get(f"/store/product-variants{bad}", headers=storefront)).status_code == 400
    assert (await client.get("/store/product-variants")).status_code == 400


async def test_options_show_their_values_and_no_products(
    client: AsyncClient, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    colour = shop.labels["option_colour"]
    listed = (
        await client.get("/store/product-options?is_exclusive=false&fields=%2Bproducts.id", headers=storefront)
    ).json()
    assert [each["id"] for each in listed["product_options"]] == [colour]
    shown = (await client.get(f"/store/product-options/{colour}", headers=storefront)).json()["product_option"]
    assert [value["value"] for value in shown["values"]] == ["Black", "White"]
    assert "products" not in listed["product_options"][0]
    assert (await client.get("/store/product-options/opt_x", headers=storefront)).status_code == 404
