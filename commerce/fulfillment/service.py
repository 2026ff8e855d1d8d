"""Writes of the fulfilment module: shipping profiles and the types of shipping options (contract section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import ShippingOptionType, ShippingProfile
from kit.db import save
from kit.outbox import tell
from kit.rows import change, locked, retire


async def create_shipping_profile(
    session: AsyncSession, name: str, type_: str, metadata: Mapping[str, Any] | None = None
) -> ShippingProfile:
    """Create a profile. Errors: `invalid_data` for a name that is taken."""
    profile = ShippingProfile(name=name, type=type_, metadata_=metadata and dict(metadata))
    await save(session, profile)
    return profile


async def update_shipping_profile(session: AsyncSession, profile_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a name that is taken."""
    await change(session, await locked(session, ShippingProfile, profile_id), given)
    return profile_id


async def delete_shipping_profile(session: AsyncSession, profile_id: str) -> str:
    """Soft-delete a profile; products and options that have it keep it, so that they are shipped as before."""
    await retire(session, ShippingProfile, profile_id)
    return profile_id


async def create_option_type(
    session: AsyncSession, label: str, code: str, description: str | None = None
) -> ShippingOptionType:
    """Create a label for shipping options."""
    row = ShippingOptionType(label=label, code=code, description=description)
    await save(session, row)
    await tell(session, "shipping-option-type.created", row.id)
    return row


async def update_option_type(session: AsyncSession, type_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`."""
    await change(session, await locked(session, ShippingOptionType, type_id), given)
    await tell(session, "shipping-option-type.updated", type_id)
    return type_id


async def delete_option_type(session: AsyncSession, type_id: str) -> str:
    """Soft-delete a label; options that have it show none."""
    await tell(session, "shipping-option-type.deleted", *await retire(session, ShippingOptionType, type_id))
    return type_id
