"""Customers at Stripe, and the cards that it keeps for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import stripe
from stripe.params import CustomerCreateParams, CustomerUpdateParams

from commerce.payment.accounts import Account, Customer, SavedMethod
from commerce.payment.port import Refused
from providers.stripe.answers import No, settled
from providers.stripe.client import StripeConnection
from providers.stripe.intents import understood
from providers.stripe.movements import PAGE, every

SHOWN: Final = ("id", "object", "created", "email", "livemode", "name", "phone")
SHOWN_OF_METHOD: Final = ("id", "object", "type", "created", "livemode")
SHOWN_OF_CARD: Final = ("brand", "last4", "exp_month", "exp_year", "funding", "country")


class StripeAccounts:
    """Meets PaymentAccounts."""

    def __init__(self, connection: StripeConnection) -> None:
        self._connection = connection

    async def save_account(self, customer: Customer) -> Account:
        """Make the customer, or tell Stripe of a changed address.

        What the making sends is the same for ever, so that its key can be repeated whatever the customer changes.
        """
        customers = self._connection.v1.customers
        try:
            external_id = customer.external_id
            if external_id is None:
                params: CustomerCreateParams = {
                    "metadata": {"account_holder_id": customer.holder_id, "customer_id": customer.customer_id}
                }
                key = f"account:{customer.holder_id}"
                external_id = (await settled(customers.create_async(params, {"idempotency_key": key}))).id
            found = await settled(customers.update_async(external_id, _details(customer)))
        except No as no:
            raise Refused(no.message) from None
        with understood():
            whole = found.to_dict(for_json=True)
            return Account(external_id=found.id, data={name: whole.get(name) for name in SHOWN})

    async def delete_account(self, customer: Customer) -> None:
        """Delete the customer with their cards; one that Stripe does not have is deleted."""
        if customer.external_id is None:
            return
        try:
            await settled(self._connection.v1.customers.delete_async(customer.external_id))
        except No as no:
            if not no.is_missing:
                raise Refused(no.message) from None

    async def saved_methods(self, customer: Customer) -> Sequence[SavedMethod]:
        """Return the ways to pay that Stripe keeps, the newest first."""
        if customer.external_id is None:
            return ()
        service = self._connection.v1.customers.payment_methods
        try:
            found = await every(service.list_async(customer.external_id, {"limit": PAGE}))
        except No as no:
            if no.is_missing:
                return ()
            raise Refused(no.message) from None
        with understood():
            return [SavedMethod(id=one.id, data=_shown(one)) for one in found]

    async def save_method(self, customer: Customer, key: str) -> SavedMethod:
        """Begin to save a card: the browser confirms the setup intent with the client secret in `data`."""
        if customer.external_id is None:
            raise Refused("Stripe does not know this customer yet.")
        call = self._connection.v1.setup_intents.create_async(
            {"customer": customer.external_id, "automatic_payment_methods": {"enabled": True}},
            {"idempotency_key": f"setup:{key}"},
        )
        try:
            found = await settled(call)
        except No as no:
            raise Refused(no.message) from None
        with understood():
            shown = {"id": found.id, "object": found.object, "status": found.status}
            return SavedMethod(id=found.id, data={**shown, "client_secret": found.client_secret})


def _details(customer: Customer) -> CustomerUpdateParams:
    details: CustomerUpdateParams = {}
    if customer.email:
        details["email"] = customer.email
    if customer.name:
        details["name"] = customer.name
    if customer.phone:
        details["phone"] = customer.phone
    return details


def _shown(found: stripe.PaymentMethod) -> dict[str, Any]:
    whole = found.to_dict(for_json=True)
    card = whole.get("card")
    shown = {name: whole.get(name) for name in SHOWN_OF_METHOD}
    return shown | ({"card": {name: card.get(name) for name in SHOWN_OF_CARD}} if card else {})
