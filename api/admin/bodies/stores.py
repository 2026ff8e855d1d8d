"""Bodies of `/admin/stores`."""

from __future__ import annotations

from api.body import Body, Part, Record


class SupportedCurrency(Part):
    """A currency that the store sells in; what the answer shows of one may be sent back."""

    currency_code: str
    is_default: bool = False
    is_tax_inclusive: bool = False


class SupportedLocale(Part):
    """A language that the store speaks."""

    locale_code: str


class AdminUpdateStore(Body):
    """What changes a store; what is left out stays."""

    name: str = ""
    supported_currencies: list[SupportedCurrency] = []
    supported_locales: list[SupportedLocale] = []
    default_sales_channel_id: str | None = None
    default_region_id: str | None = None
    default_location_id: str | None = None
    metadata: Record | None = None
