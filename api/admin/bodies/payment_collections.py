"""Bodies of `/admin/payment-collections`."""

from __future__ import annotations

from pydantic import Field

from api.body import Body, CardlessRecord, Number


class AdminCreatePaymentCollection(Body):
    """What is to be paid for an order beside its cart's total."""

    order_id: str
    amount: Number


class AdminMarkPaymentCollectionPaid(Body):
    """Whose order it is."""

    order_id: str
    provider_id: str | None = None


class AdminCreatePaymentSession(Body):
    """The provider to pay with, and what it is told."""

    provider_id: str
    data: CardlessRecord = Field(default_factory=dict)


class AdminAuthorizePaymentSession(Body):
    """The session to charge."""

    payment_session_id: str
