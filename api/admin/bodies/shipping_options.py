"""Bodies of `/admin/shipping-options`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import model_validator

from api.body import Body, Number, Part, Record
from commerce.fulfillment.models import PriceType
from commerce.fulfillment.options import NewOptionType, NewShippingOption, OptionRule
from commerce.pricing.service import NewPriceRule
from operations.shipping_prices import ShippingPrice

RuleOperator = Literal["in", "eq", "ne", "gt", "gte", "lt", "lte", "nin"]


class PriceRule(Part):
    """From or up to which value of the cart a price holds."""

    attribute: Literal["item_total"]
    operator: Literal["gte", "lte", "gt", "lt", "eq"]
    value: Number

    def rule(self) -> NewPriceRule:
        """Return the rule; its value is kept as text, exact."""
        return NewPriceRule(self.attribute, format(self.value.normalize(), "f"), self.operator)


class CreatedPrice(Body):
    """A price for a currency, or for a region in its currency."""

    currency_code: str | None = None
    region_id: str | None = None
    amount: Number
    rules: list[PriceRule] | None = None

    @model_validator(mode="after")
    def _is_of_one(self) -> CreatedPrice:
        if (self.currency_code is None) == (self.region_id is None):
            raise ValueError("A price needs either a currency_code or a region_id")
        return self

    def price(self) -> ShippingPrice:
        """Return the price to create."""
        return shipping_price(self)


class ChangedPrice(Body):
    """A price: the one with this `id`, of which what is left out stays, or a new one."""

    id: str | None = None
    currency_code: str | None = None
    region_id: str | None = None
    amount: Number | None = None
    rules: list[PriceRule] | None = None

    def price(self) -> ShippingPrice:
        """Return the price to change or create."""
        return shipping_price(self, self.id)


def shipping_price(body: CreatedPrice | ChangedPrice, id_: str | None = None) -> ShippingPrice:
    """Return the price that the body names."""
    rules = None if body.rules is None else [rule.rule() for rule in body.rules]
    amount: Decimal | None = body.amount
    return ShippingPrice(amount, body.currency_code, body.region_id, rules, id_)


class OptionType(Body):
    """A label that is made together with its option."""

    label: str
    description: str | None = None
    code: str

    def new(self) -> NewOptionType:
        """Return the label to create."""
        return NewOptionType(**dict(self))


class CreatedRule(Body):
    """A condition under which the option is offered."""

    operator: RuleOperator
    attribute: str
    value: str | list[str]

    def rule(self) -> OptionRule:
        """Return the rule."""
        return OptionRule(**dict(self))


class KeptRule(CreatedRule):
    """A condition: the one with this `id`, or a new one."""

    id: str | None = None


class ChangedRule(CreatedRule):
    """The condition with this `id`, as it is to be."""

    id: str


class AdminCreateShippingOption(Body):
    """What makes an option; its label is one that is there, or a new one."""

    name: str
    service_zone_id: str
    shipping_profile_id: str
    data: Record | None = None
    price_type: Literal["calculated", "flat"]
    provider_id: str
    type: OptionType | None = None
    type_id: str | None = None
    prices: list[CreatedPrice]
    rules: list[CreatedRule] = []
    metadata: Record | None = None

    @model_validator(mode="after")
    def _has_one_type(self) -> AdminCreateShippingOption:
        if (self.type is None) == (self.type_id is None):
            raise ValueError("Exactly one of 'type' or 'type_id' must be provided")
        return self

    def option(self) -> NewShippingOption:
        """Return the option to create."""
        return NewShippingOption(
            self.name,
            self.service_zone_id,
            self.shipping_profile_id,
            self.provider_id,
            type_id=self.type_id,
            type=None if self.type is None else self.type.new(),
            price_type=PriceType(self.price_type),
            rules=[rule.rule() for rule in self.rules],
            data=self.data,
            metadata=self.metadata,
        )


class AdminUpdateShippingOption(Body):
    """What changes an option; `prices` and `rules` are then the only ones."""

    name: str = ""
    data: Record = {}
    price_type: Literal["calculated", "flat"] = "flat"
    provider_id: str = ""
    shipping_profile_id: str = ""
    type: OptionType | None = None
    type_id: str | None = None
    prices: list[ChangedPrice] | None = None
    rules: list[KeptRule] | None = None
    metadata: Record | None = None

    def columns(self) -> dict[str, Any]:
        """Return the option's own columns that were given."""
        others = {"type", "type_id", "prices", "rules"}
        return {name: value for name, value in self.given().items() if name not in others}

    def parts(self) -> dict[str, Any]:
        """Return what is given beside the columns, as `update_shipping_option` takes it."""
        return {
            "type_id": self.type_id,
            "type_": None if self.type is None else self.type.new(),
            "prices": None if self.prices is None else [price.price() for price in self.prices],
            "rules": None if self.rules is None else [rule.rule() for rule in self.rules],
        }


class AdminBatchShippingOptionRules(Body):
    """Rules to create, to change, and to delete by id."""

    create: list[CreatedRule] = []
    update: list[ChangedRule] = []
    delete: list[str] = []

    def rules(self) -> dict[str, Any]:
        """Return what `batch_rules` takes."""
        return {
            "create": [rule.rule() for rule in self.create],
            "update": [rule.rule() for rule in self.update],
            "delete": self.delete,
        }
