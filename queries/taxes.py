"""The tax rate of a product at an address (contract section 10), in SQL for pages; carts have commerce.tax.rules."""

from __future__ import annotations


def tax_rate(product: str, country: str, province: str) -> str:
    """Return the parenthesised SELECT of one row and column, `rate`: the sum of the product's rates as a fraction.

    The arguments are SQL expressions: the product's id, a country's and a province's code (null without).
    """
    ranked = f"""
    SELECT r.id, r.rate, r.is_combinable, t.province_code IS NOT NULL AS is_province,
           (CASE WHEN t.province_code IS NULL THEN 3 ELSE 0 END) + CASE
             WHEN EXISTS (SELECT FROM tax_rate_rule u WHERE u.tax_rate_id = r.id AND u.deleted_at IS NULL
                          AND u.reference = 'product' AND u.reference_id = {product}) THEN 0
             WHEN EXISTS (SELECT FROM tax_rate_rule u JOIN product p ON p.type_id = u.reference_id
                          WHERE u.tax_rate_id = r.id AND u.deleted_at IS NULL
                          AND u.reference = 'product_type' AND p.id = {product}) THEN 1
             WHEN r.is_default AND NOT EXISTS (
               SELECT FROM tax_rate_rule u WHERE u.tax_rate_id = r.id AND u.deleted_at IS NULL) THEN 2
           END AS rank
    FROM tax_region t JOIN tax_rate r ON r.tax_region_id = t.id AND r.deleted_at IS NULL
    WHERE t.deleted_at IS NULL AND t.country_code = lower({country}) AND (
      t.province_code IS NULL OR t.parent_id IS NOT NULL AND t.province_code = lower({province}))"""
    return f"""(
  WITH ranked AS MATERIALIZED ({ranked}),
  best AS (SELECT * FROM ranked WHERE rank IS NOT NULL ORDER BY rank, id LIMIT 1),
  below AS (
    SELECT rate FROM ranked WHERE rank IS NOT NULL AND NOT is_province
      AND EXISTS (SELECT FROM best WHERE is_province AND is_combinable) ORDER BY rank, id LIMIT 1)
  SELECT coalesce(sum(rate), 0) / 100 AS rate
  FROM (SELECT rate FROM best UNION ALL SELECT rate FROM below) rates
  WHERE NOT EXISTS (SELECT FROM product p WHERE p.id = {product} AND p.is_giftcard)
)"""
