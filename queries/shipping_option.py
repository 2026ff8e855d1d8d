"""Shipping options with their prices, places and rules (contract section 12)."""

from __future__ import annotations

from typing import Final

import queries.fulfillment_set
from commerce.fulfillment.models import ShippingOption, ShippingOptionRule, ShippingOptionType, ShippingProfile
from kit.query import LIVE, Filter, Kind, Relation, Resource, computed, many, one, ops, plain
from queries.fulfillment_provider import FULFILLMENT_PROVIDER
from queries.price import PRICE, PRICE_LIST
from queries.prices import calculated_price_json, selected_price

SHIPPING_PROFILE: Final[Resource] = Resource(
    ShippingProfile,
    key="shipping_profile",
    plural="shipping_profiles",
    defaults=("id", "name", "type", "metadata", "created_at", "updated_at"),
    filters={
        **plain("id"),
        **plain("type", "name", takes="one"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("name", "type"),
    combines=True,
    with_deleted=True,
    limit=20,
)
OPTION_TYPE: Final[Resource] = Resource(
    ShippingOptionType,
    key="shipping_option_type",
    plural="shipping_option_types",
    defaults=("id", "label", "code", "description", "created_at", "updated_at"),
    filters={
        **plain("id", "label", "code", "description"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("label", "code", "description"),
    combines=True,
    with_deleted=True,
    limit=10,
)
OPTION_RULE: Final[Resource] = Resource(
    ShippingOptionRule,
    key="shipping_option_rule",
    plural="rules",
    defaults=("id", "attribute", "operator"),
    along=(),
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

OPTION_PRICE: Final[Resource] = PRICE.but(
    relations={**PRICE.links, "price_list": one(lambda: PRICE_LIST, on="price_list_id", where=LIVE, stub=True)}
)


def _relations(*, stubs: bool) -> dict[str, Relation]:
    """Return what an option leads to; with `stubs` profile, type and provider show their key unasked."""
    by_type = "shipping_option_type_id" if stubs else "{t}.id = {parent}.shipping_option_type_id"
    return {
        "service_zone": one(lambda: queries.fulfillment_set.ZONE_OF_OPTION, on="service_zone_id", where=LIVE),
        "shipping_profile": one(lambda: SHIPPING_PROFILE, on="shipping_profile_id", where=LIVE, stub=stubs),
        "provider": one(lambda: FULFILLMENT_PROVIDER, on="provider_id", where=LIVE, stub=stubs),
        "type": one(lambda: OPTION_TYPE, on=by_type, where=LIVE, stub=stubs),
        "rules": many(lambda: OPTION_RULE, on="shipping_option_id", where=LIVE),
        "prices": many(
            lambda: OPTION_PRICE,
            on="{t}.price_set_id = (SELECT price_set_id FROM shipping_option_price_set"
            " WHERE shipping_option_id = {parent}.id)",
            where=LIVE,
        ),
    }


SHIPPING_OPTION: Final[Resource] = Resource(
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
    relations=_relations(stubs=False),
)
OPTION_OF_ZONE: Final[Resource] = SHIPPING_OPTION.but(relations=_relations(stubs=True))
"""An option as its zone shows it."""


def _ruled(attribute: str, value: str) -> Filter:
    """Return the filter by a rule of the option: `true` asks for one that says `value`, `false` for the opposite."""
    return Filter(
        "EXISTS (SELECT FROM shipping_option_rule r WHERE r.shipping_option_id = {t}.id AND r.deleted_at IS NULL"
        f""" AND r.attribute = '{attribute}' AND r.operator = 'eq' AND (r.value = '"{value}"'::jsonb) {{matches}})""",
        kind=Kind.BOOLEAN,
        takes="one",
    )


_AT_LOCATION: Final = """EXISTS (SELECT FROM service_zone z
  JOIN location_fulfillment_set l ON l.fulfillment_set_id = z.fulfillment_set_id
  WHERE z.id = {t}.service_zone_id AND l.stock_location_id {matches})"""

ADMIN_SHIPPING_OPTION: Final[Resource] = SHIPPING_OPTION.but(
    defaults=(
        *("id", "name", "price_type", "data", "provider_id", "metadata", "created_at", "updated_at"),
        *("*rules", "*type", "*prices", "*prices.price_rules", "*service_zone", "*shipping_profile", "*provider"),
    ),
    filters={
        **plain("id", "service_zone_id", "shipping_profile_id", "provider_id", "shipping_option_type_id"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
        "stock_location_id": Filter(_AT_LOCATION),
        "is_return": _ruled("is_return", "true"),
        "admin_only": _ruled("enabled_in_store", "false"),
    },
    search=("name",),
    with_deleted=True,
    limit=20,
)
