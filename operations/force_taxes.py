"""Compute a cart's taxes although its region does not do so by itself."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import invalid_data
from operations.consult_providers import TAXES
from operations.lock_cart import lock_and_load
from operations.outside import NOTHING_TOLD, Told
from operations.price_cart import untaxed
from operations.refresh_cart import refresh_cart


async def force_taxes(session: AsyncSession, cart_id: str, told: Told = NOTHING_TOLD) -> str:
    """Tax the cart by its shipping address (contract section 10).

    Errors: not_found, invalid_data without a country or for a completed cart, conflict while a checkout is running,
    unavailable when the tax provider says nothing.
    """
    loaded = await lock_and_load(session, cart_id, told)
    address = loaded.state.shipping_address
    if address is None or not address.country_code:
        raise invalid_data("country code is required to calculate taxes")
    taxed = replace(untaxed(loaded.state), automatic_taxes=True)
    await refresh_cart(session, loaded, taxed, insist=frozenset({TAXES}), events=())
    return cart_id
