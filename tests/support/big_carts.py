"""Carts, checkouts and promotion codes in thousands, on top of tests/support/big_shop; written by PostgreSQL itself."""

from __future__ import annotations

from typing import Final

import asyncpg

ROWS: Final = """
CREATE TEMP TABLE t AS SELECT n, lpad(n::text, 26, '0') AS s FROM generate_series(1, $1::int) n
"""
CARTS: Final = """
INSERT INTO promotion_campaign (id, name, campaign_identifier) SELECT 'procamp_' || s, 'C' || n, 'c' || n FROM t;

INSERT INTO promotion_campaign_budget (id, campaign_id, type, "limit")
SELECT 'probudg_' || s, 'procamp_' || s, 'usage', 1000000 FROM t;

INSERT INTO promotion (id, code, is_automatic, is_tax_inclusive, type, status, "limit", campaign_id)
SELECT 'promo_' || s, 'CODE' || n, false, false, 'standard', 'active', 1, 'procamp_' || s FROM t;

INSERT INTO promotion_application_method (id, promotion_id, value, type, target_type)
SELECT 'proappmet_' || s, 'promo_' || s, 10, 'percentage', 'order' FROM t;

INSERT INTO promotion_rule (id, promotion_id, kind, attribute, operator)
SELECT 'prorul_' || s, 'promo_' || s, 'rules', 'currency_code', 'in' FROM t;

INSERT INTO promotion_rule_value (id, promotion_rule_id, value) SELECT 'prorulval_' || s, 'prorul_' || s, 'eur' FROM t;

INSERT INTO cart_address (id, country_code) SELECT 'caaddr_' || s, 'de' FROM t;

INSERT INTO cart (id, currency_code, rounding, region_id, sales_channel_id, shipping_address_id, totals, version)
SELECT 'cart_' || s, 'eur', 'currency', (SELECT id FROM region ORDER BY id LIMIT 1),
  (SELECT id FROM sales_channel ORDER BY id LIMIT 1), 'caaddr_' || s, '{"total": 9}', 1 FROM t;

INSERT INTO cart_line_item (id, cart_id, title, quantity, unit_price, requires_shipping, is_discountable, is_giftcard,
  is_tax_inclusive, is_custom_price, totals)
SELECT 'cali_' || s, 'cart_' || s, 'Line', 1, 10, true, true, false, true, false, '{}' FROM t;

INSERT INTO cart_line_item_tax_line (id, code, rate, item_id) SELECT 'calitxl_' || s, 'de', 19, 'cali_' || s FROM t;

INSERT INTO cart_line_item_adjustment (id, amount, is_tax_inclusive, promotion_id, code, item_id)
SELECT 'caliadj_' || s, 1, false, 'promo_' || s, 'CODE' || n, 'cali_' || s FROM t;

INSERT INTO cart_shipping_method (id, cart_id, name, amount, is_tax_inclusive, is_custom_amount, totals)
SELECT 'casm_' || s, 'cart_' || s, 'Post', 0, true, false, '{}' FROM t;

INSERT INTO cart_shipping_method_tax_line (id, code, rate, shipping_method_id)
SELECT 'casmtxl_' || s, 'de', 19, 'casm_' || s FROM t;

INSERT INTO cart_shipping_method_adjustment (id, amount, promotion_id, code, shipping_method_id)
SELECT 'casmadj_' || s, 1, 'promo_' || s, 'CODE' || n, 'casm_' || s FROM t;

INSERT INTO cart_promotion (cart_id, promotion_id) SELECT 'cart_' || s, 'promo_' || s FROM t;

INSERT INTO payment_collection (id, cart_id, currency_code, amount, status)
SELECT 'pay_col_' || s, 'cart_' || s, 'eur', 9, 'not_paid' FROM t;

INSERT INTO payment_session (id, currency_code, amount, provider_id, status, payment_collection_id, fate, data)
SELECT 'payses_' || s, 'eur', 9, 'pp_system_default', 'pending', 'pay_col_' || s, 'open', '{}' FROM t;

INSERT INTO checkout_attempt (id, cart_id, run_id, session_id, cart_version, amount, currency_code, planned_order_id,
  planned_lines, deadline, state)
SELECT 'attempt_' || s, 'cart_' || s, 'run_' || s, 'payses_' || s, 1, 9, 'eur', 'order_planned_' || s, '{}', now(),
  'abandoned' FROM t;

INSERT INTO order_promotion (order_id, promotion_id, budget_id, spent)
SELECT 'order_planned_' || s, 'promo_' || s, 'probudg_' || s, 1 FROM t;

INSERT INTO outbox_event (id, name, data, status, sent_at)
SELECT 'evt_' || s, 'cart.updated', '{}', 'sent', now() FROM t;
"""


async def fill_carts(database_url: str, number: int) -> None:
    """Make `number` carts of a line, each with its own code, and a checkout of each that came to nothing."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(ROWS, number)
        await connection.execute(CARTS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
