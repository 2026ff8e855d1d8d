"""Customers, and the payment methods that are kept for them."""

from __future__ import annotations

from http import HTTPStatus

from providers.sandbox.stripe import objects
from providers.sandbox.stripe.cards import card_of
from providers.sandbox.stripe.forms import flag
from providers.sandbox.stripe.intents import method_of
from providers.sandbox.stripe.problems import Json, Problem, invalid, not_possible
from providers.sandbox.stripe.store import Draft

FIELDS = ("email", "name", "phone", "description")


def create(draft: Draft, params: Json) -> Json:
    """Make a customer."""
    return update(draft, objects.customer(draft.now), params)


def update(draft: Draft, customer: Json, params: Json) -> Json:
    """Change a customer."""
    customer |= {name: params[name] or None for name in FIELDS if name in params}
    customer["metadata"] |= params.get("metadata", {})
    draft.put(customer)
    return customer


def delete(draft: Draft, customer: Json) -> Json:
    """Forget a customer and what was kept for them."""
    gone = {"id": customer["id"], "object": "customer", "deleted": True}
    draft.put(gone)
    for method in draft.store.all_of("payment_method"):
        if method["customer"] == customer["id"]:
            draft.put(method | {"customer": None})
    return gone


def attach(draft: Draft, method: Json, customer_id: str | None) -> Json:
    """Keep a payment method for a customer; detach it with None."""
    if customer_id is not None:
        draft.get("customer", customer_id)
    method["customer"] = customer_id
    draft.put(method)
    draft.tell("payment_method.attached" if customer_id else "payment_method.detached", method)
    return method


def begin_setup(draft: Draft, params: Json) -> Json:
    """Make a setup intent."""
    if customer := params.get("customer"):
        draft.get("customer", customer)
    enabled = flag(params.get("automatic_payment_methods", {}).get("enabled"))
    made = objects.setup_intent(
        draft.now,
        customer=customer,
        automatic_payment_methods={"enabled": enabled},
        metadata=dict(params.get("metadata", {})),
    )
    draft.put(made)
    draft.tell("setup_intent.created", made)
    return made


def confirm_setup(draft: Draft, setup: Json, params: Json) -> Json:
    """Keep the payment method that the shopper's browser brings."""
    if setup["status"] not in {"requires_payment_method", "requires_confirmation", "requires_action"}:
        raise not_possible("This SetupIntent is over.", "setup_intent_unexpected_state")
    token = params.get("payment_method")
    if not token:
        raise invalid("You cannot confirm this SetupIntent because it's missing a payment method.")
    method = method_of(draft, str(token))
    card = card_of(method["_token"])
    if card is not None and card.decline is not None:
        code, _, message = card.decline
        setup["last_setup_error"] = {"type": "card_error", "code": code, "message": message}
        draft.put(setup)
        draft.tell("setup_intent.setup_failed", setup)
        raise Problem(HTTPStatus.PAYMENT_REQUIRED, message, type="card_error", code=code, is_kept=True)
    setup |= {"payment_method": method["id"], "status": "succeeded", "last_setup_error": None}
    draft.put(setup)
    if setup["customer"]:
        attach(draft, method, setup["customer"])
    draft.tell("setup_intent.succeeded", setup)
    return setup


def cancel_setup(draft: Draft, setup: Json) -> Json:
    """End a setup intent for good."""
    setup["status"] = "canceled"
    draft.put(setup)
    draft.tell("setup_intent.canceled", setup)
    return setup
