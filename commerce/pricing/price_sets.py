"""The plain prices of one price set, replaced as a whole (contract section 12: a shipping option's)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.models import Price, PriceRule
from commerce.pricing.service import NewPrice, NewPriceRule, add_prices
from kit import clock
from kit.db import save
from kit.errors import invalid_data, not_found
from kit.ids import new_id


@dataclass(frozen=True)
class PriceChange:
    """A price of a set: the one with this `id`, of which what is None stays, or a new one."""

    id: str | None = None
    amount: Decimal | None = None
    currency_code: str | None = None
    rules: Sequence[NewPriceRule] | None = None


async def replace_prices(session: AsyncSession, price_set_id: str, prices: Sequence[PriceChange]) -> None:
    """Make these the only prices of the set that are on no price list, by a constant number of statements.

    Errors: `not_found` for a price that is not the set's, `invalid_data` for a new one without amount or currency.
    """
    plain = select(Price).where(
        Price.price_set_id == price_set_id, Price.price_list_id.is_(None), Price.deleted_at.is_(None)
    )
    rows = {row.id: row for row in await session.scalars(plain.order_by(Price.id).with_for_update())}
    changes = {change.id: change for change in prices if change.id is not None}
    if missing := sorted(changes.keys() - rows.keys()):
        raise not_found(f"Price with id: {missing[0]} was not found")
    gone = [id_ for id_ in rows if id_ not in changes]
    await session.execute(update(Price).where(Price.id.in_(gone)).values(deleted_at=clock.now()))
    await _change(session, rows, changes)
    await add_prices(session, [(price_set_id, _new(change)) for change in prices if change.id is None])


async def _change(session: AsyncSession, rows: Mapping[str, Price], changes: Mapping[str, PriceChange]) -> None:
    for id_, change in changes.items():
        row = rows[id_]
        row.amount = row.amount if change.amount is None else change.amount
        row.currency_code = (change.currency_code or row.currency_code).lower()
        row.rules_count = row.rules_count if change.rules is None else len(change.rules)
    ruled = {id_: change.rules for id_, change in changes.items() if change.rules is not None}
    old = update(PriceRule).where(PriceRule.price_id.in_(ruled), PriceRule.deleted_at.is_(None))
    await session.execute(old.values(deleted_at=clock.now()))
    rules = [
        PriceRule(id=new_id("prule"), price_id=id_, attribute=rule.attribute, operator=rule.operator, value=rule.value)
        for id_, each in ruled.items()
        for rule in each
    ]
    await save(session, *rules)


def _new(change: PriceChange) -> NewPrice:
    if change.amount is None or change.currency_code is None:
        raise invalid_data("A new price needs an amount, and a currency_code or a region_id")
    return NewPrice(change.amount, change.currency_code, rules=change.rules or ())
