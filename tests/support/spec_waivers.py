"""Where a vendor's own file is wrong, or older than the API that we speak: each place by name, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Waiver:
    """A place of one operation (both with `*` as in file names) at which the file is not to be believed."""

    operation: str
    place: str
    reason: str


STRIPE_2023: Final = "stripe-2023-08-16.json"
PAYPAL_ORDERS: Final = "paypal-checkout-orders-v2.json"
PAYPAL_PAYMENTS: Final = "paypal-payments-v2.json"
PAYPAL_HOOKS: Final = "paypal-notifications-webhooks-v1.json"
_BUSY: Final = Waiver("*", "answer 429.*", "PayPal's guide to rate limits has this answer, its files have no 429")

WAIVERS: Final[dict[str, tuple[Waiver, ...]]] = {
    STRIPE_2023: (
        Waiver(
            "* /v1/payment_intents*",
            "answer 200.latest_charge.balance_transaction",
            "the file was cut to ids where a field can be expanded, and we expand this one for the fee",
        ),
        Waiver(
            "POST /v1/payment_intents",
            "body.payment_method_options.card.request_multicapture",
            "in the API since 2023-10, the file is of 2023-08",
        ),
        Waiver("POST /v1/payment_intents/{intent}/capture", "body.final_capture", "as above"),
    ),
    PAYPAL_ORDERS: (
        Waiver(
            "* /v2/checkout/orders*",
            "*.payment_source.paypal.experience_context.payment_method_selected",
            "PayPal's own example sends it, its schema does not have it",
        ),
        _BUSY,
        Waiver(
            "POST /v2/checkout/orders/{id}/authorize",
            "answer 422.details.0.*",
            "INSTRUMENT_DECLINED: PayPal's page of errors has it here too, the file only for create and capture",
        ),
    ),
    PAYPAL_PAYMENTS: (_BUSY,),
}
