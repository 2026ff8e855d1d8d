"""The store, the currencies it sells in and the languages it speaks."""

from __future__ import annotations

from typing import Final

from commerce.store.models import Store, StoreCurrency, StoreLocale
from kit.query import LIVE, Resource, many, one, plain
from queries.currency import CURRENCY

SUPPORTED_CURRENCY: Final[Resource] = Resource(
    StoreCurrency,
    key="store_currency",
    plural="supported_currencies",
    relations={"currency": one(lambda: CURRENCY, on="currency_code", to="code", where=LIVE)},
)
SUPPORTED_LOCALE: Final[Resource] = Resource(StoreLocale, key="store_locale", plural="supported_locales")
STORE: Final[Resource] = Resource(
    Store,
    key="store",
    plural="stores",
    defaults=(
        *("id", "name", "*supported_currencies", "*supported_currencies.currency", "default_sales_channel_id"),
        *("default_region_id", "default_location_id", "metadata", "created_at", "updated_at"),
    ),
    filters=plain("id", "name"),
    search=("name",),
    combines=True,
    with_deleted=True,
    relations={
        "supported_currencies": many(lambda: SUPPORTED_CURRENCY, on="store_id", where=LIVE),
        "supported_locales": many(lambda: SUPPORTED_LOCALE, on="store_id", where=LIVE),
    },
)
