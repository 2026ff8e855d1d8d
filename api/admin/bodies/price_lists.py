"""Bodies of `/admin/price-lists`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from api.body import Body, Moment, Number, Part, Record
from commerce.pricing.service import NewPrice, NewPriceRule
from operations.change_price_list_prices import VariantPriceChange

Status = Literal["active", "draft"]
Type = Literal["sale", "override"]


class CreateListPrice(Part):
    """A price of a variant, in major units."""

    currency_code: str
    amount: Number
    variant_id: str
    min_quantity: Number | None = None
    max_quantity: Number | None = None
    rules: dict[str, str] = {}

    def new(self) -> tuple[str, NewPrice]:
        """Return the variant and its price."""
        rules = _rules(self.rules)
        return self.variant_id, NewPrice(
            self.amount, self.currency_code, self.min_quantity, self.max_quantity, rules=rules
        )


class UpdateListPrice(Part):
    """What changes of a price; what is left out stays."""

    id: str
    currency_code: str = ""
    amount: Number = Decimal(0)
    variant_id: str
    min_quantity: Number | None = None
    max_quantity: Number | None = None
    rules: dict[str, str] = {}

    def change(self) -> VariantPriceChange:
        """Return what the caller sent."""
        given = self.given()
        rules = _rules(given.pop("rules")) if "rules" in given else None
        return VariantPriceChange(given.pop("id"), given.pop("variant_id"), given, rules)


class AdminCreatePriceList(Body):
    """What makes a price list; `rules` maps an attribute to the values of which one must match."""

    title: str
    description: str
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    status: Status = "draft"
    type: Type = "sale"
    rules: dict[str, list[str]] = {}
    prices: list[CreateListPrice] = []
    metadata: Record | None = None

    def list_and_prices(self) -> dict[str, Any]:
        """Return what operations.create_price_list takes."""
        return {**dict(self), "prices": [price.new() for price in self.prices]}


class AdminUpdatePriceList(Body):
    """What changes a price list; what is left out stays."""

    title: str = ""
    description: str | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    status: Status = "draft"
    type: Type = "sale"
    rules: dict[str, list[str]] = {}
    metadata: Record | None = None


class AdminBatchPriceListPrices(Body):
    """Prices of a list to create, change and delete at once."""

    create: list[CreateListPrice] = []
    update: list[UpdateListPrice] = []
    delete: list[str] = []

    def changes(self) -> dict[str, Any]:
        """Return what operations.change_price_list_prices takes."""
        return {
            "create": [price.new() for price in self.create],
            "update": [price.change() for price in self.update],
            "delete": self.delete,
        }


class AdminRemoveProducts(Body):
    """The products whose prices a list no longer has."""

    remove: list[str] = []


def _rules(given: dict[str, str]) -> list[NewPriceRule]:
    return [NewPriceRule(attribute, value) for attribute, value in given.items()]
