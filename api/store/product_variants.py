"""`/store/product-variants`."""

from __future__ import annotations

from fastapi import Request, Response

from api.actors import Store
from api.deps import json_answer
from api.routing import Router
from api.state import state_of
from api.store.shoppers import shopper_of
from kit.errors import not_found
from queries.store_variant import fetch_variant, fetch_variants

router = Router("/store/product-variants")


@router.get("")
async def list_variants(request: Request, store: Store) -> Response:
    """List the variants of the published products of the key's sales channels."""
    shopper = shopper_of(request, store)
    async with state_of(request).database.reading() as connection:
        return json_answer(await fetch_variants(connection, request.query_params.multi_items(), shopper))


@router.get("/{id}")
async def retrieve_variant(request: Request, id: str, store: Store) -> Response:
    """Retrieve a variant of a published product of the key's sales channels."""
    shopper = shopper_of(request, store)
    async with state_of(request).database.reading() as connection:
        found = await fetch_variant(connection, id, request.query_params.multi_items(), shopper)
    if found is None:
        raise not_found(f"Product variant with id: {id} was not found")
    return json_answer(found)
