"""Customers as the system provider knows them: by our own id, with nothing saved."""

from __future__ import annotations

from collections.abc import Sequence

from commerce.payment.accounts import Account, Customer, SavedMethod
from commerce.payment.port import Refused


class SystemAccounts:
    """Meets PaymentAccounts as Medusa's manual provider does; nothing outside PostgreSQL is asked."""

    async def save_account(self, customer: Customer) -> Account:
        """Answer with the customer's own id."""
        return Account(external_id=customer.customer_id, data={})

    async def delete_account(self, customer: Customer) -> None:
        """Forget nothing, since nothing is remembered."""

    async def saved_methods(self, customer: Customer) -> Sequence[SavedMethod]:  # noqa: ARG002 - the port's
        """Return none: there is no card to keep."""
        return ()

    async def save_method(self, customer: Customer, key: str) -> SavedMethod:  # noqa: ARG002 - the port's
        """Refuse: there is no card to keep."""
        raise Refused("The system payment provider keeps no cards.")
