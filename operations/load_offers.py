"""The shipping options of a sales channel's locations, as far as they may be offered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.rules import Offer
from kit.db import run

OFFER_COLUMNS: Final = """o.id, o.name, o.price_type, o.shipping_profile_id, o.provider_id,
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

_LOAD: Final = f"""SELECT row_to_json(x)::text FROM (SELECT {OFFER_COLUMNS} FROM shipping_option o
WHERE o.deleted_at IS NULL AND o.id = ANY($1) AND {OF_CHANNEL.format(channel="$2")} ORDER BY o.id) x"""


async def load_offers(
    session: AsyncSession, option_ids: Sequence[str], sales_channel_id: str | None
) -> dict[str, Offer]:
    """Return the named options that a location of the sales channel has, by id."""
    rows = await run(session, _LOAD, list(option_ids), sales_channel_id)
    offers = [offer(json.loads(row[0])) for row in rows]
    return {found.id: found for found in offers}


def offer(row: Mapping[str, Any]) -> Offer:
    """Return the offer of one row of `OFFER_COLUMNS`."""
    return Offer(**row)
