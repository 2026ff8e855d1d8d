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
    rules: list[PriceRule] = []
    for price_set_id, price in prices:
        if (
            price.min_quantity is not None
            and price.max_quantity is not None
            and price.min_quantity > price.max_quantity
        ):
            raise invalid_data("A price's min_quantity must not be greater than its max_quantity")
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
        rules += [
            PriceRule(id=new_id("prule"), price_id=price_id, attribute=r.attribute, operator=r.operator, value=r.value)
            for r in price.rules
        ]
    await save(session, *rows)
    await save(session, *rules)


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
    await prefer_all(session, attribute, {value: is_tax_inclusive})


async def prefer_all(session: AsyncSession, attribute: str, said: Mapping[str, bool | None]) -> None:
    """Say for each value of `attribute` what `prefer` says for one."""
    rows = [
        {"id": new_id("prpref"), "attribute": attribute, "value": value, "is_tax_inclusive": bool(is_tax_inclusive)}
        for value, is_tax_inclusive in sorted(said.items())
    ]
    keys, live = ["attribute", "value"], PricePreference.deleted_at.is_(None)
    new = [row for row in rows if said[str(row["value"])] is None]
    if new:
        await session.execute(
            insert(PricePreference).values(new).on_conflict_do_nothing(index_elements=keys, index_where=live)
        )
    told = [row for row in rows if row not in new]
    if told:
        statement = insert(PricePreference).values(told)
        change = {"is_tax_inclusive": statement.excluded.is_tax_inclusive, "updated_at": clock.now()}
        await session.execute(statement.on_conflict_do_update(index_elements=keys, index_where=live, set_=change))
