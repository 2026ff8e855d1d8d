"""Shipping options with their prices, places and rules (contract section 12)."""

from __future__ import annotations

from typing import Final

from commerce.fulfillment.models import (
    FulfillmentProvider,
    FulfillmentSet,
    ServiceZone,
    ShippingOption,
    ShippingOptionRule,
    ShippingOptionType,
)
from commerce.stock_location.models import StockLocation, StockLocationAddress
from kit.query import LIVE, Kind, Link, Resource, computed, many, one
from queries.price import PRICE
from queries.prices import calculated_price_json, selected_price

FULFILLMENT_PROVIDER: Final = Resource(FulfillmentProvider, key="fulfillment_provider", plural="fulfillment_providers")
OPTION_TYPE: Final = Resource(ShippingOptionType, key="shipping_option_type", plural="shipping_option_types")
OPTION_RULE: Final = Resource(ShippingOptionRule, key="rule", plural="rules", along=())
ADDRESS: Final = Resource(StockLocationAddress, key="address", plural="addresses")
STOCK_LOCATION: Final = Resource(
    StockLocation,
    key="stock_location",
    plural="stock_locations",
    relations={"address": one(lambda: ADDRESS, on="{t}.id = {parent}.address_id", where=LIVE)},
)
FULFILLMENT_SET: Final = Resource(
    FulfillmentSet,
    key="fulfillment_set",
    plural="fulfillment_sets",
    relations={
        "location": one(
            lambda: STOCK_LOCATION,
            on=Link("location_fulfillment_set", "fulfillment_set_id", "stock_location_id"),
            where=LIVE,
        )
    },
)
SERVICE_ZONE: Final = Resource(
    ServiceZone,
    key="service_zone",
    plural="service_zones",
    relations={"fulfillment_set": one(lambda: FULFILLMENT_SET, on="fulfillment_set_id", where=LIVE)},
)

_SHORT: Final = """
  SELECT FROM cart_line_item i
  JOIN product_variant v ON v.id = i.variant_id AND v.manage_inventory AND NOT v.allow_backorder
  JOIN product_variant_inventory_item u ON u.variant_id = v.id
  JOIN service_zone z ON z.id = {t}.service_zone_id
  JOIN location_fulfillment_set f ON f.fulfillment_set_id = z.fulfillment_set_id
  LEFT JOIN inventory_level l ON l.inventory_item_id = u.inventory_item_id AND l.deleted_at IS NULL
    AND l.location_id = f.stock_location_id
  WHERE i.cart_id = :cart_id::text AND i.deleted_at IS NULL
    AND coalesce(l.stocked_quantity - l.reserved_quantity, 0) < i.quantity * u.required_quantity"""
"""The cart's lines that the option's location cannot give."""

_PRICE: Final = selected_price("{ps}.price_set_id", "NULL::numeric", ":currency_code::text", ":price_context::jsonb")

SHIPPING_OPTION: Final = Resource(
    ShippingOption,
    key="shipping_option",
    plural="shipping_options",
    joins={
        "ps": "LEFT JOIN shipping_option_price_set {ps} ON {ps}.shipping_option_id = {t}.id",
        "cp": f"LEFT JOIN LATERAL {_PRICE} AS {{cp}} ON {{t}}.price_type = 'flat'",
    },
    computed={
        "calculated_price": computed(calculated_price_json("{cp}", "{ps}.price_set_id", ":currency_code::text")),
        # The alias of the price set is named so that its join comes along with the price's.
        "amount": computed("CASE WHEN {ps}.price_set_id IS NOT NULL THEN {cp}.calculated_amount END", Kind.NUMBER),
        "is_tax_inclusive": computed(
            "{ps}.price_set_id IS NOT NULL AND coalesce({cp}.calculated_inclusive, false)", Kind.BOOLEAN
        ),
        "insufficient_inventory": computed(f"EXISTS ({_SHORT})", Kind.BOOLEAN),
    },
    relations={
        "service_zone": one(lambda: SERVICE_ZONE, on="service_zone_id", where=LIVE),
        "provider": one(lambda: FULFILLMENT_PROVIDER, on="provider_id", where=LIVE),
        "type": one(lambda: OPTION_TYPE, on="{t}.id = {parent}.shipping_option_type_id", where=LIVE),
        "rules": many(lambda: OPTION_RULE, on="shipping_option_id", where=LIVE),
        "prices": many(
            lambda: PRICE,
            on="{t}.price_set_id = (SELECT price_set_id FROM shipping_option_price_set"
            " WHERE shipping_option_id = {parent}.id)",
            where=LIVE,
        ),
    },
)
