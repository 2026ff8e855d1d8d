"""Bodies of `/admin/regions`."""

from __future__ import annotations

from api.body import Body, Record


class AdminCreateRegion(Body):
    """What makes a region."""

    name: str
    currency_code: str
    countries: list[str] = []
    automatic_taxes: bool = True
    is_tax_inclusive: bool = False
    payment_providers: list[str] = []
    metadata: Record | None = None


class AdminUpdateRegion(Body):
    """What changes a region; what is left out stays."""

    name: str = ""
    currency_code: str = ""
    countries: list[str] = []
    automatic_taxes: bool = True
    is_tax_inclusive: bool = False
    payment_providers: list[str] = []
    metadata: Record | None = None
