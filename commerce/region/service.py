"""Writes of the region module (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.region.models import Country, Region, RegionPaymentProvider
from kit import clock
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id


async def add_countries(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the countries that are not there yet; the region of the others stays."""
    await session.execute(insert(Country).on_conflict_do_nothing(), list(rows))


async def create_region(
    session: AsyncSession,
    *,
    name: str,
    currency_code: str,
    countries: Sequence[str] = (),
    automatic_taxes: bool = True,
    payment_providers: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> Region:
    """Create a region of these countries. Errors: `invalid_data` for a country that is unknown or has a region."""
    region = Region(
        id=new_id("reg"),
        name=name,
        currency_code=currency_code.lower(),
        automatic_taxes=automatic_taxes,
        metadata_=metadata and dict(metadata),
    )
    await save(session, region)
    await _assign_countries(session, region.id, [code.lower() for code in countries])
    links = [RegionPaymentProvider(region_id=region.id, payment_provider_id=one) for one in payment_providers]
    await save(session, *links)
    return region


async def _assign_countries(session: AsyncSession, region_id: str, codes: Sequence[str]) -> None:
    """Give countries to a region, each only if no other region has it at this moment."""
    statement = (
        update(Country)
        .where(Country.iso_2.in_(codes), Country.region_id.is_(None))
        .values(region_id=region_id, updated_at=clock.now())
        .returning(Country.iso_2)
    )
    missing = set(codes) - set(await session.scalars(statement))
    if not missing:
        return
    known = set(await session.scalars(select(Country.iso_2).where(Country.iso_2.in_(missing))))
    unknown = sorted(missing - known)
    wrong, why = (unknown, "do not exist") if unknown else (sorted(known), "are already assigned to a region")
    raise invalid_data(f'Countries with codes: "{", ".join(wrong)}" {why}')
