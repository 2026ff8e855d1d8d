"""Seed a shop: what the command line calls on a first start, and again as often as one likes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.auth.passwords import Passwords
from commerce.auth.service import find_identity
from commerce.region.models import Country, Region
from kit.db import Database
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from operations.seed.demo import demo_shop, pictures
from operations.seed.first_start import FULFILLMENT_PROVIDERS, TAX_PROVIDERS, first_start

PAYMENT_PROVIDERS: Final = ("pp_system_default",)


@dataclass(frozen=True)
class SeededRegion:
    """A region as a storefront needs to know it."""

    id: str
    name: str
    currency_code: str
    countries: tuple[str, ...]


@dataclass(frozen=True)
class SeedResult:
    """The facts that a newcomer needs; `publishable_key` is None when every key of the channel was revoked."""

    publishable_key: str | None
    regions: tuple[SeededRegion, ...]
    admin_email: str | None
    admin_created: bool
    demo_created: bool


async def seed(
    database: Database,
    settings: Settings,
    *,
    demo: bool,
    admin_email: str | None,
    admin_password: str | None,
    public_url: str,
    payment_providers: Iterable[str] = PAYMENT_PROVIDERS,
) -> SeedResult:
    """Bring a migrated database to a first start, and to the demo shop if asked, in one transaction.

    Again on a seeded shop it changes nothing but the provider rows, which follow `payment_providers`; an admin who
    is there keeps the password, a shop with regions gets no demo. Pictures are written to `settings.files_dir` and
    named below `public_url`/static.
    """
    payment = tuple(payment_providers)
    password_hash = await _hash(settings, admin_password) if admin_email and admin_password else None
    if demo:
        write_pictures(settings.files_dir)

    async def work(session: AsyncSession) -> SeedResult:
        start = await first_start(
            session,
            payment_providers=payment,
            fulfillment_providers=FULFILLMENT_PROVIDERS,
            tax_providers=TAX_PROVIDERS,
        )
        static_url = f"{public_url.rstrip('/')}/static"
        has_demo = demo and await demo_shop(session, start, payment_providers=payment, static_url=static_url)
        has_admin = await _hire(session, admin_email, password_hash)
        return SeedResult(start.publishable_key, await _regions(session), admin_email, has_admin, has_demo)

    return await database.transact(work)


async def _hash(settings: Settings, password: str) -> str:
    passwords = Passwords(settings.password_memory_kib, settings.password_time_cost, settings.password_concurrency)
    return await passwords.hash(password)


async def _hire(session: AsyncSession, email: str | None, password_hash: str | None) -> bool:
    """Create the admin unless there is somebody who logs in with that mail."""
    if not email or password_hash is None or await find_identity(session, email) is not None:
        return False
    await create_admin_user(session, email, password_hash)
    return True


def write_pictures(folder: Path) -> None:
    """Draw the demo's pictures that are not there yet; a half-written one never gets its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures().items():
        if not (folder / name).exists():
            part = folder / f"{name}.part"
            part.write_bytes(picture.png())
            part.rename(folder / name)


async def _regions(session: AsyncSession) -> tuple[SeededRegion, ...]:
    rows = await session.scalars(select(Region).where(Region.deleted_at.is_(None)).order_by(Region.id))
    countries = await session.execute(
        select(Country.region_id, Country.iso_2).where(Country.region_id.is_not(None)).order_by(Country.iso_2)
    )
    of: dict[str | None, list[str]] = {}
    for row in countries:
        of.setdefault(row.region_id, []).append(row.iso_2)
    return tuple(SeededRegion(r.id, r.name, r.currency_code, tuple(of.get(r.id, ()))) for r in rows)
