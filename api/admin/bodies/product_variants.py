"""Bodies of `/admin/products/{id}/variants`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from api.body import Body, Flag, Number, Part, Record, Whole
from commerce.pricing.price_sets import PriceChange
from commerce.pricing.service import NewPrice, NewPriceRule
from commerce.product.types import Measures, NewVariant
from operations import link_inventory_items
from operations.link_inventory_items import PartsBatch
from operations.offer_variants import VariantOffer

Quantity = Annotated[Number, Field(gt=0)]
NAMED: Final = {each.name for each in fields(NewVariant)} - {"measures"}


def rules_of(rules: Mapping[str, str]) -> list[NewPriceRule]:
    """Return the conditions of a price, each attribute having one value."""
    return [NewPriceRule(attribute, value) for attribute, value in rules.items()]


class AdminCreateVariantPrice(Part):
    """A price of a new variant."""

    currency_code: str
    amount: Number
    min_quantity: Number | None = None
    max_quantity: Number | None = None
    rules: dict[str, str] = {}

    def new(self) -> NewPrice:
        """Return the price to create."""
        return NewPrice(self.amount, self.currency_code, self.min_quantity, self.max_quantity, rules_of(self.rules))


class AdminUpdateVariantPrice(Part):
    """A price that a variant is to have: one of its own by `id`, else a new one."""

    id: str | None = None
    currency_code: str = ""
    amount: Number = Decimal(0)
    min_quantity: Number | None = None
    max_quantity: Number | None = None
    rules: dict[str, str] = {}

    def change(self) -> PriceChange:
        """Return what is to become of it."""
        given = self.given()
        rules = rules_of(given.pop("rules")) if "rules" in given else None
        return PriceChange(given.pop("id", None), given, rules)


class AdminCreateVariantInventoryItem(Part):
    """An inventory item that a new variant is made of."""

    inventory_item_id: str
    required_quantity: Quantity


class Measured(Body):
    """What products and variants tell customs and carriers."""

    weight: Number | None = None
    length: Number | None = None
    height: Number | None = None
    width: Number | None = None
    hs_code: str | None = None
    mid_code: str | None = None
    origin_country: str | None = None
    material: str | None = None

    def measures(self) -> Measures:
        """Return them together."""
        return Measures(**{name: getattr(self, name) for name in Measured.model_fields})


class AdminCreateProductVariant(Measured):
    """What makes a variant; `options` maps an option's title to the chosen value."""

    title: str
    sku: str | None = None
    ean: str | None = None
    upc: str | None = None
    barcode: str | None = None
    allow_backorder: Flag = False
    manage_inventory: Flag = True
    variant_rank: Whole = 0
    metadata: Record | None = None
    prices: list[AdminCreateVariantPrice]
    options: dict[str, str] = {}
    inventory_items: list[AdminCreateVariantInventoryItem] = []

    def offer(self) -> VariantOffer:
        """Return the variant with its prices and what it is made of."""
        named = {name: value for name, value in dict(self).items() if name in NAMED}
        variant = NewVariant(**named, measures=self.measures())
        parts = [(part.inventory_item_id, part.required_quantity) for part in self.inventory_items]
        return VariantOffer(variant, [price.new() for price in self.prices], parts)


class AdminCreateVariant(AdminCreateProductVariant):
    """A variant to add to a product."""

    additional_data: Record | None = None


class AdminUpdateProductVariant(Measured):
    """What changes of a variant; `prices` are all that it has from now on, of `options` those named change."""

    id: str | None = None
    title: str = ""
    prices: list[AdminUpdateVariantPrice] = []
    sku: str | None = None
    ean: str | None = None
    upc: str | None = None
    barcode: str | None = None
    thumbnail: str | None = None
    allow_backorder: Flag = False
    manage_inventory: Flag = True
    variant_rank: Whole = 0
    metadata: Record | None = None
    options: dict[str, str] = {}

    def change(self) -> dict[str, Any]:
        """Return what is given, prices as what is to become of them."""
        given = self.given()
        if "prices" in given:
            given["prices"] = [price.change() for price in self.prices]
        given.pop("additional_data", None)
        return given

    def offer(self) -> VariantOffer:
        """Return it as a new variant. Errors: `invalid_data` for a price without amount or currency."""
        named = {name: value for name, value in self.given().items() if name in NAMED}
        return VariantOffer(
            NewVariant(**named, measures=self.measures()), [price.change().new() for price in self.prices]
        )


class AdminUpdateVariant(AdminUpdateProductVariant):
    """What changes of one variant."""

    additional_data: Record | None = None


class AdminBatchUpdateVariant(AdminUpdateProductVariant):
    """What changes of the variant `id`."""

    id: str


class AdminBatchVariants(Body):
    """Variants to create, change and delete."""

    create: list[AdminCreateProductVariant] = []
    update: list[AdminBatchUpdateVariant] = []
    delete: list[str] = []


class AdminChangeVariantImages(Body):
    """Pictures that are to show a variant, or no longer."""

    add: list[str] = []
    remove: list[str] = []


class AdminUpdateVariantPart(Body):
    """How many of an inventory item a variant needs."""

    required_quantity: Quantity


class AdminCreateVariantPart(AdminUpdateVariantPart):
    """An inventory item that a variant is to be made of."""

    inventory_item_id: str


class AdminVariantPart(AdminCreateVariantPart):
    """How many of an inventory item one of the variants needs."""

    variant_id: str


class AdminDeleteVariantPart(Body):
    """An inventory item that one of the variants is no longer made of."""

    inventory_item_id: str
    variant_id: str


class AdminBatchVariantParts(Body):
    """What variants are made of: to add, to change, to take away."""

    create: list[AdminVariantPart] = []
    update: list[AdminVariantPart] = []
    delete: list[AdminDeleteVariantPart] = []

    def parts(self) -> PartsBatch:
        """Return them as the operation takes them."""
        lists = (self.create, self.update, self.delete)
        return PartsBatch(*([link_inventory_items.Part(**dict(part)) for part in parts] for parts in lists))
