"""Add lines to a cart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState, Line
from commerce.cart.rules import NewItem, with_items
from kit.ids import new_id
from operations.load_cart import LoadedCart
from operations.load_variants import SellableVariant, check_stock, load_variants
from operations.lock_cart import lock_and_load
from operations.outside import NOTHING_TOLD, Told
from operations.refresh_cart import refresh_cart


async def add_line_items(
    session: AsyncSession, cart_id: str, items: Sequence[NewItem], told: Told = NOTHING_TOLD
) -> str:
    """Add or merge lines at today's prices for their resulting quantities, and return the cart's id (section 11).

    Errors: not_found, invalid_data (unknown variant, no price, no stock location), not_allowed
    `insufficient_inventory`, conflict while a checkout is running, NeedsError.
    """
    loaded = await lock_and_load(session, cart_id, told)
    await save_with(session, loaded, items)
    return cart_id


async def save_with(
    session: AsyncSession, loaded: LoadedCart, items: Sequence[NewItem], events: Sequence[str] = ("cart.updated",)
) -> None:
    """Save the cart with the items; errors as `add_line_items`."""
    channel_id, has_promotions = loaded.state.sales_channel_id, loaded.promotions is not None
    variants = await load_variants(session, [item.variant_id for item in items], channel_id, with_facts=has_promotions)
    changed, touched = _add_to(loaded.state, items, variants)
    await refresh_cart(session, _knowing(loaded, variants), changed, reprice=touched, events=events)


def _knowing(loaded: LoadedCart, variants: Mapping[str, SellableVariant]) -> LoadedCart:
    """Return the cart with what promotions look at in the products that come into it."""
    if loaded.promotions is None:
        return loaded
    products = {each.product_id: each.facts for each in variants.values() if each.facts is not None}
    promotions = replace(loaded.promotions, products={**loaded.promotions.products, **products})
    return replace(loaded, promotions=promotions)


def _add_to(
    cart: CartState, items: Sequence[NewItem], variants: Mapping[str, SellableVariant]
) -> tuple[CartState, frozenset[str]]:
    """Return the cart with the items and the ids of its touched lines; not_allowed when stock does not cover them."""
    changed, touched = with_items(cart, [(item, _new_line(item, variants[item.variant_id])) for item in items])
    units = [(variants[str(line.variant_id)], line.quantity) for line in changed.lines if line.variant_id in variants]
    check_stock(units, cart.sales_channel_id)
    return changed, touched


def _new_line(item: NewItem, variant: SellableVariant) -> Line:
    """Return a fresh line, not yet priced: a snapshot of the variant."""
    metadata: Mapping[str, Any] = item.metadata or {}
    return Line(
        id=new_id("cali"),
        variant_id=variant.id,
        product_id=variant.product_id,
        product_type_id=variant.product_type_id,
        quantity=item.quantity,
        unit_price=Decimal(0),
        compare_at_unit_price=None,
        is_tax_inclusive=False,
        is_custom_price=False,
        is_giftcard=variant.is_giftcard,
        is_discountable=variant.is_discountable,
        requires_shipping=variant.requires_shipping,
        metadata=metadata,
        snapshot=variant.snapshot,
    )
