"""Open a payment session: intent, provider, settling; awaited in order by the request, since no money moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from commerce.payment.port import PaymentProvider, ProviderError, SessionResult, Unknown
from kit import failpoints
from kit.db import Database
from kit.errors import CommerceError, conflict
from operations.open_payment_session import (
    NOBODY,
    SessionIntent,
    give_up_session,
    record_session_intent,
    settle_session,
)

DEADLINE: Final = 3.0  # seconds a shopper waits for a provider that only opens a session
ATTEMPTS: Final = 3  # a cart that changes while the provider is asked is asked for again


class PaymentSessionActivities:
    """The three steps of a new session; a method is one transaction or one provider call."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider]) -> None:
        self._database = database
        self._providers = providers

    async def record(
        self, collection_id: str, provider_id: str, data: Mapping[str, Any], context: Mapping[str, Any]
    ) -> SessionIntent:
        """Commit the intent."""
        provider = self._providers.get(provider_id)
        exact = provider is not None and provider.takes_any_amount
        return await self._database.transact(
            lambda session: record_session_intent(session, collection_id, provider_id, data, context, exact=exact),
            edge="payment.session_intent",
        )

    async def create(self, intent: SessionIntent) -> SessionResult:
        """Ask the provider; ProviderError, Unknown after the deadline."""
        provider = self._providers.get(intent.provider_id)
        if provider is None:
            raise Unknown(f"The payment provider {intent.provider_id} is not installed in this process.")
        try:
            async with asyncio.timeout(DEADLINE), failpoints.provider_call("provider.create_session"):
                return await provider.create_session(intent.request)
        except TimeoutError as error:
            raise Unknown(f"{intent.provider_id} did not answer within {DEADLINE:g} s.") from error

    async def settle(self, intent: SessionIntent, result: SessionResult) -> bool:
        """Commit the provider's answer; False when the cart has moved on."""
        return await self._database.transact(
            lambda session: settle_session(session, intent, result), edge="payment.session_settle"
        )

    async def give_up(self, intent: SessionIntent, error: ProviderError) -> None:
        """Commit that there is no session."""
        is_known = not isinstance(error, Unknown)
        await self._database.transact(
            lambda session: give_up_session(session, intent, is_known=is_known), edge="payment.session_settle"
        )


async def open_payment_session(
    steps: PaymentSessionActivities,
    collection_id: str,
    provider_id: str,
    data: Mapping[str, Any],
    context: Mapping[str, Any] = NOBODY,
) -> str:
    """Open a session for the cart's present total and return the collection's id (contract section 14).

    `context` says who pays, for the provider and for whoever reads the session.

    Errors: as `record_session_intent`; `unknown_error` when the provider fails; conflict when the cart kept changing
    or a checkout is running.
    """
    for _ in range(ATTEMPTS):
        intent = await steps.record(collection_id, provider_id, data, context)
        try:
            result = await steps.create(intent)
        except ProviderError as error:
            await steps.give_up(intent, error)
            raise CommerceError("unknown_error", "An unknown error occurred.", "unknown_error") from error
        if await steps.settle(intent, result):
            return collection_id
    raise conflict("The cart changed while its payment was prepared. Try again.")
