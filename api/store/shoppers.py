"""Who looks at the catalogue."""

from __future__ import annotations

from fastapi import Request

from api.actors import Store
from api.state import state_of
from queries.storefront import Shopper


def shopper_of(request: Request, store: Store) -> Shopper:
    """Return the storefront's channels, its customer and how the shop rounds."""
    return Shopper(store.sales_channel_ids, store.customer_id, state_of(request).settings.rounding)
