"""Make a provider know the customer who pays, where it keeps customers; awaited by the request: no money moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog

from commerce.payment.accounts import Account, Customer, PaymentAccounts
from commerce.payment.port import PaymentProvider, ProviderError, Unknown
from kit.db import Database
from operations.account_holder import Payer, load_payer, record_holder, settle_holder

log = structlog.get_logger(__name__)

DEADLINE: Final = 3.0  # seconds a shopper waits for an account that they may never use


class AccountHolderActivities:
    """The steps of an account; a method is one read, one transaction or one provider call."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider]) -> None:
        self._database = database
        self._providers = providers

    def accounts_of(self, provider_id: str) -> PaymentAccounts | None:
        """Return what keeps customers at the provider."""
        provider = self._providers.get(provider_id)
        return None if provider is None else provider.accounts

    async def load(self, customer_id: str, provider_id: str) -> Payer | None:
        """Read who pays."""
        async with self._database.reading() as connection:
            return await load_payer(connection, customer_id, provider_id)

    async def record(self, payer: Payer) -> Customer:
        """Commit the wish."""
        return await self._database.transact(lambda session: record_holder(session, payer))

    async def save(self, accounts: PaymentAccounts, customer: Customer) -> Account:
        """Ask the provider; ProviderError, Unknown after the deadline."""
        try:
            async with asyncio.timeout(DEADLINE):
                return await accounts.save_account(customer)
        except TimeoutError as error:
            raise Unknown(f"There was no answer within {DEADLINE:g} s.") from error

    async def settle(self, customer: Customer, account: Account) -> None:
        """Commit the provider's answer."""
        await self._database.transact(lambda session: settle_holder(session, customer, account))


async def payer_context(steps: AccountHolderActivities, customer_id: str | None, provider_id: str) -> dict[str, Any]:
    """Return the context of a signed-in customer's session, with their account at the provider (contract section 14).

    Another than the peer: when the provider does not make the account, the customer pays as a guest would.
    """
    payer = None if customer_id is None else await steps.load(customer_id, provider_id)
    if payer is None:
        return {}
    accounts = steps.accounts_of(provider_id)
    if accounts is None or payer.is_up_to_date:
        return payer.as_context()
    customer = await steps.record(payer)
    try:
        await steps.settle(customer, await steps.save(accounts, customer))
    except ProviderError as error:
        log.warning("no account at the payment provider", provider=provider_id, reason=error.message)
    again = await steps.load(customer.customer_id, provider_id)
    return payer.as_context() if again is None else again.as_context()
