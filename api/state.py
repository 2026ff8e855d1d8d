"""What the routes of one application share, made once by api/app.py."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Generic, TypeVar

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.account_holder import AccountHolderActivities
from activities.fulfillment import FulfillmentActivities
from activities.order_session import OrderSessionActivities
from activities.outside import OutsideActivities
from activities.payment_session import PaymentSessionActivities
from api.cors import Origins
from api.inbox import Inbox
from commerce.api_key.service import PublishableKey, find_publishable_key, find_secret_key
from commerce.auth.passwords import Passwords
from commerce.auth.service import Standing, find_standing
from commerce.auth.tokens import Tokens
from commerce.file.port import FileProvider
from commerce.fulfillment.port import FulfillmentProvider
from commerce.payment.port import PaymentProvider
from commerce.tax.port import TaxProvider
from durable.client import Durable
from kit.db import Database
from kit.settings import Settings

T = TypeVar("T")
KEPT_SECONDS: Final = 5.0
MOST_KEPT: Final = 1000


class Kept(Generic[T]):
    """What was found by a token or id, for at most five seconds; what is not found is asked for again each time."""

    def __init__(
        self,
        database: Database,
        find: Callable[[AsyncConnection, str], Awaitable[T | None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._find = find
        self._clock = clock
        self._found: dict[str, tuple[float, T]] = {}

    async def get(self, token: str) -> T | None:
        """Return what `token` stands for, or None."""
        kept = self._found.get(token)
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        if "\x00" in token:  # PostgreSQL holds no such text
            return None
        async with self._database.reading() as connection:
            found = await self._find(connection, token)
        if found is not None:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[token] = (self._clock() + KEPT_SECONDS, found)
        return found

    def forget(self, token: str | None = None) -> None:
        """Forget one or all, so that a change made in this process counts at once; others follow in five seconds."""
        if token is None:
            self._found.clear()
        else:
            self._found.pop(token, None)


class State:
    """The parts of one running API."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        durable: Durable,
        payment_providers: Mapping[str, PaymentProvider],
        *,
        fulfillment_providers: Mapping[str, FulfillmentProvider],
        tax_providers: Mapping[str, TaxProvider],
        files: FileProvider,
    ) -> None:
        self.settings = settings
        self.database = database
        self.durable = durable
        self.payment_providers = payment_providers
        self.exact_providers = frozenset(id_ for id_, each in payment_providers.items() if each.takes_any_amount)
        self.fulfillment_providers = fulfillment_providers
        self.tax_providers = tax_providers
        self.fulfillment = FulfillmentActivities(fulfillment_providers)
        self.outside = OutsideActivities(fulfillment_providers, tax_providers)
        self.files = files
        self.inbox = Inbox(database)
        self.payment_sessions = PaymentSessionActivities(database, payment_providers)
        self.account_holders = AccountHolderActivities(database, payment_providers)
        self.order_sessions = OrderSessionActivities(database, payment_providers)
        self.passwords = Passwords(
            settings.password_memory_kib, settings.password_time_cost, settings.password_concurrency
        )
        self.tokens = Tokens(settings.jwt_secret, settings.jwt_expires_seconds)
        self.origins: Mapping[str, Origins] = {
            "store": Origins(settings.store_cors),
            "admin": Origins(settings.admin_cors),
            "auth": Origins(settings.auth_cors),
            "cloud": Origins(settings.auth_cors),
        }
        self.standings: Kept[Standing] = Kept(database, find_standing)
        self.publishable_keys: Kept[PublishableKey] = Kept(database, find_publishable_key)
        self.secret_keys: Kept[str] = Kept(database, find_secret_key)

    def forget_callers(self) -> None:
        """Look every key and identity up again: one was changed."""
        self.publishable_keys.forget()
        self.secret_keys.forget()
        self.standings.forget()


def state_of(request: Request) -> State:
    """Return the application's parts."""
    state: State = request.app.state.parts
    return state
