"""The region that a cart belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import one
from kit.errors import invalid_data, not_found


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region as a cart needs it."""

    id: str
    name: str
    currency_code: str
    countries: tuple[str, ...]

    def only_country(self) -> str | None:
        """Return the country when there is exactly one."""
        return self.countries[0] if len(self.countries) == 1 else None

    def require(self, country_code: str | None) -> None:
        """Refuse a country outside the region; the comparison is case-sensitive (contract section 11)."""
        if country_code and country_code not in self.countries:
            raise invalid_data(f"Country with code {country_code} is not within region {self.name}")


async def find_region(session: AsyncSession, region_id: str | None) -> RegionRow:
    """Return the region, or without an id the store's default region; not_found when there is none."""
    row = await one(
        session,
        """SELECT r.id, r.name, r.currency_code,
             ARRAY(SELECT iso_2 FROM region_country WHERE region_id = r.id ORDER BY iso_2) AS countries
           FROM region r WHERE r.deleted_at IS NULL AND r.id = coalesce($1, (
             SELECT default_region_id FROM store WHERE deleted_at IS NULL ORDER BY id LIMIT 1))""",
        region_id,
    )
    if row is None:
        raise not_found("No regions found")
    return RegionRow(row.id, row.name, row.currency_code, tuple(row.countries))
