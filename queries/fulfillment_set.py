"""Fulfilment sets, their service zones and geo zones."""

from __future__ import annotations

from typing import Final

import queries.shipping_option
import queries.stock_location
from commerce.fulfillment.models import FulfillmentSet, GeoZone, ServiceZone
from kit.query import LIVE, Link, Relation, Resource, many, one

GEO_ZONE: Final[Resource] = Resource(GeoZone, key="geo_zone", plural="geo_zones")


def _zone_relations(*, stub: bool) -> dict[str, Relation]:
    """Return what a zone leads to; with `stub` its set shows its key unasked."""
    return {
        "fulfillment_set": one(lambda: FULFILLMENT_SET, on="fulfillment_set_id", where=LIVE, stub=stub),
        "geo_zones": many(lambda: GEO_ZONE, on="service_zone_id", where=LIVE),
        "shipping_options": many(lambda: queries.shipping_option.OPTION_OF_ZONE, on="service_zone_id", where=LIVE),
    }


SERVICE_ZONE: Final[Resource] = Resource(
    ServiceZone,
    key="service_zone",
    plural="service_zones",
    defaults=("id", "name", "created_at", "updated_at", "deleted_at", "*geo_zones"),
    relations=_zone_relations(stub=False),
)
ZONE_OF_OPTION: Final[Resource] = SERVICE_ZONE.but(relations=_zone_relations(stub=True))
"""A zone as its options show it."""
FULFILLMENT_SET: Final[Resource] = Resource(
    FulfillmentSet,
    key="fulfillment_set",
    plural="fulfillment_sets",
    defaults=(
        *("id", "name", "type", "created_at", "updated_at", "deleted_at"),
        *("*service_zones", "*service_zones.geo_zones"),
    ),
    relations=lambda: {
        "location": one(
            lambda: queries.stock_location.STOCK_LOCATION,
            on=Link("location_fulfillment_set", "fulfillment_set_id", "stock_location_id"),
            where=LIVE,
        ),
        "service_zones": many(lambda: SERVICE_ZONE, on="fulfillment_set_id", where=LIVE),
    },
)
SET_OF_DELETED_ZONE: Final[Resource] = FULFILLMENT_SET.but(
    defaults=("id", "name", "type", "metadata", "created_at", "updated_at", "deleted_at", "*service_zones"),
    relations={
        "service_zones": many(
            lambda: _ZONE_AS_IT_WAS,
            on="fulfillment_set_id",
            where="{t}.deleted_at IS NULL OR {t}.id = :zone_id::text",
        )
    },
)
"""The set as the answer to the deletion of `:zone_id` shows it: as it was before (recorded)."""
_ZONE_AS_IT_WAS: Final[Resource] = SERVICE_ZONE.but(defaults=("id",), hidden=frozenset({"deleted_at"}), relations={})
