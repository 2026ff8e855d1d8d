"""What a first start leaves: the world's currencies and countries, one store, its channel, key and profile."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.api_key.models import ApiKey, ApiKeySalesChannel, ApiKeyType
from commerce.api_key.service import create_publishable_key
from commerce.currency.service import add_currencies
from commerce.fulfillment.models import ShippingProfile
from commerce.fulfillment.service import create_shipping_profile
from commerce.payment.models import RefundReason
from commerce.region.service import add_countries
from commerce.sales_channel.service import create_sales_channel
from commerce.store.models import Store
from commerce.store.service import create_store, find_store
from kit.db import run, save
from kit.ids import new_id
from operations.set_store_currencies import set_store_currencies
from operations.sync_providers import sync_providers

LOCK: Final = 7_202_611_240  # any number: two first starts at once must not both find an empty shop
FULFILLMENT_PROVIDERS: Final = ("manual_manual",)
TAX_PROVIDERS: Final = ("tp_system",)
REFUND_REASONS: Final = (
    ("shipping_issue", "Shipping Issue", "Refund due to lost, delayed, or misdelivered shipment"),
    (
        "customer_care_adjustment",
        "Customer Care Adjustment",
        "Refund given as goodwill or compensation for inconvenience",
    ),
    ("pricing_error", "Pricing Error", "Refund to correct an overcharge, missing discount, or incorrect price"),
)


@dataclass(frozen=True)
class FirstStart:
    """What later seeding and the caller need to know of it."""

    store_id: str
    sales_channel_id: str
    shipping_profile_id: str
    publishable_key: str | None


async def first_start(
    session: AsyncSession,
    *,
    payment_providers: Iterable[str],
    fulfillment_providers: Iterable[str] = FULFILLMENT_PROVIDERS,
    tax_providers: Iterable[str] = TAX_PROVIDERS,
) -> FirstStart:
    """Leave what the peer's first start leaves; again on a shop that has it, only the providers are brought up to date.

    Source: contract/README.md, "Replaying". A second first start at the same time waits for the first.
    """
    await run(session, "SET LOCAL lock_timeout = '60s'")  # a whole first start may be going on
    await run(session, "SELECT pg_advisory_xact_lock($1::bigint)", LOCK)
    await add_currencies(session, list(_currencies()))
    await add_countries(session, list(_rows("countries.csv")))
    await sync_providers(session, payment=payment_providers, fulfillment=fulfillment_providers, tax=tax_providers)
    store = await find_store(session) or await _open_store(session)
    return await _facts(session, store)


async def _open_store(session: AsyncSession) -> Store:
    channel = await create_sales_channel(session, "Default Sales Channel", "Created by Medusa")
    await create_publishable_key(session, "Default Publishable API Key", [channel.id], created_by="")
    store = await create_store(session, "Medusa Store", channel.id)
    await set_store_currencies(session, store.id, {"eur": True})
    await create_shipping_profile(session, "Default Shipping Profile", "default")
    reasons = [
        RefundReason(id=new_id("refr"), code=code, label=label, description=description)
        for code, label, description in REFUND_REASONS
    ]
    await save(session, *reasons)
    return store


async def _facts(session: AsyncSession, store: Store) -> FirstStart:
    """Read the store's channel, an active key of it and the first profile; a shop may have renamed them all."""
    token = (
        select(ApiKey.token)
        .join(ApiKeySalesChannel, ApiKeySalesChannel.api_key_id == ApiKey.id)
        .where(
            ApiKeySalesChannel.sales_channel_id == store.default_sales_channel_id,
            ApiKey.type == ApiKeyType.PUBLISHABLE,
            ApiKey.revoked_at.is_(None),
            ApiKey.deleted_at.is_(None),
        )
        .order_by(ApiKey.id)
    )
    profile = select(ShippingProfile.id).where(ShippingProfile.deleted_at.is_(None)).order_by(ShippingProfile.id)
    return FirstStart(
        store.id,
        store.default_sales_channel_id or "",
        (await session.scalars(profile)).first() or "",
        (await session.scalars(token)).first(),
    )


def _currencies() -> Iterator[dict[str, object]]:
    for row in _rows("currencies.csv"):
        yield {**row, "decimal_digits": int(row["decimal_digits"]), "rounding": Decimal(row["rounding"])}


def _rows(name: str) -> list[dict[str, str]]:
    text = files("operations.seed").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
