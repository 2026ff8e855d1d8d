"""Types, tags, collections and categories as a storefront sees them: no draft, nothing of another channel."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from commerce.product.categories import create_category
from commerce.product.classify import create_collection, create_tag, create_type
from commerce.product.models import ProductStatus
from commerce.product.types import NewOption, NewProduct
from commerce.sales_channel.service import create_sales_channel
from kit.db import Database
from operations.create_product import ProductOffer, create_offer
from tests.support.statements import recorded_statements

Made = dict[str, str]


@pytest.fixture
async def made(database: Database, channel_id: str) -> Made:
    """Return the ids of what sorts a sold product, a draft, and one that another channel has."""

    async def make(session: AsyncSession) -> Made:
        root = await create_category(session, "Root", is_active=True)
        ids = {
            "product-types": (await create_type(session, "gear")).id,
            "product-tags": (await create_tag(session, "new")).id,
            "collections": (await create_collection(session, "Summer", metadata={"a": 1})).id,
            "product-categories": root.id,
            "leaf": (await create_category(session, "Leaf", parent_category_id=root.id, is_active=True)).id,
            "hidden": (await create_category(session, "Hidden", parent_category_id=root.id)).id,
        }
        await create_category(session, "Below hidden", parent_category_id=ids["hidden"], is_active=True)
        await create_category(session, "Inside", is_active=True, is_internal=True)
        other = (await create_sales_channel(session, "Other")).id
        for title, status, channels in (
            ("Sold", ProductStatus.PUBLISHED, [channel_id]),
            ("Draft", ProductStatus.DRAFT, [channel_id]),
            ("Elsewhere", ProductStatus.PUBLISHED, [other]),
        ):
            product = NewProduct(
                title,
                [NewOption("Size", ["S"])],
                status=status,
                type_id=ids["product-types"],
                collection_id=ids["collections"],
                tag_ids=[ids["product-tags"]],
                category_ids=[root.id],
            )
            await create_offer(session, ProductOffer(product, sales_channels=channels))
        return ids

    return await database.transact(make)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("product-types", "product_type"),
        ("product-tags", "product_tag"),
        ("collections", "collection"),
        ("product-categories", "product_category"),
    ],
)
async def test_only_sold_products_show(
    client: AsyncClient, store: dict[str, str], made: Made, path: str, key: str
) -> None:
    asked = f"/store/{path}/{made[path]}?fields=*products,products.type.value"
    answer = (await client.get(asked, headers=store)).json()[key]
    assert [(product["title"], product["status"]) for product in answer["products"]] == [("Sold", "published")]
    plain = (await client.get(f"/store/{path}/{made[path]}?fields=%2Bproducts.id", headers=store)).json()[key]
    assert plain["created_at"]
    assert (await client.get(f"/store/{path}?nope=1", headers=store)).status_code == 400
    assert (await client.get(f"/store/{path}?with_deleted=true", headers=store)).status_code == 200
    missing = await client.get(f"/store/{path}/x_1", headers=store)
    assert missing.status_code == (200 if path == "product-categories" else 404)


async def test_lists_cost_two_statements(
    client: AsyncClient,
    store: dict[str, str],
    made: Made,
    state: State,
    database: Database,
) -> None:
    async def more(session: AsyncSession) -> None:
        for n in range(20):
            await create_collection(session, f"C {n}")
            await create_type(session, f"type {n}")
            await create_tag(session, f"tag {n}")
            await create_category(session, f"Cat {n}", is_active=True, parent_category_id=made["leaf"])

    asked = (
        "collections?fields=*products&limit=100",
        "product-types",
        "product-tags",
        "product-categories?fields=*category_children, *products, *parent_category, *parent_category.parent_category",
        "product-categories?include_descendants_tree=true&include_ancestors_tree=true",
    )
    await client.get("/store/regions", headers=store)  # from now on the key is known
    for rows in ("one", "many"):
        if rows == "many":
            await database.transact(more)
        for path in asked:
            with recorded_statements(state.database) as sent:
                answer = await client.get(f"/store/{path}", headers=store)
            assert answer.status_code == 200, answer.text
            assert len(sent) == 2
    newest = (await client.get("/store/collections?limit=1", headers=store)).json()
    assert (newest["count"], newest["collections"][0]["title"]) == (21, "C 19")
    assert "metadata" not in newest["collections"][0]


async def test_a_category_that_is_not_shown_hides_what_is_below(
    client: AsyncClient, store: dict[str, str], made: Made
) -> None:
    async def ask(path: str) -> Any:  # noqa: ANN401 - JSON
        return (await client.get(f"/store/product-categories{path}", headers=store)).json()

    names = [each["name"] for each in (await ask("?q=e"))["product_categories"]]
    assert names == ["Leaf", "Below hidden"]
    for path in ("?parent_category_id=null", "?parent_category_id=null&include_descendants_tree=true"):
        (root,) = (await ask(path))["product_categories"]
        assert [child["name"] for child in root["category_children"]] == ["Leaf"]
    assert await ask(f"/{made['hidden']}") == {}
    kin = (await ask(f"/{made['leaf']}?fields=*products,*parent_category"))["product_category"]
    assert ([each["title"] for each in kin["parent_category"]["products"]], kin["products"]) == (["Sold"], [])
    leaf = (await ask(f"/{made['leaf']}?include_ancestors_tree=true"))["product_category"]
    assert [child["name"] for child in leaf["parent_category"]["category_children"]] == ["Leaf"]
    below = (await ask("?handle=below-hidden&include_ancestors_tree=true"))["product_categories"][0]
    assert below["parent_category"] is None
