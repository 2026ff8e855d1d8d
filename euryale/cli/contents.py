"""What a shop's database has, read without the second of CPU that the models cost to import."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Final

import asyncpg

from kit.settings import Settings

SANDBOX: Final = "pp_sandbox_"
RECORDED: Final = "pp_test_rec"
STRIPE: Final = "pp_stripe_stripe"
PAYPAL: Final = "pp_paypal_paypal"
CONTENTS: Final = """
SELECT
    EXISTS (SELECT FROM store WHERE deleted_at IS NULL) AS has_store,
    ARRAY(SELECT id FROM payment_provider WHERE is_enabled) AS payment_providers,
    (
        SELECT token FROM api_key
        JOIN api_key_sales_channel link ON link.api_key_id = api_key.id
        JOIN store ON store.default_sales_channel_id = link.sales_channel_id AND store.deleted_at IS NULL
        WHERE type = 'publishable' AND revoked_at IS NULL AND api_key.deleted_at IS NULL
        ORDER BY api_key.id LIMIT 1
    ) AS publishable_key,
    (
        SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (
            SELECT id, name, currency_code, ARRAY(
                SELECT iso_2 FROM region_country WHERE region_id = region.id ORDER BY iso_2
            ) AS countries
            FROM region WHERE deleted_at IS NULL ORDER BY created_at, id
        ) r
    ) AS regions
"""


# The demo's pictures carry the address of the start that made them; another start may have another port.
REPOINT: Final = """
UPDATE {table} SET {column} = regexp_replace({column}, '^http://localhost:[0-9]+/static/', $1)
WHERE {column} ~ '^http://localhost:[0-9]+/static/' AND NOT starts_with({column}, $1)
"""


@dataclass(frozen=True)
class Contents:
    """What a caller needs to use the shop; `regions` as `{id, name, currency_code, countries}`."""

    has_store: bool
    payment_providers: list[str]
    publishable_key: str | None
    regions: list[dict[str, Any]]

    def needs_seed(self, settings: Settings, *, demo: bool) -> bool:
        """Tell whether seeding would change anything: a start on a shop that is complete does without.

        A plugin's providers may be new, so with plugins it is always done.
        """
        is_complete = self.has_store and (bool(self.regions) or not demo)
        return not (is_complete and self._offers(settings)) or bool(entry_points(group="euryale.providers"))

    def _offers(self, settings: Settings) -> bool:
        wanted = {
            SANDBOX: settings.sandbox_url is not None,
            RECORDED: settings.recorded_payments,
            STRIPE: settings.stripe_api_key is not None,
            PAYPAL: bool(settings.paypal_client_id and settings.paypal_secret),
        }
        offered = {start: any(one.startswith(start) for one in self.payment_providers) for start in wanted}
        return offered == wanted


async def read_contents(database_url: str) -> Contents:
    """Return what the migrated database has."""
    connection = await asyncpg.connect(database_url)
    try:
        row = await connection.fetchrow(CONTENTS)
    finally:
        await connection.close()
    return Contents(**{**row, "regions": json.loads(row["regions"])})


async def repoint_pictures(database_url: str, static_url: str) -> None:
    """Let pictures that this machine serves be found at `static_url`."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            for table, column in (("image", "url"), ("product", "thumbnail"), ("product_variant", "thumbnail")):
                await connection.execute(REPOINT.format(table=table, column=column), f"{static_url}/")
    finally:
        await connection.close()
