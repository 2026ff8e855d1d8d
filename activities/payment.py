"""Provider calls about a payment session: one call a method, the same key as long as nothing is proven.

What a history gets to see are statuses and amounts; the provider's `data` goes to the session's row (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    Declined,
    Holding,
    PaymentProvider,
    ProviderError,
    Refused,
    SessionRequest,
)
from kit import failpoints
from kit.db import Database
from operations.keep_answer import keep_answer
from operations.load_session import LoadedSession, load_session
from operations.record_payment import Paid


@dataclass(frozen=True)
class AskAboutSession:
    """The command of every call about a session."""

    session_id: str


@dataclass(frozen=True)
class Authorised:
    """The provider's word; `declined` is what it raised instead, in the shopper's words."""

    paid: Paid | None = None
    declined: str | None = None
    needed_more: bool = False  # the session was in `requires_more` before the call


@dataclass(frozen=True)
class SessionAnswer:
    """What a provider has for a session."""

    holding: Holding
    paid: Paid


@dataclass(frozen=True)
class Released:
    """Proof that nothing is held and nothing can come; totals of the session."""

    reference: str | None
    voided: Decimal
    refunded: Decimal


class PaymentActivities:
    """Asks providers; failures are `Unknown` (retried with the same key) or `Refused` (a person's matter)."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider]) -> None:
        self._database = database
        self._providers = providers

    @activity.defn(name="payment.authorise")
    async def authorise(self, command: AskAboutSession) -> Authorised:
        """Hold the session's amount, once for its key."""
        loaded, provider = await self._load(command.session_id)
        needed_more = loaded.status == SessionStatus.REQUIRES_MORE
        try:
            async with failpoints.provider_call("provider.authorise"):
                result = await provider.authorise(loaded.request)
        except Declined as error:
            return Authorised(declined=error.message, needed_more=needed_more)
        except ProviderError as error:
            raise failure(error) from error
        await self._keep(loaded.request, result.data, result.reference)
        return Authorised(Paid(result.status, result.held, result.captured), needed_more=needed_more)

    @activity.defn(name="payment.status")
    async def status(self, command: AskAboutSession) -> SessionAnswer:
        """Ask what the provider has for the session."""
        loaded, provider = await self._load(command.session_id)
        try:
            async with failpoints.provider_call("provider.status"):
                result = await provider.status(loaded.request)
        except ProviderError as error:
            raise failure(error) from error
        if result.reference is not None:
            await self._keep(loaded.request, result.data, result.reference)
        return SessionAnswer(result.holding, Paid(result.status, result.held, result.captured))

    @activity.defn(name="payment.release")
    async def release(self, command: AskAboutSession) -> Released:
        """Let go of whatever the session holds, with proof."""
        loaded, provider = await self._load(command.session_id)
        try:
            async with failpoints.provider_call("provider.release"):
                result = await provider.release(loaded.request)
        except ProviderError as error:
            raise failure(error) from error
        return Released(result.reference, result.voided, result.refunded)

    async def _load(self, session_id: str) -> tuple[LoadedSession, PaymentProvider]:
        async with self._database.reading() as connection:
            loaded = await load_session(connection, session_id)
        if loaded is None:
            raise ApplicationError(f"There is no payment session {session_id}.", type="Refused", non_retryable=True)
        provider = self._providers.get(loaded.provider_id)
        if provider is None:
            message = f"The payment provider {loaded.provider_id} is not installed in this worker."
            raise ApplicationError(message, type="Refused", non_retryable=True)
        return loaded, provider

    async def _keep(self, request: SessionRequest, data: Mapping[str, Any], reference: str) -> None:
        keep = partial(keep_answer, session_id=request.session_id, data=data, reference=reference)
        await self._database.transact(keep, "payment.keep_answer")


def failure(error: ProviderError) -> ApplicationError:
    """Return the failure of a call; a decline where none is possible is a person's matter too."""
    is_final = isinstance(error, Refused | Declined)
    return ApplicationError(error.message, type=type(error).__name__, non_retryable=is_final)
