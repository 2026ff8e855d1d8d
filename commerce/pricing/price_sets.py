"""The plain prices of price sets, those of no list: all of a set at once (contract sections 12 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.models import Price, PriceSet
from commerce.pricing.service import NewPrice, NewPriceRule, add_prices, add_rules, check_tier
from kit.db import run
from kit.errors import about, invalid_data, not_found
from kit.rows import among, change_all, retire


@dataclass(frozen=True)
class PriceChange:
    """A price that a set is to have: with an `id` one that it has, whose `columns` and, unless None, rules change."""

    id: str | None
    columns: Mapping[str, Any]
    rules: Sequence[NewPriceRule] | None = None

    def new(self) -> NewPrice:
        """Return the price to create. Errors: `invalid_data` without amount or currency."""
        missing = [name for name in ("currency_code", "amount") if self.columns.get(name) is None]
        if missing:
            raise invalid_data(f"A new price needs {' and '.join(missing)}")
        return replace(NewPrice(**self.columns), rules=self.rules or ())


async def replace_prices(session: AsyncSession, price_set_id: str, prices: Sequence[PriceChange]) -> None:
    """Let one price set have exactly these plain prices. Errors: as `set_prices`."""
    await set_prices(session, {price_set_id: prices}, [price_set_id])


async def set_prices(session: AsyncSession, wanted: Mapping[str, Sequence[PriceChange]], owners: Sequence[str]) -> None:
    """Let price sets, by id, have exactly these plain prices; what is not named goes. A constant number of statements.

    A refusal knows which of `owners`, in the order of `wanted`, it is about. Errors: `not_found` for a price of another
    set, `invalid_data` for a new one without amount or currency and for an empty tier.
    """
    if not wanted:
        return
    plain = among(Price.price_set_id, wanted), Price.price_list_id.is_(None), Price.deleted_at.is_(None)
    locked = select(Price).where(*plain).order_by(Price.id).with_for_update()
    held = {row.id: row for row in await session.scalars(locked)}
    changed: dict[str, PriceChange] = {}
    new: list[tuple[str, NewPrice]] = []
    for owner, (price_set_id, prices) in zip(owners, wanted.items(), strict=True):
        with about(owner):
            changed |= {each.id: each for each in prices if each.id and _fits(held, price_set_id, each)}
            new += [(price_set_id, each.new()) for each in prices if not each.id]
            for _, price in new:
                check_tier(price.min_quantity, price.max_quantity)
    await _retire_prices(session, [id_ for id_ in held if id_ not in changed])
    await _change_prices(session, held, changed)
    await add_prices(session, new)


def _fits(held: Mapping[str, Price], price_set_id: str, change: PriceChange) -> bool:
    row = held.get(change.id or "")
    if row is None or row.price_set_id != price_set_id:
        raise not_found(f"Price with id: {change.id} was not found")
    least, most = (change.columns.get(name, getattr(row, name)) for name in ("min_quantity", "max_quantity"))
    check_tier(least, most)
    return True


async def _change_prices(session: AsyncSession, held: Mapping[str, Price], changed: Mapping[str, PriceChange]) -> None:
    ruled = {id_: change.rules for id_, change in changed.items() if change.rules is not None}
    columns = {
        id_: {**change.columns, **({"rules_count": len(ruled[id_])} if id_ in ruled else {})}
        for id_, change in changed.items()
    }
    await change_all(session, Price, held, {id_: _lowered(each) for id_, each in columns.items() if each})
    if ruled:
        await run(session, _RETIRE_RULES, list(ruled))
        await add_rules(session, list(ruled.items()))


def _lowered(columns: Mapping[str, Any]) -> dict[str, Any]:
    code = columns.get("currency_code")
    return {**columns, "currency_code": code.lower()} if code else dict(columns)


async def retire_price_sets(session: AsyncSession, price_set_ids: Sequence[str]) -> None:
    """Soft-delete price sets with all their prices, those of lists too."""
    gone = await retire(session, PriceSet, *price_set_ids)
    rows = await run(session, "SELECT id FROM price WHERE price_set_id = ANY($1::text[]) AND deleted_at IS NULL", gone)
    await _retire_prices(session, [row.id for row in rows])


async def _retire_prices(session: AsyncSession, price_ids: Sequence[str]) -> None:
    if price_ids:
        await run(session, _RETIRE_RULES, price_ids)
        await retire(session, Price, *price_ids)


_RETIRE_RULES: Final = (
    "UPDATE price_rule SET deleted_at = now() WHERE price_id = ANY($1::text[]) AND deleted_at IS NULL"
)
