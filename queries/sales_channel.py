"""Sales channels."""

from __future__ import annotations

from typing import Final

import queries.stock_location
from commerce.sales_channel.models import SalesChannel
from kit.query import LIVE, Filter, Kind, Link, Resource, many, ops, plain

SALES_CHANNEL: Final[Resource] = Resource(
    SalesChannel,
    key="sales_channel",
    plural="sales_channels",
    defaults=("id", "name", "description", "is_disabled", "created_at", "updated_at", "deleted_at", "metadata"),
    filters={
        **plain("id", "name"),
        **plain("description", takes="one"),
        **plain("is_disabled", kind=Kind.BOOLEAN, takes="one"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
        "location_id": Filter(
            "EXISTS (SELECT FROM sales_channel_stock_location l WHERE l.sales_channel_id = {t}.id"
            " AND l.stock_location_id {matches})"
        ),
        "publishable_key_id": Filter(
            "EXISTS (SELECT FROM api_key_sales_channel l WHERE l.sales_channel_id = {t}.id AND l.api_key_id {matches})"
        ),
    },
    search=("name", "description"),
    combines=True,
    with_deleted=True,
    limit=20,
    relations=lambda: {
        "stock_locations": many(
            lambda: queries.stock_location.STOCK_LOCATION,
            on=Link("sales_channel_stock_location", "sales_channel_id", "stock_location_id"),
            where=LIVE,
        )
    },
)
