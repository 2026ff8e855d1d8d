"""Change a region and what its prices say about tax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.provider import require_providers
from commerce.pricing.service import prefer
from commerce.region import service as regions
from kit.outbox import emit


async def update_region(session: AsyncSession, region_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given and return the id.

    Errors: as commerce.region.service.update_region, and `invalid_data` for a payment provider that is not installed.
    """
    await require_providers(session, given.get("payment_providers", ()))
    region = await regions.update_region(session, region_id, given)
    if "is_tax_inclusive" in given:
        await prefer(session, "region_id", region.id, is_tax_inclusive=given["is_tax_inclusive"])
    await emit(session, ("region.updated", {"id": region.id}))
    return region.id
