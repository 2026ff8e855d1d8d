"""Writes of the pricing module (contract sections 8 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.models import Price, PricePreference, PriceRule, PriceSet
from kit import clock
from kit.errors import invalid_data
from kit.ids import new_id
from kit.inserts import insert_all


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
    await insert_all(session, PriceSet, [{"id": one} for one in ids])
    await add_prices(session, [(one, price) for one, prices in zip(ids, sets, strict=True) for price in prices])
    return ids


async def add_prices(
    session: AsyncSession, prices: Sequence[tuple[str, NewPrice]], price_list_id: str | None = None
) -> list[str]:
    """Add prices, each to its price set, on a list when one is named, and return their ids in the same order.

    Errors: `invalid_data` for an empty tier.
    """
    rows: list[dict[str, Any]] = []
    for price_set_id, price in prices:
        check_tier(price.min_quantity, price.max_quantity)
        columns = {name: value for name, value in vars(price).items() if name != "rules"}
        own = {"id": new_id("price"), "price_set_id": price_set_id, "price_list_id": price_list_id}
        lowered = {"currency_code": price.currency_code.lower(), "rules_count": len(price.rules)}
        rows.append(columns | own | lowered)
    await insert_all(session, Price, rows)
    await add_rules(session, [(row["id"], price.rules) for row, (_, price) in zip(rows, prices, strict=True)])
    return [row["id"] for row in rows]


async def add_rules(session: AsyncSession, rules: Sequence[tuple[str, Sequence[NewPriceRule]]]) -> None:
    """Add rules, each to its price; the caller counts them in `price.rules_count`."""
    rows = [{**vars(rule), "price_id": price_id} for price_id, those in rules for rule in those]
    await insert_all(session, PriceRule, rows)


def check_tier(min_quantity: Decimal | None, max_quantity: Decimal | None) -> None:
    """Refuse a quantity tier that nothing fits. Errors: `invalid_data`."""
    if min_quantity is not None and max_quantity is not None and min_quantity > max_quantity:
        raise invalid_data("A price's min_quantity must not be greater than its max_quantity")


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
