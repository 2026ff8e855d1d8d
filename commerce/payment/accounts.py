"""Part of the payment port: customers, and the cards that a provider keeps for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as a provider may know them; `holder_id` is our account holder's id and the key of the call."""

    holder_id: str
    customer_id: str
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    external_id: str | None = None  # the provider's own id, once it has one
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer as the provider has them; `data` is kept with the account holder."""

    external_id: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMethod:
    """A way to pay that a provider keeps for a customer; `data` shows what the shopper may see of it."""

    id: str
    data: dict[str, Any]


class PaymentAccounts(Protocol):
    """What a provider can do that keeps customers and their cards; errors as those of PaymentProvider."""

    async def save_account(self, customer: Customer) -> Account:
        """Make the provider's customer, or bring it up to date; repeated with the same `holder_id`: the same one."""

    async def delete_account(self, customer: Customer) -> None:
        """Forget the customer and what was saved for them."""

    async def saved_methods(self, customer: Customer) -> Sequence[SavedMethod]:
        """Return what the customer may pay with again."""

    async def save_method(self, customer: Customer, key: str) -> SavedMethod:
        """Begin to save a way to pay without paying; the browser ends it with what is in `data`.

        Repeated with the same key: the same beginning.
        """
