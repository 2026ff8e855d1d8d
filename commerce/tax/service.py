"""Writes of the tax module (contract section 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.tax.models import TaxRate, TaxRateRule, TaxRegion
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id


@dataclass(frozen=True)
class NewTaxRate:
    """A rate in per cent; `rules` are pairs of reference (product, product_type, shipping_option) and its id."""

    name: str
    code: str
    rate: Decimal
    is_default: bool = False
    is_combinable: bool = False
    rules: Sequence[tuple[str, str]] = ()


async def create_tax_region(
    session: AsyncSession,
    country_code: str,
    *,
    province_code: str | None = None,
    parent_id: str | None = None,
    provider_id: str | None = None,
    default_rate: NewTaxRate | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> TaxRegion:
    """Create the tax region of a country or province. Errors: `invalid_data` for a country without provider."""
    if province_code is None and provider_id is None:
        raise invalid_data("Invalid request: Provider is required when creating a non-province tax region.")
    region = TaxRegion(
        id=new_id("txreg"),
        country_code=country_code.lower(),
        province_code=province_code and province_code.lower(),
        parent_id=parent_id,
        provider_id=provider_id,
        metadata_=metadata and dict(metadata),
    )
    await save(session, region)
    if default_rate is not None:
        await create_tax_rate(session, region.id, default_rate)
    return region


async def create_tax_rate(session: AsyncSession, tax_region_id: str, rate: NewTaxRate) -> TaxRate:
    """Create a rate of a tax region. Errors: `invalid_data` for a second default."""
    row = TaxRate(
        id=new_id("txr"),
        tax_region_id=tax_region_id,
        name=rate.name,
        code=rate.code,
        rate=rate.rate,
        is_default=rate.is_default,
        is_combinable=rate.is_combinable,
    )
    await save(session, row)
    rules = [
        TaxRateRule(id=new_id("txrule"), tax_rate_id=row.id, reference=reference, reference_id=reference_id)
        for reference, reference_id in rate.rules
    ]
    await save(session, *rules)
    return row
