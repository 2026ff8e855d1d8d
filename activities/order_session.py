"""Open a payment session of an order's collection, as an admin asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities.payment_session import PaymentSessionActivities
from commerce.payment.port import SessionResult
from operations.open_order_session import record_order_session_intent, settle_order_session
from operations.open_payment_session import SessionIntent


class OrderSessionActivities(PaymentSessionActivities):
    """The steps of a new session where an order is paid by it."""

    async def record(
        self, collection_id: str, provider_id: str, data: Mapping[str, Any], context: Mapping[str, Any]
    ) -> SessionIntent:
        """Commit the intent."""
        provider = self._providers.get(provider_id)
        exact = provider is not None and provider.takes_any_amount
        return await self._database.transact(
            lambda s: record_order_session_intent(s, collection_id, provider_id, data, context, exact=exact),
            edge="payment.session_intent",
        )

    async def settle(self, intent: SessionIntent, result: SessionResult) -> bool:
        """Commit the provider's answer; False when the collection was paid or deleted meanwhile."""
        return await self._database.transact(
            lambda session: settle_order_session(session, intent, result), edge="payment.session_settle"
        )
