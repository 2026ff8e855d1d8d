"""The provider call and the commits of a payment's cancel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.payment import failure
from commerce.payment.port import Declined, PaymentProvider, ProviderError, Refused
from kit import failpoints
from kit.db import Database
from operations.cancel_payment import finish_cancel, give_up_cancel, is_canceling, next_cancel_key
from operations.keep_answer import keep_payment_answer
from operations.load_movement import load_payment


@dataclass(frozen=True)
class AskAboutPayment:
    """The command of every step about a payment."""

    payment_id: str


@dataclass(frozen=True)
class Canceled:
    """What the provider said: how much it freed, or in its words why it did nothing."""

    amount: Decimal
    reason: str | None = None


@dataclass(frozen=True)
class FinishCancel:
    """Record how much is free; `note`: a person saw to it, and says how."""

    payment_id: str
    amount: Decimal
    note: str | None = None


class CancelActivities:
    """Cancels payments; failures are `Unknown`, which is retried with the same key."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider]) -> None:
        self._database = database
        self._providers = providers

    @activity.defn(name="payment.begin_cancel")
    async def begin(self, command: AskAboutPayment) -> bool:
        """Tell whether the payment is still to be canceled."""
        return await self._database.transact(partial(is_canceling, payment_id=command.payment_id))

    @activity.defn(name="payment.cancel")
    async def cancel(self, command: AskAboutPayment) -> Canceled:
        """Free the rest of what is held, once for its key."""
        async with self._database.reading() as connection:
            loaded = await load_payment(connection, command.payment_id)
        provider = self._providers.get(loaded.provider_id) if loaded is not None else None
        if loaded is None or provider is None:
            message = f"The payment {command.payment_id}, or its provider, is not known to this worker."
            raise ApplicationError(message, type="Refused", non_retryable=True)
        try:
            async with failpoints.provider_call("provider.cancel"):
                result = await provider.cancel(loaded.request)
        except (Declined, Refused) as error:
            return Canceled(Decimal(0), error.message)
        except ProviderError as error:
            raise failure(error) from error
        keep: Any = partial(keep_payment_answer, payment_id=command.payment_id, data=result.data)
        await self._database.transact(keep, "payment.keep_answer")
        return Canceled(result.amount)

    @activity.defn(name="payment.finish_cancel")
    async def finish(self, command: FinishCancel) -> bool:
        """Record that nothing is held any more."""
        work = partial(finish_cancel, payment_id=command.payment_id, amount=command.amount, note=command.note)
        return await self._database.transact(work, "payment.finish_cancel")

    @activity.defn(name="payment.give_up_cancel")
    async def give_up(self, command: AskAboutPayment) -> None:
        """Leave the payment as it is."""
        await self._database.transact(partial(give_up_cancel, payment_id=command.payment_id))

    @activity.defn(name="payment.next_cancel_key")
    async def next_key(self, command: AskAboutPayment) -> None:
        """Commit to the next key, since the present one had no effect."""
        await self._database.transact(partial(next_cancel_key, payment_id=command.payment_id), "payment.next_key")
