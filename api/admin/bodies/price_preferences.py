"""Bodies of `/admin/price-preferences`."""

from __future__ import annotations

from api.body import Body


class AdminCreatePricePreference(Body):
    """What makes a price preference: `currency_code` or `region_id`, and whose prices it is about."""

    attribute: str
    value: str
    is_tax_inclusive: bool = False


class AdminUpdatePricePreference(Body):
    """What changes a price preference; what is left out stays."""

    attribute: str = ""
    value: str = ""
    is_tax_inclusive: bool = False
