"""Ask a fulfilment provider, from a request: outside of any transaction, since an answer may take its time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Final, TypeVar

import structlog

from commerce.fulfillment.port import (
    CalculatedPrice,
    Data,
    FulfillmentError,
    FulfillmentProvider,
    PriceRequest,
    RefusedError,
)
from kit.errors import invalid_data, not_found, unavailable

log = structlog.get_logger("fulfillment")

T = TypeVar("T")
DEADLINE: Final = 3.0  # seconds that somebody waits for an answer
RETRY_SECONDS: Final = 5


class FulfillmentActivities:
    """What the providers are asked; a method is one provider call.

    Errors of each: `not_found` for a provider that this process does not have, `invalid_data` for what it refuses,
    `unavailable` when it fails or is not heard in time.
    """

    def __init__(self, providers: Mapping[str, FulfillmentProvider]) -> None:
        self._providers = providers

    async def options(self, provider_id: str) -> Sequence[Data]:
        """Return the ways in which a provider ships."""
        return await self._heard(provider_id, self._provider(provider_id).options())

    async def require_calculation(self, name: str, provider_id: str, option_data: Data | None) -> None:
        """Refuse, with `invalid_data`, the option `name` if the provider cannot calculate its price."""
        if not await self._heard(provider_id, self._provider(provider_id).can_calculate(option_data or {})):
            raise invalid_data(
                f"Cannot calcuate pricing for: [{name}] shipping option(s)."
            )  # as the contract spells it

    async def calculate_price(self, provider_id: str, request: PriceRequest) -> CalculatedPrice:
        """Return what a provider asks for shipping."""
        return await self._heard(provider_id, self._provider(provider_id).calculate_price(request))

    def _provider(self, provider_id: str) -> FulfillmentProvider:
        if provider_id not in self._providers:
            raise not_found(f"Fulfillment provider with id: {provider_id} was not found")
        return self._providers[provider_id]

    async def _heard(self, provider_id: str, answer: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(DEADLINE):
                return await answer
        except RefusedError as error:
            raise invalid_data(error.message) from error
        except (FulfillmentError, TimeoutError) as error:
            log.warning("provider_failed", provider_id=provider_id, error=str(error) or type(error).__name__)
            raise unavailable(f"{provider_id} does not answer. Try again.", RETRY_SECONDS) from error
