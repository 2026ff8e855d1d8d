"""Carts as a storefront reads them; totals are those that the last write stored."""

from __future__ import annotations

from typing import Final

from commerce.cart.models import (
    Cart,
    CartAddress,
    CartCreditLine,
    CartLineItem,
    CartLineItemAdjustment,
    CartLineItemTaxLine,
    CartShippingMethod,
    CartShippingMethodAdjustment,
    CartShippingMethodTaxLine,
)
from kit.query import LIVE, Column, Kind, Resource, computed, inside, many, one
from queries.customer import CUSTOMER
from queries.payment import PAYMENT_COLLECTION
from queries.product import PRODUCT, VARIANT_ALONE
from queries.promotion import OF_CART
from queries.region import REGION
from queries.selecting import with_line_totals
from queries.store_fields import CART_ALLOWED, CART_DEFAULTS
from queries.totals import CART_TOTALS, LINE_TOTALS, TAX_LINE_TOTALS

_TOTALS: Final = frozenset({"totals"})
_INNER: Final = frozenset({"exact", "rank"})
_TAXED: Final = ("rate", *TAX_LINE_TOTALS)


def _tax_totals(owner: str, key: str) -> dict[str, Column]:
    """Return a tax line's totals, which its line or method holds."""
    return {
        name: computed(
            f"SELECT o.totals #> ARRAY['tax_lines', {{t}}.id, '{name}'] FROM {owner} o WHERE o.id = {{t}}.{key}"
        )
        for name in TAX_LINE_TOTALS
    }


ADDRESS: Final[Resource] = Resource(CartAddress, key="address", plural="addresses")
ITEM_ADJUSTMENT: Final[Resource] = Resource(
    CartLineItemAdjustment, key="adjustment", plural="adjustments", twins=("amount",), hidden=_INNER, along=()
)
ITEM_TAX_LINE: Final[Resource] = Resource(
    CartLineItemTaxLine,
    key="tax_line",
    plural="tax_lines",
    twins=_TAXED,
    along=(),
    computed=_tax_totals("cart_line_item", "item_id"),
)
ITEM: Final[Resource] = Resource(
    CartLineItem,
    key="item",
    plural="items",
    along=(),
    order="{t}.created_at, {t}.id",
    twins=("unit_price", "compare_at_unit_price"),
    hidden=_TOTALS,
    computed=inside("totals", *LINE_TOTALS),
    relations={
        "adjustments": many(lambda: ITEM_ADJUSTMENT, on="item_id", where=LIVE),
        "tax_lines": many(lambda: ITEM_TAX_LINE, on="item_id", where=LIVE),
        "product": one(lambda: PRODUCT, on="product_id", where=LIVE),
        "variant": one(lambda: VARIANT_ALONE, on="variant_id", where=LIVE),
    },
)
METHOD_ADJUSTMENT: Final[Resource] = Resource(
    CartShippingMethodAdjustment, key="adjustment", plural="adjustments", twins=("amount",), hidden=_INNER, along=()
)
METHOD_TAX_LINE: Final[Resource] = Resource(
    CartShippingMethodTaxLine,
    key="tax_line",
    plural="tax_lines",
    twins=_TAXED,
    along=(),
    computed=_tax_totals("cart_shipping_method", "shipping_method_id"),
)
SHIPPING_METHOD: Final[Resource] = Resource(
    CartShippingMethod,
    key="shipping_method",
    plural="shipping_methods",
    order="{t}.created_at, {t}.id",
    twins=("amount",),
    hidden=_TOTALS | {"shipping_profile_id"},
    computed={
        **inside("totals", *LINE_TOTALS),
        "is_custom_amount": Column("{t}.is_custom_amount", Kind.BOOLEAN, star=False),
    },
    relations={
        "adjustments": many(lambda: METHOD_ADJUSTMENT, on="shipping_method_id", where=LIVE),
        "tax_lines": many(lambda: METHOD_TAX_LINE, on="shipping_method_id", where=LIVE),
    },
)
CREDIT_LINE: Final[Resource] = Resource(CartCreditLine, key="credit_line", plural="credit_lines", twins=("amount",))

CART: Final[Resource] = Resource(
    Cart,
    key="cart",
    plural="carts",
    defaults=CART_DEFAULTS,
    allowed=CART_ALLOWED,
    max_hops=3,
    amend=with_line_totals,
    hidden=frozenset({"version", "rounding", "totals", "answers"}),
    computed=inside("totals", *CART_TOTALS),
    relations={
        "items": many(lambda: ITEM, on="cart_id", where=LIVE),
        "shipping_methods": many(lambda: SHIPPING_METHOD, on="cart_id", where=LIVE),
        "shipping_address": one(lambda: ADDRESS, on="shipping_address_id", where=LIVE),
        "billing_address": one(lambda: ADDRESS, on="billing_address_id", where=LIVE),
        "credit_lines": many(lambda: CREDIT_LINE, on="cart_id", where=LIVE),
        "customer": one(lambda: CUSTOMER, on="customer_id", where=LIVE),
        "region": one(lambda: REGION, on="region_id", where=LIVE),
        "promotions": OF_CART,
        "payment_collection": one(lambda: PAYMENT_COLLECTION, on="{t}.cart_id = {parent}.id", where=LIVE),
    },
)
