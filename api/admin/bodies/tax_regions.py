"""Bodies of `/admin/tax-regions`."""

from __future__ import annotations

from typing import Any

from api.body import Body, Number, Part, Record
from commerce.tax.service import NewTaxRate


class DefaultTaxRate(Part):
    """The rate that a region begins with, in per cent."""

    rate: Number | None = None
    code: str
    name: str
    is_combinable: bool = False
    metadata: Record | None = None


class AdminCreateTaxRegion(Body):
    """What makes a tax region."""

    country_code: str
    provider_id: str | None = None
    province_code: str | None = None
    parent_id: str | None = None
    default_tax_rate: DefaultTaxRate | None = None
    metadata: Record | None = None
    additional_data: Record | None = None

    def columns(self) -> dict[str, Any]:
        """Return what commerce.tax.service.create_tax_region takes; additional data is for plugins."""
        rate = self.default_tax_rate
        return {
            **{name: value for name, value in self if name not in {"default_tax_rate", "additional_data"}},
            "default_rate": NewTaxRate(**dict(rate), is_default=True) if rate is not None else None,
        }


class AdminUpdateTaxRegion(Body):
    """What changes a tax region; what is left out stays."""

    province_code: str | None = None
    provider_id: str = ""
    metadata: Record | None = None
