"""Writes of the tax module (contract section 10): regions of countries and provinces, their rates and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.tax.models import TaxProvider, TaxRate, TaxRateRule, TaxRegion
from kit import clock
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id
from kit.rows import change, locked, retire
from kit.tables import Entity


@dataclass(frozen=True)
class NewTaxRate:
    """A rate in per cent; `rules` are pairs of reference (product, product_type, shipping_option) and its id."""

    name: str
    code: str
    rate: Decimal | None = None
    is_default: bool = False
    is_combinable: bool = False
    rules: Sequence[tuple[str, str]] = ()
    metadata: Mapping[str, Any] | None = None


async def create_tax_region(
    session: AsyncSession,
    country_code: str,
    *,
    province_code: str | None = None,
    parent_id: str | None = None,
    provider_id: str | None = None,
    default_rate: NewTaxRate | None = None,
    metadata: Mapping[str, Any] | None = None,
    created_by: str | None = None,
) -> TaxRegion:
    """Create the tax region of a country or province.

    Errors: `invalid_data` for a country without provider, a provider that is not there, a parent that is not this
    country's row, a country or province that has a region; `not_found` for an unknown parent.
    """
    if province_code is None and provider_id is None:
        raise invalid_data("Invalid request: Provider is required when creating a non-province tax region.")
    country_code = country_code.lower()
    await _require_provider(session, provider_id)
    if parent_id is not None:
        await _require_country(session, parent_id, country_code)
    region = TaxRegion(
        id=new_id("txreg"),
        country_code=country_code,
        province_code=province_code and province_code.lower(),
        parent_id=parent_id,
        provider_id=provider_id,
        metadata_=metadata and dict(metadata),
        created_by=created_by,
    )
    await save(session, region)
    if default_rate is not None:
        await create_tax_rate(session, region.id, default_rate, created_by=created_by)
    return region


async def update_tax_region(session: AsyncSession, region_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` as `create_tax_region`."""
    region = await locked(session, TaxRegion, region_id)
    columns = dict(given)
    if columns.get("province_code"):
        columns["province_code"] = columns["province_code"].lower()
    await _require_provider(session, columns.get("provider_id"))
    await change(session, region, columns)
    return region_id


async def delete_tax_region(session: AsyncSession, region_id: str) -> str:
    """Soft-delete a region with its provinces, their rates and rules.

    Each level by a statement of its own, from above: who adds below locks what is above first.
    """
    regions = await retire(session, TaxRegion, region_id)
    regions += await _retire_where(session, TaxRegion, TaxRegion.parent_id.in_(regions))
    rates = await _retire_where(session, TaxRate, TaxRate.tax_region_id.in_(regions))
    await _retire_where(session, TaxRateRule, TaxRateRule.tax_rate_id.in_(rates))
    return region_id


async def create_tax_rate(
    session: AsyncSession, tax_region_id: str, rate: NewTaxRate, *, created_by: str | None = None
) -> TaxRate:
    """Create a rate of a tax region. Errors: `not_found` for the region, `invalid_data` for a second default."""
    await locked(session, TaxRegion, tax_region_id)
    row = TaxRate(
        id=new_id("txr"),
        tax_region_id=tax_region_id,
        name=rate.name,
        code=rate.code,
        rate=rate.rate,
        is_default=rate.is_default,
        is_combinable=rate.is_combinable,
        metadata_=rate.metadata and dict(rate.metadata),
        created_by=created_by,
    )
    await save(session, row)
    await _add_rules(session, row.id, rate.rules, created_by)
    return row


async def update_tax_rate(
    session: AsyncSession, rate_id: str, given: Mapping[str, Any], *, created_by: str | None = None
) -> str:
    """Change what is given; `rules`, pairs as in NewTaxRate, replace those that the rate has.

    Errors: `not_found`, `invalid_data` for a second default or a rule that is there twice.
    """
    rate = await locked(session, TaxRate, rate_id)
    await change(session, rate, {name: value for name, value in given.items() if name != "rules"})
    if "rules" in given:
        await _retire_where(session, TaxRateRule, TaxRateRule.tax_rate_id == rate_id)
        await _add_rules(session, rate_id, given["rules"], created_by)
    return rate_id


async def delete_tax_rate(session: AsyncSession, rate_id: str) -> str:
    """Soft-delete a rate and its rules."""
    rates = await retire(session, TaxRate, rate_id)
    await _retire_where(session, TaxRateRule, TaxRateRule.tax_rate_id.in_(rates))
    return rate_id


async def add_tax_rate_rule(
    session: AsyncSession, rate_id: str, reference: str, reference_id: str, *, created_by: str | None = None
) -> str:
    """Limit a rate to one thing more. Errors: `not_found`, `invalid_data` for what it is limited to already."""
    await locked(session, TaxRate, rate_id)
    await _add_rules(session, rate_id, [(reference, reference_id)], created_by)
    return rate_id


async def remove_tax_rate_rule(session: AsyncSession, rate_id: str, rule_id: str) -> str:
    """Take one rule of a rate away, if it has it. Errors: `not_found` for the rate."""
    await locked(session, TaxRate, rate_id)
    await _retire_where(session, TaxRateRule, (TaxRateRule.id == rule_id) & (TaxRateRule.tax_rate_id == rate_id))
    return rate_id


async def _add_rules(
    session: AsyncSession, rate_id: str, rules: Sequence[tuple[str, str]], created_by: str | None
) -> None:
    rows = [
        TaxRateRule(
            id=new_id("txrule"),
            tax_rate_id=rate_id,
            reference=reference,
            reference_id=reference_id,
            created_by=created_by,
        )
        for reference, reference_id in rules
    ]
    await save(session, *rows)


async def _require_provider(session: AsyncSession, provider_id: str | None) -> None:
    if provider_id is None:
        return
    known = select(TaxProvider.id).where(TaxProvider.id == provider_id, TaxProvider.is_enabled)
    if await session.scalar(known) is None:
        raise invalid_data(f"Tax provider with id: {provider_id} is not installed")


async def _require_country(session: AsyncSession, parent_id: str, country_code: str) -> None:
    """Lock the parent, so that it is not deleted meanwhile, and see that it is the row of the province's country."""
    parent = await locked(session, TaxRegion, parent_id)
    if parent.province_code is not None or parent.country_code != country_code:
        raise invalid_data(f"The parent of a province in {country_code} is the tax region of that country")


async def _retire_where(session: AsyncSession, model: type[Entity], which: ColumnElement[bool]) -> list[str]:
    gone = update(model).where(which, model.deleted_at.is_(None)).values(deleted_at=clock.now())
    return list(await session.scalars(gone.returning(model.id)))
