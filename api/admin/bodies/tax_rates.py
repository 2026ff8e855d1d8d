"""Bodies of `/admin/tax-rates`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from api.body import Body, Number, Part, Record
from commerce.tax.service import NewTaxRate

Reference = Literal["product", "product_type", "shipping_option"]


class TaxRateRule(Part):
    """What a rate is limited to."""

    reference: Reference
    reference_id: str


class AdminCreateTaxRate(Body):
    """What makes a tax rate, in per cent."""

    rate: Number | None = None
    code: str
    rules: list[TaxRateRule] = []
    name: str
    is_default: bool = False
    is_combinable: bool = False
    tax_region_id: str
    metadata: Record | None = None

    def new(self) -> NewTaxRate:
        """Return the rate to create."""
        return NewTaxRate(
            self.name, self.code, self.rate, self.is_default, self.is_combinable, _pairs(self.rules), self.metadata
        )


class AdminUpdateTaxRate(Body):
    """What changes a tax rate; what is left out stays, rules are replaced."""

    rate: Number | None = None
    code: str = ""
    rules: list[TaxRateRule] = []
    name: str = ""
    is_default: bool = False
    is_combinable: bool = False
    metadata: Record | None = None

    def given(self) -> dict[str, Any]:
        """Return what the caller sent, rules as pairs."""
        given = super().given()
        return {**given, "rules": _pairs(self.rules)} if "rules" in given else given


class AdminCreateTaxRateRule(Body):
    """One thing more that a rate is limited to."""

    reference: Reference
    reference_id: str


def _pairs(rules: Sequence[TaxRateRule]) -> list[tuple[str, str]]:
    return [(rule.reference, rule.reference_id) for rule in rules]
