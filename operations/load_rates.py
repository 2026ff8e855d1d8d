"""The tax rates of an address: those of its country and of its province."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import Address
from commerce.tax.rules import Rate
from kit.db import run

_LOAD: Final = """
SELECT r.id, r.rate, r.code, r.name, r.is_default, r.is_combinable, t.province_code IS NOT NULL AS is_province,
  coalesce(t.provider_id, parent.provider_id, 'tp_system') AS provider_id,
  (SELECT json_agg(json_build_array(reference, reference_id))::text FROM tax_rate_rule
    WHERE tax_rate_id = r.id AND deleted_at IS NULL) AS rules
FROM tax_region t
JOIN tax_rate r ON r.tax_region_id = t.id AND r.deleted_at IS NULL
LEFT JOIN tax_region parent ON parent.id = t.parent_id
WHERE t.deleted_at IS NULL AND t.country_code = $1
  AND (t.province_code IS NULL OR (t.parent_id IS NOT NULL AND t.province_code = $2))
"""


async def load_rates(session: AsyncSession, address: Address | None) -> tuple[Rate, ...]:
    """Return the rates that a line shipped to `address` may get; none without a country (contract section 10)."""
    if address is None or not address.country_code:
        return ()
    rows = await run(session, _LOAD, address.country_code.lower(), (address.province or "").lower())
    return tuple(
        Rate(
            id=row.id,
            rate=row.rate,
            code=row.code,
            name=row.name,
            is_default=row.is_default,
            is_combinable=row.is_combinable,
            is_province=row.is_province,
            provider_id=row.provider_id.removeprefix("tp_"),
            rules=frozenset((reference, id_) for reference, id_ in json.loads(row.rules or "[]")),
        )
        for row in rows
    )
