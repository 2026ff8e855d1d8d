"""Providers of taxes and of shipping that are slow, fail, refuse, or let the world change while they are asked.

They are installed as a plugin's are: `plugged` names the entry points that the registry finds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import EntryPoint
from typing import Any, ClassVar

from commerce.fulfillment.port import CalculatedPrice, Data, FulfillmentError, PriceRequest, RefusedError
from commerce.tax.port import TaxError, TaxRequest, ToldRate, ToldRates
from kit.settings import Settings

TAXES, COURIER = "tp_moody", "moody_moody"


@dataclass
class Mood:
    """What happens when it is asked; `asked` is what it was asked so far."""

    is_silent: bool = False
    raises: Exception | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None
    asked: list[Any] = field(default_factory=list)

    async def hear(self, request: object) -> None:
        self.asked.append(request)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.is_silent:
            await asyncio.Event().wait()
        if self.raises is not None:
            raise self.raises


class MoodyTaxes:
    """The same rate on everything; what `says` is answered instead."""

    id: ClassVar[str] = TAXES

    def __init__(self) -> None:
        self.mood = Mood()
        self.rate = Decimal(10)
        self.says: Any = None
        self.is_closed = False

    async def rates(self, request: TaxRequest) -> ToldRates:
        rates = [ToldRate(rate=self.rate, code="MOODY", name="Moody tax")]
        await self.mood.hear(request)
        told = ToldRates(items=[rates for _ in request.items], shipping=[rates for _ in request.shipping])
        return told if self.says is None else self.says(told)

    def fail(self) -> None:
        self.mood.raises = TaxError("the tax office is closed")

    async def close(self) -> None:
        self.is_closed = True


class MoodyCourier:
    """A price for each unit, and a note in the method's data that it was looked at."""

    id: ClassVar[str] = COURIER

    def __init__(self) -> None:
        self.mood = Mood()
        self.per_unit = Decimal("1.5")
        self.refuses_data = False
        self.refuses = False
        self.says: Any = None
        self.is_closed = False

    async def options(self) -> Sequence[Data]:
        return [{"id": "moody"}]

    async def validate_data(self, option_data: Data, data: Data) -> Data:
        if self.refuses_data:
            raise RefusedError("Choose a pick-up point.")
        return {**data, "checked": option_data["id"]}

    async def can_calculate(self, option_data: Data) -> bool:
        return bool(option_data)

    async def calculate_price(self, request: PriceRequest) -> CalculatedPrice:
        price = self.per_unit * sum((item.quantity for item in request.items), Decimal(0))
        await self.mood.hear(request)
        if self.refuses:
            raise RefusedError("Nothing is shipped there.")
        return CalculatedPrice(amount=price) if self.says is None else self.says

    def fail(self) -> None:
        self.mood.raises = FulfillmentError("the courier is on strike")

    async def close(self) -> None:
        self.is_closed = True


class Plugged(EntryPoint):
    """An entry point of an installed plugin, without installing one."""

    def load(self) -> Callable[[Settings], object]:
        made: dict[str, object] = {"taxes": MoodyTaxes(), "courier": MoodyCourier()}
        return lambda _: made[self.value]


def plugged(*, group: str) -> list[EntryPoint]:
    """Stand in for importlib.metadata.entry_points."""
    return [
        Plugged(name="tax.moody", value="taxes", group=group),
        Plugged(name="fulfillment.moody", value="courier", group=group),
    ]
