"""The shipping options of a sales channel's locations, as far as they may be offered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.rules import Offer
from kit.db import run
from queries.offers import OF_CHANNEL, OFFER_COLUMNS, offer

_LOAD: Final = f"""SELECT row_to_json(x)::text FROM (SELECT {OFFER_COLUMNS} FROM shipping_option o
WHERE o.deleted_at IS NULL AND o.id = ANY($1) AND {OF_CHANNEL.format(channel="$2")} ORDER BY o.id) x"""


async def load_offers(
    session: AsyncSession, option_ids: Sequence[str], sales_channel_id: str | None
) -> dict[str, Offer]:
    """Return the named options that a location of the sales channel has, by id."""
    rows = await run(session, _LOAD, list(option_ids), sales_channel_id)
    offers = [offer(json.loads(row[0])) for row in rows]
    return {found.id: found for found in offers}
