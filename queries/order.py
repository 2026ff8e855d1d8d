"""Orders: the order at a version, `:version` or its current one, with the totals stored for that version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import queries.customer
from commerce.order.models import Order, OrderAddress, OrderCreditLine
from kit.query import LIVE, Column, Filter, Kind, Resource, computed, many, one, ops, plain, read_list
from kit.search import sought
from queries.order_lines import AT_VERSION, ITEM, SHIPPING_METHOD, UNTOTALED_ITEM
from queries.order_status import FULFILLMENT_STATUS, PAYMENT_STATUS
from queries.payment import PAYMENT_COLLECTION
from queries.promotion import OF_ORDER
from queries.region import REGION
from queries.sales_channel import SALES_CHANNEL
from queries.selecting import as_listed, as_read
from queries.store_fields import ORDER_ALLOWED, ORDER_DEFAULTS, ORDERS_ALLOWED
from queries.totals import CART_TOTALS, UNIT_TOTALS, inside_row, stored

_ADDRESS: Final = ("first_name", "last_name", "company", "address_1", "city", "postal_code", "phone")
ADDRESS: Final[Resource] = Resource(OrderAddress, key="address", plural="addresses")
_CREDITED: Final = Column("{t}.amount", Kind.NUMBER)  # a credit line carries no tax
CREDIT_LINE: Final[Resource] = Resource(
    OrderCreditLine,
    key="credit_line",
    plural="credit_lines",
    twins=("amount", "subtotal", "total"),
    computed={"subtotal": _CREDITED, "total": _CREDITED},
)

_SUMMARY: Final = """
  SELECT s.summary || coalesce((
    SELECT jsonb_object_agg('raw_' || name, jsonb_build_object('value', amount, 'precision', 20))
    FROM jsonb_each_text(s.summary) AS each(name, amount)), '{{}}')
  FROM order_summary s WHERE s.order_id = {t}.id AND s.version = coalesce(:version::bigint, {t}.version)
""".replace("{{}}", "{" + "}")

ORDER: Final[Resource] = Resource(
    Order,
    key="order",
    plural="orders",
    hidden=frozenset({"cart_id", "rounding", "attention", "is_draft_order"}),
    joins={
        "sums": "LEFT JOIN order_summary {sums} ON {sums}.order_id = {t}.id"
        " AND {sums}.version = coalesce(:version::bigint, {t}.version)"
    },
    computed={
        **stored(inside_row("sums", "totals"), *CART_TOTALS, *UNIT_TOTALS[2:], star=False),
        "summary": computed(_SUMMARY, Kind.JSON),
        "payment_status": computed(PAYMENT_STATUS, Kind.TEXT),
        "fulfillment_status": computed(FULFILLMENT_STATUS, Kind.TEXT),
        # Fulfilments arrive with their own tables; until then no order has any.
        "fulfillments": computed("'[]'::jsonb", Kind.JSON),
    },
    relations={
        "items": many(lambda: ITEM, on="order_id", where=AT_VERSION),
        "shipping_methods": many(lambda: SHIPPING_METHOD, on="order_id", where=AT_VERSION),
        "credit_lines": many(lambda: CREDIT_LINE, on="order_id", where=LIVE),
        "shipping_address": one(lambda: ADDRESS, on="{t}.id = {parent}.shipping_address_id", where=LIVE),
        "billing_address": one(lambda: ADDRESS, on="{t}.id = {parent}.billing_address_id", where=LIVE),
        "payment_collections": many(lambda: PAYMENT_COLLECTION, on="order_id", where=LIVE),
        "promotions": OF_ORDER,
        "customer": one(lambda: queries.customer.CUSTOMER, on="customer_id", where=LIVE),
        "region": one(lambda: REGION, on="region_id", where=LIVE),
        "sales_channel": one(lambda: SALES_CHANNEL, on="sales_channel_id", where=LIVE),
    },
)

CURRENT: Final = {"version": None}
"""The parameters of a reading of orders as they stand."""
OF_CUSTOMER: Final[Resource] = ORDER.but(hidden=ORDER.hidden - {"is_draft_order"})
"""Orders as their customer leads to them."""
PLACED: Final = (LIVE, "NOT {t}.is_draft_order")
"""The orders that a list shows; drafts are elsewhere (contract section 15)."""

# The peer shows it with the method itself.
_METHOD_DETAIL: Final = "*shipping_methods.detail"
_PLACED: Final = (*ORDER_DEFAULTS, _METHOD_DETAIL)

STORE_ORDER: Final[Resource] = ORDER.but(
    defaults=(*_PLACED, "version", "payment_status", "fulfillment_status", "fulfillments"),
    allowed=ORDER_ALLOWED,
    max_hops=3,
    amend=as_read,
)
STORE_ORDERS: Final[Resource] = STORE_ORDER.but(
    defaults=(
        "id",
        "status",
        "summary",
        "display_id",
        "custom_display_id",
        "total",
        "currency_code",
        "metadata",
        "created_at",
        "updated_at",
    ),
    filters=plain("id", "status"),
    allowed=ORDERS_ALLOWED,
    combines=True,
    idle=("with_deleted",),
    limit=50,
    amend=as_listed,
)
PLACED_ORDER: Final[Resource] = ORDER.but(defaults=_PLACED, allowed=ORDER_ALLOWED, max_hops=3)
"""The order as completing a cart answers it: without the derived statuses (contract section 13)."""

_LISTED: Final = (
    "id",
    "display_id",
    "custom_display_id",
    "status",
    "version",
    "summary",
    "total",
    "metadata",
    "locale",
    "created_at",
    "updated_at",
    "payment_status",
    "fulfillment_status",
)
# A list shows the lines unasked, and what their totals were made of only beside a total of the order (recorded).
_UNASKED: Final = ("id", "status", "version", "payment_status", "fulfillment_status", "*items", "*items.detail")
_TOTALED: Final[Resource] = ORDER.but(
    defaults=_LISTED,
    always=(*_UNASKED, "*items.tax_lines", "*items.adjustments"),
    filters={
        **ops("id", "status"),
        **plain("region_id", "customer_id"),
        **plain("sales_channel_id", takes="list"),
        **ops("created_at", "updated_at", kind=Kind.MOMENT),
        # The peer takes it and shows every order all the same (recorded: `query_grammar/numeric_operator_total`).
        "total": Filter("", operators=True),
    },
    search=(
        *("email", "custom_display_id", "{t}.display_id::text"),
        *(
            f"""SELECT o.id FROM order_address a JOIN "order" o ON o.{place}_address_id = a.id
            WHERE {sought("a", *_ADDRESS)} {{matches}}"""
            for place in ("shipping", "billing")
        ),
    ),
    with_deleted=True,
    idle=("total",),
    limit=15,
    unknown="ignore",
    amend=as_listed,
)
ADMIN_ORDERS: Final[Resource] = _TOTALED.but(
    always=_UNASKED,
    relations=lambda: {**ORDER.links, "items": many(lambda: UNTOTALED_ITEM, on="order_id", where=AT_VERSION)},
)
_UNLISTED: Final = {"shipping_discount_total", "item_discount_total", "discount_subtotal"}
ADMIN_ORDER: Final[Resource] = ORDER.but(
    defaults=(
        *_LISTED,
        "region_id",
        *(name for name in CART_TOTALS if name not in _UNLISTED),
        "*items",
        "*credit_lines",
        "*items.tax_lines",
        "*items.adjustments",
        "*items.variant",
        "*items.variant.product",
        "*items.detail",
        "*shipping_address",
        "*billing_address",
        "*shipping_methods",
        _METHOD_DETAIL,
        "*shipping_methods.tax_lines",
        "*shipping_methods.adjustments",
        "*payment_collections",
        "*payment_collections.payments",
        "*payment_collections.payments.refunds",
        "*payment_collections.payments.captures",
        "fulfillments",
    ),
    always=(
        *("id", "status", "version", "*payment_collections"),
        *("fulfillments", "payment_status", "fulfillment_status"),
    ),
    accepts=("version",),
    amend=as_read,
)


def admin_orders(pairs: Sequence[tuple[str, str]]) -> Resource:
    """Return the list's resource for a query string: with the totals of the lines if a total of the order is shown.

    Errors: as kit/query's `read_list`.
    """
    shown = read_list(ADMIN_ORDERS, pairs).selection.names
    return _TOTALED if {*CART_TOTALS, *UNIT_TOTALS} & {*shown} else ADMIN_ORDERS
