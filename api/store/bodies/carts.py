"""Bodies of `/store/carts` (contract: endpoints.csv)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.address import Address
from api.body import Body, CardlessRecord, Email, Number, Part
from commerce.cart.rules import NewItem
from operations.set_shipping_methods import ChosenOption

Quantity = Annotated[Number, Field(gt=0)]
QuantityOrNone = Annotated[Number, Field(ge=0)]


class AddressOfCart(Address):
    """An address, or with the id of the current one the fields to change in it."""

    model_config = Part.model_config

    id: str | None = None


class Item(Part):
    """A variant to start with."""

    variant_id: str
    quantity: Quantity
    metadata: CardlessRecord | None = None


class StoreCreateCart(Body):
    """What a new cart is made of; nothing is needed. An address may be the id of one that the customer keeps."""

    region_id: str | None = None
    shipping_address: Address | str | None = None
    billing_address: Address | str | None = None
    email: Email | None = None
    currency_code: str | None = None
    items: list[Item] = Field(default_factory=list)
    promo_codes: list[str] = Field(default_factory=list)
    sales_channel_id: str | None = None
    metadata: CardlessRecord | None = None
    locale: str | None = None
    additional_data: CardlessRecord | None = None

    def new_items(self) -> tuple[NewItem, ...]:
        """Return the lines to add."""
        return tuple(NewItem(item.variant_id, item.quantity, item.metadata) for item in self.items)


class StoreUpdateCart(Body):
    """What changes of a cart."""

    region_id: str | None = None
    email: Email | None = None
    billing_address: AddressOfCart | None = None
    shipping_address: AddressOfCart | None = None
    promo_codes: list[str] = Field(default_factory=list)
    sales_channel_id: str | None = None
    metadata: CardlessRecord | None = None
    locale: str | None = None
    additional_data: CardlessRecord | None = None


class StoreAddLineItem(Body):
    """A line to add."""

    variant_id: str
    quantity: Quantity
    metadata: CardlessRecord | None = None

    def item(self) -> NewItem:
        """Return the line to add."""
        return NewItem(self.variant_id, self.quantity, self.metadata)


class StoreUpdateLineItem(Body):
    """A line's new quantity; 0 removes it."""

    quantity: QuantityOrNone
    metadata: CardlessRecord | None = None


class StoreShippingMethod(Part):
    """A shipping option to choose."""

    option_id: str
    data: CardlessRecord = Field(default_factory=dict)

    def chosen(self) -> ChosenOption:
        """Return the choice."""
        return ChosenOption(self.option_id, self.data)


class StorePromotionCodes(Body):
    """Promotion codes to add or to take away."""

    promo_codes: list[str]


class StoreAddLineItems(Body):
    """Lines to add at once."""

    items: list[StoreAddLineItem] = Field(min_length=1, max_length=100)


class Nothing(Body):
    """A body without keys."""


class StoreCalculateTaxes(Body):
    """What the peer takes here; the query says which fields are answered."""

    fields: str | None = None
