"""Stripe's objects as its API shows them; keys that begin with `_` are the stand-in's own and never shown."""

from __future__ import annotations

import secrets
from typing import Any, Final

from providers.sandbox.stripe.cards import Card
from providers.sandbox.stripe.problems import Json

API_VERSION: Final = "2026-10-28.endive"
KINDS: Final = {
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "customer": "cus",
    "payment_method": "pm",
    "setup_intent": "seti",
    "event": "evt",
    "dispute": "dp",
    "balance_transaction": "txn",
}


def new(kind: str, created: int, **fields: Any) -> Json:  # noqa: ANN401 - JSON
    """Return an object with the fields that all have."""
    id_ = f"{KINDS[kind]}_{secrets.token_hex(12)}"
    return {"id": id_, "object": kind, "created": created, "livemode": False, **fields}


def secret_of(id_: str) -> str:
    """Return a new client secret."""
    return f"{id_}_secret_{secrets.token_hex(12)}"


def payment_intent(created: int, **fields: Any) -> Json:  # noqa: ANN401 - JSON
    """Return an intent that waits for a way to pay."""
    made = new(
        "payment_intent",
        created,
        amount_capturable=0,
        amount_received=0,
        application=None,
        application_fee_amount=None,
        canceled_at=None,
        cancellation_reason=None,
        confirmation_method="automatic",
        description=None,
        last_payment_error=None,
        latest_charge=None,
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_options={},
        payment_method_types=["card"],
        processing=None,
        receipt_email=None,
        review=None,
        shipping=None,
        source=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=None,
        **fields,
    )
    return made | {"client_secret": secret_of(made["id"])}


def charge(intent: Json, created: int, card: Card, **fields: Any) -> Json:  # noqa: ANN401 - JSON
    """Return what an attempt to pay made of an intent."""
    return new(
        "charge",
        created,
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details={"address": _address(), "email": None, "name": None, "phone": None},
        calculated_statement_descriptor="STAND-IN",
        currency=intent["currency"],
        customer=intent["customer"],
        description=None,
        disputed=False,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        on_behalf_of=None,
        outcome=None,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details=_details(card),
        receipt_email=None,
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        review=None,
        shipping=None,
        source_transfer=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        transfer_data=None,
        transfer_group=None,
        **fields,
    )


def refund(of: Json, created: int, amount: int, **fields: Any) -> Json:  # noqa: ANN401 - JSON
    """Return a refund of a charge."""
    base: Json = {
        "balance_transaction": None,
        "metadata": {},
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "transfer_reversal": None,
    }
    about = {"amount": amount, "charge": of["id"], "currency": of["currency"], "payment_intent": of["payment_intent"]}
    made = new("refund", created, **base | about | fields)
    del made["livemode"]  # a refund has none
    return made


def payment_method(created: int, card: Card, token: str) -> Json:
    """Return a way to pay; `_token` remembers how it behaves."""
    shown = {**_details(card)[card.kind], "checks": None, "networks": None, "three_d_secure_usage": {"supported": True}}
    for name in ("capture_before", "multicapture", "three_d_secure", "overcapture"):
        shown.pop(name, None)
    details = {"address": _address(), "email": None, "name": None, "phone": None}
    fields: Json = {"billing_details": details, "customer": None, "metadata": {}, "type": card.kind}
    return new("payment_method", created, **fields, **{card.kind: shown}, _token=token)


def balance_transaction(source: Json, created: int, amount: int, fee: int, kind: str) -> Json:
    """Return what a movement did to the shop's balance."""
    made = new(
        "balance_transaction",
        created,
        amount=amount,
        available_on=created + 2 * 86400,
        currency=source["currency"],
        description=None,
        exchange_rate=None,
        fee=fee,
        fee_details=[],
        net=amount - fee,
        reporting_category=kind,
        source=source["id"],
        status="pending",
        type=kind,
    )
    del made["livemode"]
    return made


def dispute(of: Json, created: int, amount: int, status: str) -> Json:
    """Return a shopper's complaint about a charge."""
    return new(
        "dispute",
        created,
        amount=amount,
        balance_transactions=[],
        charge=of["id"],
        currency=of["currency"],
        evidence={},
        evidence_details={
            "due_by": created + 9 * 86400,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=status.startswith("warning"),
        metadata={},
        payment_intent=of["payment_intent"],
        reason="fraudulent",
        status=status,
    )


def customer(created: int, **fields: Any) -> Json:  # noqa: ANN401 - JSON
    """Return a customer."""
    base: Json = {
        "address": None,
        "balance": 0,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": secrets.token_hex(4).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    return new("customer", created, **base | fields)


def setup_intent(created: int, **fields: Any) -> Json:  # noqa: ANN401 - JSON
    """Return the wish to keep a way to pay."""
    base: Json = {
        "application": None,
        "cancellation_reason": None,
        "customer": None,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    made = new("setup_intent", created, **base | fields)
    return made | {"client_secret": secret_of(made["id"])}


def event(created: int, kind: str, about: Json, key: str | None) -> Json:
    """Return what happened, with the object as it was then."""
    return new(
        "event",
        created,
        api_version=API_VERSION,
        data={"object": shown(about)},
        pending_webhooks=1,
        request={"id": f"req_{secrets.token_hex(7)}", "idempotency_key": key},
        type=kind,
    )


def shown(found: Json) -> Json:
    """Return an object without what is the stand-in's own."""
    return {name: part for name, part in found.items() if not name.startswith("_")}


def _address() -> Json:
    return dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def _details(card: Card) -> Json:
    if card.kind != "card":
        account: Json = {"account_type": "checking", "bank_name": "STRIPE TEST BANK", "last4": card.last4}
        return {"type": card.kind, card.kind: account}
    found: Json = {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"fp{card.last4}",
        "funding": "credit",
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "three_d_secure": None,
        "wallet": None,
    }
    return {"type": "card", "card": found}
