"""Ask a provider about a session and use its answer, in one step: what it says never goes through a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.cancel_payment import AskAboutPayment
from activities.payment import AskAboutSession, failure
from commerce.payment.port import Declined, PaymentProvider, ProviderError, StatusResult
from kit import failpoints
from kit.db import Database
from operations.follow_provider import follow_provider
from operations.keep_answer import keep_answer
from operations.load_session import LoadedSession, load_session
from operations.load_standing import Standing, load_standing, mark_asked
from operations.record_deferred import record_deferred
from operations.record_payment import Paid
from operations.resolve_session import Answer, Resolved, resolve_session
from operations.watch_expiry import Expiring, warn_of_expiry


class Heard(StrEnum):
    """What became of the provider's answer."""

    FOLLOWED = "followed"  # the order's rows and books are as the provider has it
    DECIDED = "decided"  # the session is no order's: what there was to decide is decided
    AGAIN = "again"  # a checkout is at it, or somebody asked later: look again soon
    NOTHING = "nothing"  # there is no such session, or no money was promised


class FollowActivities:
    """Follows providers; failures are `Unknown`, which is retried, or `Refused`, a person's matter."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider]) -> None:
        self._database = database
        self._providers = providers

    @activity.defn(name="payment.follow")
    async def follow(self, command: AskAboutSession) -> Heard:
        """Ask what the provider has for the session, and bring everything of ours up to it; safe to repeat."""
        id_ = command.session_id
        async with self._database.reading() as connection:
            loaded, standing = await load_session(connection, id_), await load_standing(connection, id_)
        if loaded is None or standing is None:
            return Heard.NOTHING
        provider = self._providers.get(loaded.provider_id)
        if provider is None:
            message = f"The payment provider {loaded.provider_id} is not installed in this worker."
            raise ApplicationError(message, type="Refused", non_retryable=True)
        if standing.order_id is None and standing.is_busy:
            return Heard.AGAIN
        if standing.order_id is not None and standing.payment_id is None:
            loaded = await self._authorise(provider, loaded)
        told = await self._ask(provider, loaded)
        work = partial(_use, session_id=id_, standing=standing, told=told)
        return await self._database.transact(work, "payment.follow")

    @activity.defn(name="payment.warn_of_expiry")
    async def warn(self, command: AskAboutPayment) -> Expiring | None:
        """Warn of held money that falls back soon; None when there is nothing to watch."""
        work = partial(warn_of_expiry, payment_id=command.payment_id)
        return await self._database.transact(work, "payment.warn_of_expiry")

    async def _ask(self, provider: PaymentProvider, loaded: LoadedSession) -> StatusResult:
        try:
            async with failpoints.provider_call("provider.status"):
                return await provider.status(loaded.request)
        except ProviderError as error:
            raise failure(error) from error

    async def _authorise(self, provider: PaymentProvider, loaded: LoadedSession) -> LoadedSession:
        """Authorise what was only promised, under the key of the promise, and return the session with its answer."""
        id_ = loaded.request.session_id
        try:
            async with failpoints.provider_call("provider.authorise"):
                result = await provider.authorise(loaded.request)
            word, data = Paid(result.status, result.held, result.captured), result.data
        except Declined:
            word, data = Paid("error"), {}
        except ProviderError as error:
            raise failure(error) from error
        work = partial(record_deferred, session_id=id_, word=word, data=data)
        await self._database.transact(work, "payment.record_deferred")
        return replace(loaded, request=replace(loaded.request, data=data))


async def _use(session: AsyncSession, session_id: str, standing: Standing, told: StatusResult) -> Heard:
    if standing.order_id is not None:
        is_up_to_date = await follow_provider(session, session_id, standing.asked_at, told)
        heard = Heard.FOLLOWED if is_up_to_date else await _why_not(session, session_id)
    else:
        if told.reference is not None:
            await keep_answer(session, session_id, told.data, told.reference)
        answer = Answer(told.holding, Paid(told.status, told.held, told.captured))
        resolved = await resolve_session(session, session_id, answer)
        heard = Heard.AGAIN if resolved in {Resolved.COMPLETING, Resolved.PLACED} else Heard.DECIDED
    if heard is not Heard.AGAIN:
        await mark_asked(session, session_id, standing)
    return heard


async def _why_not(session: AsyncSession, session_id: str) -> Heard:
    found = await load_standing(await session.connection(), session_id)
    return Heard.NOTHING if found is None or found.payment_id is None else Heard.AGAIN
