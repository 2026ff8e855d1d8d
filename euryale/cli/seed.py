"""Fill a shop, for `euryale dev`, `euryale seed` and `euryale user create`: everything or nothing, in one commit."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, value
from kit.errors import not_allowed
from kit.settings import Settings
from operations.create_admin import create_admin as create
from operations.seed.demo import demo_shop, pictures
from operations.seed.first_start import first_start
from providers.registry import payment_providers

REGIONS: Final = """
SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (
    SELECT id, name, currency_code, (
        SELECT coalesce(json_agg(iso_2 ORDER BY iso_2), '[]') FROM region_country WHERE region_id = region.id
    ) AS countries
    FROM region WHERE deleted_at IS NULL ORDER BY created_at, id
) r
"""


@dataclass(frozen=True)
class Admin:
    """Somebody who may log in to the admin."""

    email: str
    password: str


@dataclass(frozen=True)
class Seeded:
    """What a caller needs to use the shop; `regions` as `{id, name, currency_code, countries}`."""

    publishable_key: str | None
    is_admin_new: bool
    regions: list[dict[str, Any]]


async def seed(settings: Settings, *, demo: bool, admin: Admin | None = None) -> Seeded:
    """Make the first start's shop, with `demo` the demo shop, and the admin; what is there is left alone."""
    providers = sorted(payment_providers(settings))

    async def fill(session: AsyncSession) -> tuple[str | None, bool]:
        start = await first_start(session, payment_providers=providers)
        if demo:
            await demo_shop(session, start, payment_providers=providers, static_url=static_url(settings))
        is_new = admin is not None and await create(session, admin.email, admin.password)
        return start.publishable_key, is_new

    if demo:
        _draw(settings.files_dir)
    async with _database(settings) as database:
        key, is_admin_new = await database.transact(fill)
        async with database.reading() as connection:
            found = await value(connection, REGIONS)
    return Seeded(key, is_admin_new, json.loads(found) if isinstance(found, str) else found)


async def create_admin(settings: Settings, admin: Admin) -> None:
    """Create an admin user. Errors: `not_allowed` when the address is taken."""
    async with _database(settings) as database:
        if not await database.transact(lambda session: create(session, admin.email, admin.password)):
            raise not_allowed(f"There is already a user with the email {admin.email}.")


def static_url(settings: Settings) -> str:
    """Return the address under which the API serves `files_dir`."""
    return f"{settings.public_url or f'http://localhost:{settings.api_port}'}/static"


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
