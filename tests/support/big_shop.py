"""A shop with many rows of everything that grows, for tests and benchmarks of plans; written by PostgreSQL itself."""

from __future__ import annotations

from typing import Final

import asyncpg

from euryale.cli.seed import add_catalogue, seed
from kit.ids import new_id
from kit.settings import Settings

NUMBERS: Final = """
CREATE TEMP TABLE t AS SELECT n, $2::text || lpad(n::text, 12, '0') AS s,
  timestamptz '2026-01-01 00:00Z' + n * interval '1 minute' AS at,
  split_part('Ada Grace Alan Edsger Barbara Donald Margaret Linus Radia Ken', ' ', 1 + n % 10) AS name
FROM generate_series(1, $1::int) n
"""
ROWS: Final = """
INSERT INTO customer (id, email, first_name, last_name, company_name, has_account, created_at, updated_at)
SELECT 'cus_' || s, 'customer' || n || '@example.com', name, 'Name' || n, 'Company ' || n % 500, n % 2 = 0, at, at
FROM t;

INSERT INTO customer_group (id, name, created_at, updated_at)
SELECT 'cusgroup_' || s, 'Group ' || n, at, at FROM t WHERE n <= 50;

INSERT INTO customer_group_customer (customer_id, customer_group_id)
SELECT 'cus_' || t.s, 'cusgroup_' || g.s FROM t JOIN t g ON g.n = 1 + t.n % 50;

INSERT INTO order_address (id, first_name, last_name, address_1, city, country_code, created_at, updated_at)
SELECT 'ordaddr_' || s, name, 'Name' || n, n || ' Main Street', 'Berlin', 'de', at, at FROM t;

INSERT INTO "order" (id, status, currency_code, rounding, email, customer_id, region_id, sales_channel_id,
  shipping_address_id, billing_address_id, created_at, updated_at)
SELECT 'order_' || s, 'pending', 'eur', 'currency', 'customer' || n || '@example.com', 'cus_' || s,
  (SELECT id FROM region ORDER BY id LIMIT 1), (SELECT id FROM sales_channel ORDER BY id LIMIT 1),
  'ordaddr_' || s, 'ordaddr_' || s, at, at FROM t;

INSERT INTO order_summary (id, order_id, version, summary, totals, created_at, updated_at)
SELECT 'ordsum_' || s, 'order_' || s, 1, '{"original_order_total": 10}', '{"total": 10}', at, at FROM t;

INSERT INTO order_line_item (id, title, requires_shipping, is_discountable, unit_price, is_custom_price,
  is_tax_inclusive, is_giftcard, variant_id, product_id, created_at, updated_at)
SELECT 'ordli_' || s, v.title, true, true, 10, false, true, false, v.id, v.product_id, at, at
FROM t JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM product_variant) v ON v.place = n;

INSERT INTO order_item (id, order_id, item_id, version, quantity, created_at, updated_at)
SELECT 'orditem_' || s, 'order_' || s, l.id, 1, 1, at, at FROM t JOIN order_line_item l ON l.id = 'ordli_' || s;

INSERT INTO reservation_item (id, line_item_id, inventory_item_id, location_id, quantity, created_at, updated_at)
SELECT 'resitem_' || s, l.id, i.inventory_item_id, (SELECT id FROM stock_location ORDER BY id LIMIT 1), 1, at, at
FROM t JOIN order_line_item l ON l.id = 'ordli_' || s
JOIN product_variant_inventory_item i ON i.variant_id = l.variant_id;

INSERT INTO price_list (id, title, description, type, status, rules_count, created_at, updated_at)
SELECT 'plist_' || s, 'List ' || n, '', 'sale', 'active', 0, at, at FROM t WHERE n <= 20;

INSERT INTO price (id, currency_code, amount, rules_count, price_set_id, price_list_id, created_at, updated_at)
SELECT 'price_' || t.s, 'eur', 4, 0, p.price_set_id, 'plist_' || l.s, t.at, t.at
FROM t JOIN (SELECT *, row_number() OVER (ORDER BY price_set_id) AS place FROM product_variant_price_set) p
  ON p.place = t.n
JOIN t l ON l.n = 1 + t.n % 20;
"""


async def fill(settings: Settings, products: int, others: int) -> None:
    """Make the demo shop, `products` products, and as many customers, orders and reservations as `others` says."""
    await seed(settings, demo=True)
    await add_catalogue(settings, products, lambda _: None)
    connection = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute(NUMBERS, others, new_id("cus").removeprefix("cus_")[:14])
        await connection.execute(ROWS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
