"""Writes of the region module (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.region.models import Country, Region, RegionPaymentProvider
from kit import clock
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id
from kit.rows import change, locked, retire


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
    await _offer(session, region.id, payment_providers)
    return region


async def update_region(session: AsyncSession, region_id: str, given: Mapping[str, Any]) -> Region:
    """Change what is given: columns, the set of `countries`, the set of `payment_providers`; metadata is merged.

    Errors: `not_found`, and `invalid_data` as `create_region`.
    """
    region = await locked(session, Region, region_id)
    columns = {name: value for name, value in given.items() if name in {"name", "automatic_taxes", "metadata"}}
    if "currency_code" in given:
        columns["currency_code"] = given["currency_code"].lower()
    await change(session, region, columns)
    if "countries" in given:
        await _assign_countries(session, region_id, [code.lower() for code in given["countries"]])
    if "payment_providers" in given:
        await _offer(session, region_id, given["payment_providers"])
    return region


async def delete_region(session: AsyncSession, region_id: str) -> bool:
    """Soft-delete a region and free its countries; False when there was none."""
    if not await retire(session, Region, region_id):
        return False
    await _assign_countries(session, region_id, [])
    return True


async def _offer(session: AsyncSession, region_id: str, payment_providers: Sequence[str]) -> None:
    """Offer these payment providers in a region and no others."""
    await session.execute(delete(RegionPaymentProvider).where(RegionPaymentProvider.region_id == region_id))
    rows = [{"region_id": region_id, "payment_provider_id": one} for one in sorted(set(payment_providers))]
    if rows:
        await session.execute(insert(RegionPaymentProvider), rows)


async def _assign_countries(session: AsyncSession, region_id: str, codes: Sequence[str]) -> None:
    """Give a region these countries and no others, each only if no other region has it at this moment."""
    now = clock.now()
    others = update(Country).where(Country.region_id == region_id, Country.iso_2.not_in(codes))
    await session.execute(others.values(region_id=None, updated_at=now))
    free = or_(Country.region_id.is_(None), Country.region_id == region_id)
    taken = update(Country).where(Country.iso_2.in_(codes), free).values(region_id=region_id, updated_at=now)
    missing = set(codes) - set(await session.scalars(taken.returning(Country.iso_2)))
    if not missing:
        return
    known = set(await session.scalars(select(Country.iso_2).where(Country.iso_2.in_(missing))))
    unknown = sorted(missing - known)
    wrong, why = (unknown, "do not exist") if unknown else (sorted(known), "are already assigned to a region")
    raise invalid_data(f'Countries with codes: "{", ".join(wrong)}" {why}')
