"""Regions and their countries."""

from __future__ import annotations

from typing import Final

from commerce.payment.models import PaymentProvider
from commerce.region.models import Country, Region
from kit.query import LIVE, Kind, Link, Resource, many, ops, plain

COUNTRY: Final[Resource] = Resource(Country, key="country", plural="countries")
PAYMENT_PROVIDER: Final[Resource] = Resource(PaymentProvider, key="payment_provider", plural="payment_providers")

_DEFAULTS: Final = ("id", "name", "currency_code", "created_at", "updated_at", "deleted_at", "metadata", "*countries")

REGION: Final[Resource] = Resource(
    Region,
    key="region",
    plural="regions",
    defaults=(*_DEFAULTS, "automatic_taxes"),
    filters={
        **plain("id", "currency_code", "name"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("name", "currency_code"),
    combines=True,
    with_deleted=True,
    relations={
        "countries": many(lambda: COUNTRY, on="region_id", where=LIVE),
        "payment_providers": many(
            lambda: PAYMENT_PROVIDER,
            on=Link("region_payment_provider", parent="region_id", target="payment_provider_id"),
            where=LIVE,
        ),
    },
)
STORE_REGION: Final[Resource] = REGION.but(
    defaults=_DEFAULTS,
    filters=plain("id", "currency_code", "name"),
    idle=("with_deleted",),
    allowed=(
        *(f"countries.{name}" for name in ("display_name", "id", "iso_2", "iso_3", "name", "num_code")),
        *("payment_providers", "payment_providers.id", "payment_providers.is_enabled"),
    ),
)
STORE_PAYMENT_PROVIDER: Final = PAYMENT_PROVIDER.but(
    defaults=("id", "is_enabled"), allowed=(), accepts=("region_id",), idle=("with_deleted",), limit=20
)
OF_REGION: Final = (
    LIVE,
    """{t}.is_enabled AND EXISTS (SELECT FROM region_payment_provider l
    WHERE l.payment_provider_id = {t}.id AND l.region_id = :region_id::text)""",
)
"""The payment providers that a storefront may offer in a region."""
