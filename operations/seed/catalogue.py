"""A big catalogue for benchmarks: thousands of products a second, written by PostgreSQL itself.

Each product has three variants of one option with prices in the currencies of all regions, two images, a type, a
collection, a category, two tags, and stock at every location. No events: it is data to measure with, not news.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run, value
from kit.ids import new_id

MARK: Final = "catalogue"  # the products made here are told from others by their external ids, `catalogue-17`
BUNCH: Final = 1_000  # products a transaction
TABLES: Final = (
    *("product", "product_variant", "product_option", "product_option_value", "product_product_option"),
    *("product_variant_option", "image", "product_sales_channel", "product_shipping_profile", "product_tags"),
    *("product_category_product", "price_set", "product_variant_price_set", "price", "inventory_item"),
    *("inventory_level", "product_variant_inventory_item", "product_tag", "product_category", "product_collection"),
)
_KINDS: Final = {"product_type": 20, "product_collection": 50, "product_tag": 40, "product_category": 100}
_SIZES: Final = "unnest(ARRAY['S', 'M', 'L']) WITH ORDINALITY AS s(size, k)"
_NOW: Final = "now(), now()"


def _word(words: str, each: int) -> str:
    """Return the SQL of one of ten words, the same for `each` numbers that follow each other."""
    return f"split_part('{words}', ' ', 1 + (n / {each}) % 10)"


def _id(prefix: str, number: str = "n") -> str:
    """Return the SQL of an id: the first half of a fresh one, then the number, so that ids rise with it."""
    return f"('{prefix}_' || $3::text || lpad(({number})::text, 12, '0'))"


def _kind(table: str, column: str = "handle") -> str:
    """Return the SQL of the id of the n-th row of a table of `_KINDS`."""
    return f"(SELECT id FROM {table} WHERE {column} = '{MARK}-' || n % {_KINDS[table]} AND deleted_at IS NULL)"


_PRODUCTS: Final = "generate_series($1::int, $2::int) n"
_VARIANTS: Final = f"{_PRODUCTS} CROSS JOIN {_SIZES}"
_ADJECTIVE: Final = _word("Heavy Light Plain Striped Washed Soft Warm Short Long Wide", 1)
_MATERIAL: Final = _word("Cotton Linen Merino Denim Velvet Canvas Silk Hemp Jersey Fleece", 10)
_THING: Final = _word("Shirt Jacket Scarf Hat Skirt Sock Coat Belt Dress Bag", 100)

_ONCE: Final = (
    f"""INSERT INTO product_type (id, value, created_at, updated_at)
    SELECT {_id("ptyp")}, '{MARK}-' || n, {_NOW} FROM {_PRODUCTS} WHERE n < {_KINDS["product_type"]}""",
    f"""INSERT INTO product_tag (id, value, created_at, updated_at)
    SELECT {_id("ptag")}, '{MARK}-' || n, {_NOW} FROM {_PRODUCTS} WHERE n < {_KINDS["product_tag"]}""",
    f"""INSERT INTO product_collection (id, title, handle, created_at, updated_at)
    SELECT {_id("pcol")}, 'Collection ' || n, '{MARK}-' || n, {_NOW}
    FROM {_PRODUCTS} WHERE n < {_KINDS["product_collection"]}""",
    f"""INSERT INTO product_category
      (id, name, description, handle, mpath, is_active, is_internal, rank, parent_category_id, created_at, updated_at)
    SELECT {_id("pcat")}, 'Category ' || n, '', '{MARK}-' || n,
      CASE WHEN n < 10 THEN '' ELSE {_id("pcat", "n % 10")} || '.' END || {_id("pcat")}, true, false, n / 10,
      CASE WHEN n >= 10 THEN {_id("pcat", "n % 10")} END, {_NOW}
    FROM {_PRODUCTS} WHERE n < {_KINDS["product_category"]} ORDER BY n""",
)
_EACH: Final = (
    f"""INSERT INTO product (id, title, handle, description, is_giftcard, status, thumbnail, weight, discountable,
      external_id, type_id, collection_id, created_at, updated_at)
    SELECT {_id("prod")}, concat_ws(' ', {_ADJECTIVE}, {_MATERIAL}, {_THING}, n), '{MARK}-' || n,
      concat('A ', lower({_THING}), ' of ', lower({_MATERIAL}), ', number ', n, ' of the big catalogue.'), false,
      'published', 'https://img.example/' || n || '-0.jpg', 200 + n % 50, true, '{MARK}-' || n,
      {_kind("product_type", "value")}, {_kind("product_collection")}, {_NOW}
    FROM {_PRODUCTS}""",
    f"""INSERT INTO image (id, url, rank, product_id, created_at, updated_at)
    SELECT {_id("img", "n * 10 + k")}, 'https://img.example/' || n || '-' || k || '.jpg', k, {_id("prod")}, {_NOW}
    FROM {_PRODUCTS} CROSS JOIN generate_series(0, 1) k""",
    f"""INSERT INTO product_option (id, title, is_exclusive, created_at, updated_at)
    SELECT {_id("opt")}, 'Size', true, {_NOW} FROM {_PRODUCTS}""",
    f"INSERT INTO product_product_option SELECT {_id('prod')}, {_id('opt')} FROM {_PRODUCTS}",
    f"""INSERT INTO product_option_value (id, value, rank, option_id, created_at, updated_at)
    SELECT {_id("optval", "n * 10 + k")}, size, k, {_id("opt")}, {_NOW} FROM {_VARIANTS}""",
    f"""INSERT INTO product_variant (id, title, sku, allow_backorder, manage_inventory, variant_rank, product_id,
      created_at, updated_at)
    SELECT {_id("variant", "n * 10 + k")}, size, concat('CAT-', n, '-', size), false, true, k - 1, {_id("prod")}, {_NOW}
    FROM {_VARIANTS}""",
    f"""INSERT INTO product_variant_option (variant_id, option_value_id)
    SELECT {_id("variant", "n * 10 + k")}, {_id("optval", "n * 10 + k")} FROM {_VARIANTS}""",
    f"""INSERT INTO price_set (id, created_at, updated_at)
    SELECT {_id("pset", "n * 10 + k")}, {_NOW} FROM {_VARIANTS}""",
    f"""INSERT INTO product_variant_price_set (variant_id, price_set_id)
    SELECT {_id("variant", "n * 10 + k")}, {_id("pset", "n * 10 + k")} FROM {_VARIANTS}""",
    f"""INSERT INTO price (id, currency_code, amount, rules_count, price_set_id, created_at, updated_at)
    SELECT {_id("price", "(n * 10 + k) * 10 + c.place")}, c.code, 5 + n % 90 + k, 0, {_id("pset", "n * 10 + k")}, {_NOW}
    FROM {_VARIANTS} CROSS JOIN (SELECT code, row_number() OVER () - 1 AS place FROM (
      SELECT DISTINCT currency_code AS code FROM region WHERE deleted_at IS NULL ORDER BY 1 LIMIT 10) d) c""",
    f"""INSERT INTO product_sales_channel (product_id, sales_channel_id)
    SELECT {_id("prod")}, id FROM {_PRODUCTS} CROSS JOIN sales_channel WHERE deleted_at IS NULL""",
    f"""INSERT INTO product_shipping_profile (product_id, shipping_profile_id)
    SELECT {_id("prod")}, (SELECT id FROM shipping_profile WHERE deleted_at IS NULL ORDER BY id LIMIT 1)
    FROM {_PRODUCTS}""",
    f"""INSERT INTO product_category_product (product_id, product_category_id)
    SELECT {_id("prod")}, {_kind("product_category")} FROM {_PRODUCTS}""",
    f"""INSERT INTO product_tags (product_id, product_tag_id)
    SELECT {_id("prod")}, t.id FROM {_PRODUCTS} JOIN product_tag t ON t.deleted_at IS NULL AND t.value IN (
      '{MARK}-' || n % {_KINDS["product_tag"]}, '{MARK}-' || (n + 1) % {_KINDS["product_tag"]})""",
    f"""INSERT INTO inventory_item (id, sku, title, requires_shipping, created_at, updated_at)
    SELECT {_id("iitem", "n * 10 + k")}, concat('CAT-', n, '-', size), size, true, {_NOW} FROM {_VARIANTS}""",
    f"""INSERT INTO product_variant_inventory_item (variant_id, inventory_item_id, required_quantity)
    SELECT {_id("variant", "n * 10 + k")}, {_id("iitem", "n * 10 + k")}, 1 FROM {_VARIANTS}""",
    f"""INSERT INTO inventory_level (id, inventory_item_id, location_id, stocked_quantity, created_at, updated_at)
    SELECT {_id("ilev", "(n * 10 + k) * 10 + l.place")}, {_id("iitem", "n * 10 + k")}, l.id, n % 100, {_NOW}
    FROM {_VARIANTS} CROSS JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
      FROM stock_location WHERE deleted_at IS NULL ORDER BY id LIMIT 10) l""",
)


async def count_made(session: AsyncSession) -> int:
    """Return how many products this module has made in this shop."""
    made = f"SELECT count(*) FROM product WHERE external_id LIKE '{MARK}-%' AND handle LIKE '{MARK}-%'"
    return int(await value(session, made))


async def add_bunch(session: AsyncSession, made: int, wanted: int) -> int:
    """Add up to `BUNCH` products to the `made` ones, until they are `wanted`; return how many there are then."""
    last = min(made + BUNCH, wanted)
    stamp = new_id("prod").removeprefix("prod_")[:14]
    if made == 0:
        for statement in _ONCE:
            await run(session, statement, 0, max(_KINDS.values()), stamp)
    for statement in _EACH:
        await run(session, statement, made + 1, last, stamp)
    return last
