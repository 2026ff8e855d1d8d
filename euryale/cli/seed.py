"""Fill a shop, for `euryale dev`, `euryale seed` and `euryale user create`: everything or nothing, in one commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from euryale.cli.contents import PAYPAL, SANDBOX, STRIPE
from kit.db import Database, run
from kit.errors import not_allowed
from kit.settings import Settings
from operations.create_admin import create_admin as create
from operations.seed.catalogue import TABLES, add_bunch, count_made
from operations.seed.demo import demo_shop, pictures
from operations.seed.first_start import TAX_PROVIDERS, first_start
from providers.registry import fulfillment_providers, payment_providers, tax_providers

OFFER: Final = """
INSERT INTO region_payment_provider (region_id, payment_provider_id)
SELECT region.id, provider FROM region CROSS JOIN unnest($1::text[]) provider
WHERE region.deleted_at IS NULL
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Admin:
    """Somebody who may log in to the admin."""

    email: str
    password: str


async def seed(settings: Settings, *, demo: bool, admin: Admin | None = None) -> bool:
    """Make the first start's shop, with `demo` the demo shop, and the admin; what is there is left alone.

    With a sandbox or a vendor's stand-in in the settings, its providers are offered in every region. Tells
    whether the admin is new.
    """
    providers, shippers = sorted(payment_providers(settings)), sorted(fulfillment_providers(settings))
    taxers = [*TAX_PROVIDERS, *sorted(tax_providers(settings))]

    async def fill(session: AsyncSession) -> bool:
        start = await first_start(
            session, payment_providers=providers, fulfillment_providers=shippers, tax_providers=taxers
        )
        if demo:
            await demo_shop(session, start, payment_providers=providers, static_url=settings.static_url)
        await run(session, OFFER, [one for one in providers if _is_played(one, settings)])
        return admin is not None and await create(session, admin.email, admin.password)

    if demo:
        _draw(settings.files_dir)
    async with _database(settings) as database:
        return await database.transact(fill)


async def add_catalogue(settings: Settings, wanted: int, told: Callable[[int], None]) -> None:
    """Add generated products until there are `wanted`, telling how many there are; then let PostgreSQL count them."""
    async with _database(settings) as database:
        made = await database.transact(count_made)
        while made < wanted:
            made = await database.transact(partial(add_bunch, made=made, wanted=wanted))
            told(made)
        async with database.reading() as connection:
            await run(connection, "SET statement_timeout = 0")
            await run(connection, f"VACUUM (ANALYZE) {', '.join(TABLES)}")


async def create_admin(settings: Settings, admin: Admin) -> None:
    """Create an admin user. Errors: `not_allowed` when the address is taken."""
    async with _database(settings) as database:
        if not await database.transact(lambda session: create(session, admin.email, admin.password)):
            raise not_allowed(f"There is already a user with the email {admin.email}.")


def _is_played(provider: str, settings: Settings) -> bool:
    """Tell whether a provider moves no real money, so that every region may have it unasked."""
    if provider == STRIPE:
        return settings.stripe_base_url is not None
    if provider == PAYPAL:
        return settings.paypal_base_url.startswith("http://")  # PayPal itself is never without TLS
    return provider.startswith(SANDBOX)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url, pool_size=1)
    try:
        yield database
    finally:
        await database.close()


def _draw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures().items():
        path = folder / name
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(picture.png())
            part.replace(path)
