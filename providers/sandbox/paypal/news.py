"""What the stand-in tells of what happened, as PayPal's webhooks do."""

from __future__ import annotations

from typing import Final

from providers.sandbox.paypal import shapes
from providers.sandbox.paypal.book import Change
from providers.sandbox.paypal.records import Authorization, Capture, Dispute, Order, Refund

CAPTURES: Final = {"PENDING": "PENDING", "DECLINED": "DENIED", "COMPLETED": "COMPLETED"}
REFUNDS: Final = {"PENDING": "REFUND.PENDING", "FAILED": "REFUND.FAILED", "COMPLETED": "CAPTURE.REFUNDED"}


def approved(change: Change, order: Order, base_url: str) -> None:
    """Tell that the shopper approved an order."""
    resource = shapes.order(change, order, base_url)
    change.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", "An order has been approved by buyer", resource)


def paid(change: Change, order: Order, base_url: str) -> None:
    """Tell what was made of an approved order."""
    for one in change.of_order(Authorization, order.id):
        authorised(change, one, base_url)
    for taken in change.of_order(Capture, order.id):
        captured(change, taken, base_url)


def authorised(change: Change, one: Authorization, base_url: str) -> None:
    """Tell of an authorisation."""
    word = "VOIDED" if one.status == "VOIDED" else "CREATED"
    resource = shapes.authorization(change, one, base_url)
    change.tell(
        f"PAYMENT.AUTHORIZATION.{word}", "authorization", f"A payment authorization was {word.lower()}", resource
    )


def captured(change: Change, one: Capture, base_url: str) -> None:
    """Tell of a capture."""
    word = CAPTURES[one.status]
    resource = shapes.capture(change, one, base_url)
    change.tell(f"PAYMENT.CAPTURE.{word}", "capture", f"Payment {word.lower()}", resource)


def refunded(change: Change, one: Refund, base_url: str) -> None:
    """Tell of a refund."""
    resource = shapes.refund(change, one, base_url)
    change.tell(f"PAYMENT.{REFUNDS[one.status]}", "refund", f"A refund is {one.status.lower()}", resource)


def disputed(change: Change, one: Dispute, word: str, base_url: str) -> None:
    """Tell of a dispute: `word` is CREATED, UPDATED or RESOLVED."""
    resource = shapes.dispute(change, one, base_url)
    change.tell(f"CUSTOMER.DISPUTE.{word}", "dispute", f"A dispute was {word.lower()}", resource)
