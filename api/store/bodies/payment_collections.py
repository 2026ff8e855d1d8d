"""Bodies of `/store/payment-collections` (contract: endpoints.csv)."""

from __future__ import annotations

from pydantic import Field

from api.body import Body, CardlessRecord


class StoreCreatePaymentCollection(Body):
    """The cart that is to be paid."""

    cart_id: str


class StoreInitializePaymentSession(Body):
    """The provider to pay with, and what it is told."""

    provider_id: str
    data: CardlessRecord = Field(default_factory=dict)
