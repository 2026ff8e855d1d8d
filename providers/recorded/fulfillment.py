"""The fulfilment provider `weight_rec`, which the recorded contract was made with: 2, and 1.5 for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, Final

from commerce.fulfillment.port import CalculatedPrice, Data, PriceRequest

BASE: Final = Decimal(2)
PER_UNIT: Final = Decimal("1.5")


class RecordedFulfillment:
    """The recordings' test provider, answer for answer."""

    id: ClassVar[str] = "weight_rec"

    async def close(self) -> None:
        """Close nothing."""

    async def options(self) -> Sequence[Data]:
        """Return one way to ship and one to send back."""
        return [{"id": "weight-standard", "name": "Weight based"}, {"id": "weight-return", "is_return": True}]

    async def validate_data(self, option_data: Data, data: Data) -> Data:  # noqa: ARG002 - the port's arguments
        """Keep whatever was sent."""
        return data

    async def can_calculate(self, option_data: Data) -> bool:  # noqa: ARG002 - the port's arguments
        """Tell that it always does."""
        return True

    async def calculate_price(self, request: PriceRequest) -> CalculatedPrice:
        """Return a price by the number of units."""
        units = sum((item.quantity for item in request.items), Decimal(0))
        return CalculatedPrice(amount=BASE + PER_UNIT * units)
