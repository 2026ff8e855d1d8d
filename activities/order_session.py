"""A payment session of an order's collection: opened as an admin asks for it, and what ends it without money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from temporalio import activity

from activities.payment import AskAboutSession
from activities.payment_session import PaymentSessionActivities
from commerce.payment.port import SessionResult
from kit.db import Database
from operations.open_order_session import record_order_session_intent, settle_order_session
from operations.open_payment_session import SessionIntent
from operations.pay_collection import let_go_of_order_session, refuse_order_session


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


@dataclass(frozen=True)
class RefuseOrderSession:
    """Record a decline; `status` is the word that the provider returned, None when it raised."""

    session_id: str
    status: str | None = None


class OrderSessionDecisions:
    """The commits of such a session; a method is one transaction, safe to repeat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="payment.refuse_order_session")
    async def refuse(self, command: RefuseOrderSession) -> None:
        """Record that the shopper's card was declined."""
        work = partial(refuse_order_session, session_id=command.session_id, status=command.status)
        await self._database.transact(work)

    @activity.defn(name="payment.let_go_of_order_session")
    async def let_go(self, command: AskAboutSession) -> bool:
        """Let whatever is held go, because a person says so."""
        return await self._database.transact(partial(let_go_of_order_session, session_id=command.session_id))
