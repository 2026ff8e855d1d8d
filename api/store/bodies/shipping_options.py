"""Bodies of `/store/shipping-options`."""

from __future__ import annotations

from api.body import Body, CardlessRecord


class StoreCalculateShippingOption(Body):
    """The cart to calculate a price for, with data for the provider."""

    cart_id: str
    data: CardlessRecord = {}
