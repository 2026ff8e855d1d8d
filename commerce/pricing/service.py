"""Writes of the pricing module (contract sections 8 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.models import (
    Price,
    PriceList,
    PriceListRule,
    PriceListStatus,
    PriceListType,
    PricePreference,
    PriceRule,
    PriceSet,
)
from kit import clock
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id


@dataclass(frozen=True)
class NewPriceRule:
    """A condition of a price; `operator` is `eq` or, for numbers, `gt gte lt lte`."""

    attribute: str
    value: str
    operator: str = "eq"


@dataclass(frozen=True)
class NewPrice:
    """A price to create: major units, exact."""

    amount: Decimal
    currency_code: str
    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    rules: Sequence[NewPriceRule] = ()


async def create_price_sets(session: AsyncSession, sets: Sequence[Sequence[NewPrice]]) -> list[str]:
    """Create one price set per sequence of prices; return their ids in the same order."""
    ids = [new_id("pset") for _ in sets]
    await save(session, *[PriceSet(id=one) for one in ids])
    await add_prices(session, [(one, price) for one, prices in zip(ids, sets, strict=True) for price in prices])
    return ids


async def add_prices(
    session: AsyncSession, prices: Sequence[tuple[str, NewPrice]], price_list_id: str | None = None
) -> None:
    """Add prices, each to its price set, on a list when one is named. Errors: `invalid_data` for an empty tier."""
    rows: list[Price] = []
    rules: dict[str, Sequence[NewPriceRule]] = {}
    for price_set_id, price in prices:
        require_tier(price.min_quantity, price.max_quantity)
        price_id = new_id("price")
        rows.append(
            Price(
                id=price_id,
                price_set_id=price_set_id,
                price_list_id=price_list_id,
                currency_code=price.currency_code.lower(),
                amount=price.amount,
                min_quantity=price.min_quantity,
                max_quantity=price.max_quantity,
                rules_count=len(price.rules),
            )
        )
        rules[price_id] = price.rules
    await save(session, *rows)
    await add_rules(session, rules)


def require_tier(least: Decimal | None, most: Decimal | None) -> None:
    """Refuse a quantity tier that nothing fits. Errors: `invalid_data`."""
    if least is not None and most is not None and least > most:
        raise invalid_data("A price's min_quantity must not be greater than its max_quantity")


async def add_rules(session: AsyncSession, rules: Mapping[str, Sequence[NewPriceRule]]) -> None:
    """Add rules to prices, by id; whoever calls counts them in `rules_count`."""
    rows = [
        PriceRule(id=new_id("prule"), price_id=price_id, attribute=r.attribute, operator=r.operator, value=r.value)
        for price_id, each in rules.items()
        for r in each
    ]
    await save(session, *rows)


async def create_price_list(
    session: AsyncSession,
    *,
    title: str,
    description: str,
    type_: PriceListType = PriceListType.SALE,
    status: PriceListStatus = PriceListStatus.DRAFT,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    rules: Mapping[str, Sequence[str]] | None = None,
) -> PriceList:
    """Create a price list without prices; `rules` maps an attribute to the values of which one must match."""
    rules = rules or {}
    price_list = PriceList(
        id=new_id("plist"),
        title=title,
        description=description,
        type=type_,
        status=status,
        starts_at=starts_at,
        ends_at=ends_at,
        rules_count=len(rules),
    )
    await save(session, price_list)
    rows = [
        PriceListRule(id=new_id("prule"), price_list_id=price_list.id, attribute=name, value=list(values))
        for name, values in rules.items()
    ]
    await save(session, *rows)
    return price_list


async def prefer(session: AsyncSession, attribute: str, value: str, *, is_tax_inclusive: bool | None) -> None:
    """Say whether prices of a currency or a region include tax; None says no where nothing has been said yet."""
    row = insert(PricePreference).values(
        id=new_id("prpref"), attribute=attribute, value=value, is_tax_inclusive=bool(is_tax_inclusive)
    )
    keys, live = ["attribute", "value"], PricePreference.deleted_at.is_(None)
    if is_tax_inclusive is None:
        await session.execute(row.on_conflict_do_nothing(index_elements=keys, index_where=live))
    else:
        change = {"is_tax_inclusive": is_tax_inclusive, "updated_at": clock.now()}
        await session.execute(row.on_conflict_do_update(index_elements=keys, index_where=live, set_=change))
