"""The region that a cart belongs to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

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


REGION: Final = """SELECT row_to_json(r)::text FROM (SELECT r.id, r.name, r.currency_code,
    ARRAY(SELECT iso_2 FROM region_country WHERE region_id = r.id ORDER BY iso_2) AS countries
  FROM region r WHERE r.deleted_at IS NULL AND r.id = coalesce({region_id}, (
    SELECT default_region_id FROM store WHERE deleted_at IS NULL ORDER BY id LIMIT 1))) r"""
"""The region `region_id`, or the store's default region where that is null."""


def region_of(text: str | None) -> RegionRow:
    """Return the region that `REGION` found. Errors: not_found when it found none."""
    if text is None:
        raise not_found("No regions found")
    row = json.loads(text)
    return RegionRow(row["id"], row["name"], row["currency_code"], tuple(row["countries"]))
