"""Create a region and say whether its prices include tax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.provider import require_providers
from commerce.pricing.service import prefer
from commerce.region import service as regions
from commerce.region.models import Region
from kit.outbox import emit


async def create_region(
    session: AsyncSession,
    *,
    name: str,
    currency_code: str,
    countries: Sequence[str] = (),
    automatic_taxes: bool = True,
    is_tax_inclusive: bool = False,
    payment_providers: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> Region:
    """Create a region with its price preference.

    Errors: `invalid_data` as commerce.region.service.create_region, and for a payment provider that is not installed.
    """
    await require_providers(session, payment_providers)
    region = await regions.create_region(
        session,
        name=name,
        currency_code=currency_code,
        countries=countries,
        automatic_taxes=automatic_taxes,
        payment_providers=payment_providers,
        metadata=metadata,
    )
    await prefer(session, "region_id", region.id, is_tax_inclusive=is_tax_inclusive)
    await emit(session, ("region.created", {"id": region.id}))
    return region
