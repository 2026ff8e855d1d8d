"""Fulfilment providers."""

from __future__ import annotations

from typing import Final

from commerce.fulfillment.models import FulfillmentProvider
from kit.query import Filter, Kind, Resource, plain

FULFILLMENT_PROVIDER: Final[Resource] = Resource(
    FulfillmentProvider,
    key="fulfillment_provider",
    plural="fulfillment_providers",
    defaults=("id", "is_enabled"),
    filters={
        **plain("id"),
        **plain("is_enabled", kind=Kind.BOOLEAN, takes="one"),
        "stock_location_id": Filter(
            "EXISTS (SELECT FROM location_fulfillment_provider l WHERE l.fulfillment_provider_id = {t}.id"
            " AND l.stock_location_id {matches})"
        ),
    },
    search=("id",),
    with_deleted=True,
)
