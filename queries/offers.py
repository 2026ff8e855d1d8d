"""What decides whether a shipping option is offered (contract section 12), as parts of a statement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from commerce.fulfillment.rules import Offer

OFFER_COLUMNS: Final = """o.id, o.name, o.price_type, o.shipping_profile_id, o.provider_id, o.data::text AS data,
  (SELECT coalesce(json_agg(row_to_json(g)), '[]') FROM (
    SELECT type, country_code, province_code, city, postal_expression FROM geo_zone
    WHERE service_zone_id = o.service_zone_id AND deleted_at IS NULL) g) AS geo_zones,
  (SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (
    SELECT attribute, operator, value FROM shipping_option_rule
    WHERE shipping_option_id = o.id AND deleted_at IS NULL) r) AS rules"""
"""What `offer` reads of a shipping option `o`, as a select list."""

OF_CHANNEL: Final = """EXISTS (
  SELECT FROM service_zone z
  JOIN location_fulfillment_set lf ON lf.fulfillment_set_id = z.fulfillment_set_id
  JOIN sales_channel_stock_location sl ON sl.stock_location_id = lf.stock_location_id
  WHERE z.id = o.service_zone_id AND z.deleted_at IS NULL AND sl.sales_channel_id = {channel})"""
"""The condition that a location of the sales channel offers shipping option `o`."""


def offer(row: Mapping[str, Any]) -> Offer:
    """Return the offer of one row of `OFFER_COLUMNS`."""
    return Offer(**{**row, "data": json.loads(row["data"] or "{}") or {}})
