"""`/store/carts`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Customer, Store
from api.deps import deleted_below, read_one, shown, start
from api.routing import Router
from api.state import state_of
from api.store.bodies.carts import (
    Nothing,
    StoreAddLineItem,
    StoreAddLineItems,
    StoreCalculateTaxes,
    StoreCreateCart,
    StorePromotionCodes,
    StoreShippingMethod,
    StoreUpdateCart,
    StoreUpdateLineItem,
)
from api.store.cart_answers import new_cart, own_channel
from api.store.cart_door import write_cart
from api.store.completing import NAME, Completion
from api.throttle import attempt
from durable import ids
from kit.query import LIVE
from operations.add_line_items import add_line_items
from operations.change_promotions import change_promotions
from operations.create_cart import create_cart
from operations.force_taxes import force_taxes
from operations.load_promotions import Codes
from operations.set_shipping_methods import set_shipping_methods
from operations.transfer_cart import transfer_cart
from operations.update_cart import CartChanges, update_cart
from operations.update_line_item import remove_line_item, update_line_item
from queries.cart import CART

router = Router("/store/carts")


@router.post("")
async def create(request: Request, store: Store, body: StoreCreateCart) -> Response:
    """Create a cart."""
    given = new_cart(body, store, state_of(request).settings.rounding)
    async with attempt(request, "codes", None, count=len(body.promo_codes)):
        return await write_cart(
            request, lambda session, told: create_cart(session, given, told), then=shown(request, CART)
        )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a cart; reading changes nothing."""
    return await read_one(request, CART, id, where=[LIVE], missing=f"Cart with id '{id}' not found")


@router.post("/{id}")
async def update(request: Request, id: str, store: Store, body: StoreUpdateCart) -> Response:
    """Change a cart's email, addresses, region, sales channel or metadata."""
    if body.sales_channel_id is not None:
        own_channel(body.sales_channel_id, store)
    changes = CartChanges(body.given())
    async with attempt(request, "codes", id, count=len(body.promo_codes)):
        return await write_cart(
            request, lambda session, told: update_cart(session, id, changes, told), then=shown(request, CART)
        )


@router.post("/{id}/promotions")
async def add_promotions(request: Request, id: str, body: StorePromotionCodes) -> Response:
    """Add promotion codes; an empty list takes away all that were given."""
    codes = Codes(add=tuple(body.promo_codes)) if body.promo_codes else Codes(replace=())
    async with attempt(request, "codes", id, count=len(body.promo_codes)):
        return await write_cart(
            request, lambda session, told: change_promotions(session, id, codes, told), then=shown(request, CART)
        )


@router.delete("/{id}/promotions")
async def remove_promotions(request: Request, id: str, body: StorePromotionCodes) -> Response:
    """Take promotion codes away; an automatic promotion stays."""
    codes = Codes(remove=tuple(body.promo_codes))
    return await write_cart(
        request, lambda session, told: change_promotions(session, id, codes, told), then=shown(request, CART)
    )


@router.post("/{id}/line-items")
async def add_line_item(request: Request, id: str, body: StoreAddLineItem) -> Response:
    """Add a line, or to the line that is equal."""
    items = [body.item()]
    return await write_cart(
        request, lambda session, told: add_line_items(session, id, items, told), then=shown(request, CART)
    )


@router.post("/{id}/line-items/batch")
async def add_line_items_at_once(request: Request, id: str, body: StoreAddLineItems) -> Response:
    """Add many lines, all or none; the peer has no such route."""
    items = [item.item() for item in body.items]
    return await write_cart(
        request, lambda session, told: add_line_items(session, id, items, told), then=shown(request, CART)
    )


@router.post("/{id}/line-items/{line_id}")
async def change_line_item(request: Request, id: str, line_id: str, body: StoreUpdateLineItem) -> Response:
    """Change a line's quantity and metadata."""
    return await write_cart(
        request,
        lambda session, told: update_line_item(session, id, line_id, body.quantity, body.metadata, told=told),
        then=shown(request, CART),
    )


@router.delete("/{id}/line-items/{line_id}")
async def delete_line_item(request: Request, id: str, line_id: str) -> Response:
    """Remove a line."""
    return await write_cart(
        request,
        lambda session, told: remove_line_item(session, id, line_id, told),
        then=deleted_below(request, "line-item", line_id, CART),
    )


@router.post("/{id}/shipping-methods")
async def add_shipping_methods(
    request: Request,
    id: str,
    body: StoreShippingMethod | list[StoreShippingMethod],
) -> Response:
    """Choose how the cart is shipped."""
    chosen = [each.chosen() for each in (body if isinstance(body, list) else [body])]
    return await write_cart(
        request, lambda session, told: set_shipping_methods(session, id, chosen, told), then=shown(request, CART)
    )


@router.post("/{id}/customer")
async def transfer(request: Request, id: str, customer: Customer, body: Nothing) -> Response:  # noqa: ARG001 - read to be refused
    """Give the cart to the customer who is logged in."""
    who = customer.customer_id
    return await write_cart(
        request, lambda session, told: transfer_cart(session, id, who, told), then=shown(request, CART)
    )


@router.post("/{id}/taxes")
async def calculate_taxes(request: Request, id: str, body: StoreCalculateTaxes) -> Response:  # noqa: ARG001 - read to be refused
    """Compute the cart's taxes, also in a region that leaves them to be asked for."""
    return await write_cart(request, lambda session, told: force_taxes(session, id, told), then=shown(request, CART))


@router.post("/{id}/complete")
async def complete(request: Request, id: str) -> Response:
    """Turn the cart into its one order; asked again, the same order is answered."""
    completion = Completion(request, id)

    async def run(_workflow_id: str) -> str | Response:
        async with attempt(request, "completes", id) as made:
            told = await completion.answer()
            made.failed = not isinstance(told, str)  # a declined cart
        return told

    return await start(request, ids.workflow_id(NAME, id), run)
