"""Stock locations, whom they serve and how they ship."""

from __future__ import annotations

from typing import Final

import queries.fulfillment_set
import queries.sales_channel
from commerce.stock_location.models import StockLocation, StockLocationAddress
from kit.query import LIVE, Filter, Kind, Link, Resource, many, one, ops, plain
from queries.fulfillment_provider import FULFILLMENT_PROVIDER

ADDRESS: Final[Resource] = Resource(StockLocationAddress, key="address", plural="addresses")
STOCK_LOCATION: Final[Resource] = Resource(
    StockLocation,
    key="stock_location",
    plural="stock_locations",
    defaults=(
        *("id", "name", "metadata", "created_at", "updated_at"),
        *("address.id", "address.address_1", "address.address_2", "address.city", "address.country_code"),
        *("address.phone", "address.province", "address.postal_code", "address.metadata"),
    ),
    filters={
        **plain("id", "name", "address_id"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
        "sales_channel_id": Filter(
            "EXISTS (SELECT FROM sales_channel_stock_location l WHERE l.stock_location_id = {t}.id"
            " AND l.sales_channel_id {matches})"
        ),
    },
    search=("name",),
    combines=True,
    with_deleted=True,
    limit=20,
    relations=lambda: {
        # As SQL, since `address_id` does not come along with the address.
        "address": one(lambda: ADDRESS, on="{t}.id = {parent}.address_id", where=LIVE),
        "sales_channels": many(
            lambda: queries.sales_channel.SALES_CHANNEL,
            on=Link("sales_channel_stock_location", "stock_location_id", "sales_channel_id"),
            where=LIVE,
        ),
        "fulfillment_sets": many(
            lambda: queries.fulfillment_set.FULFILLMENT_SET,
            on=Link("location_fulfillment_set", "stock_location_id", "fulfillment_set_id"),
            where=LIVE,
        ),
        "fulfillment_providers": many(
            lambda: FULFILLMENT_PROVIDER,
            on=Link("location_fulfillment_provider", "stock_location_id", "fulfillment_provider_id"),
            where=LIVE,
        ),
    },
)
