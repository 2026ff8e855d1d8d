"""The fulfilment provider `manual_manual`: goods are sent by hand, at prices that the admin stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from commerce.fulfillment.port import CalculatedPrice, Data, FulfillmentError, PriceRequest


class ManualFulfillment:
    """Medusa's manual fulfilment provider."""

    id: ClassVar[str] = "manual_manual"

    async def close(self) -> None:
        """Close nothing."""

    async def options(self) -> Sequence[Data]:
        """Return one way to ship and one to send back."""
        return [{"id": "manual-fulfillment"}, {"id": "manual-fulfillment-return", "is_return": True}]

    async def validate_data(self, option_data: Data, data: Data) -> Data:  # noqa: ARG002 - the port's arguments
        """Keep whatever was sent."""
        return data

    async def can_calculate(self, option_data: Data) -> bool:  # noqa: ARG002 - the port's arguments
        """Tell that it never does."""
        return False

    async def calculate_price(self, request: PriceRequest) -> CalculatedPrice:  # noqa: ARG002 - the port's arguments
        """Refuse."""
        raise FulfillmentError("manual_manual does not calculate prices.")
