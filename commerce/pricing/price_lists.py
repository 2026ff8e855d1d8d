"""Writes of the pricing module: price lists, their rules and their prices (contract sections 8 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.models import Price, PriceList, PriceListRule, PriceListStatus, PriceListType
from commerce.pricing.service import NewPrice, NewPriceRule, add_prices, add_rules, check_tier
from kit import clock
from kit.db import run, save
from kit.errors import not_found
from kit.rows import Batch, change, locked, retire

_DROP_LIST_RULES: Final = "DELETE FROM price_list_rule WHERE price_list_id = $1"
_DROP_PRICE_RULES: Final = "DELETE FROM price_rule WHERE price_id = ANY($1::text[])"
_RETIRE_PRICES: Final = "UPDATE price SET deleted_at = $2 WHERE price_list_id = $1 AND deleted_at IS NULL"
_RETIRE_OF_SETS: Final = f"{_RETIRE_PRICES} AND price_set_id = ANY($3::text[])"
_LOCK_PRICES: Final = """
SELECT id, price_list_id, price_set_id, currency_code, amount, min_quantity, max_quantity, rules_count
FROM price WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR UPDATE"""
_UPDATE_PRICES: Final = """
UPDATE price p SET price_set_id = n.price_set_id, currency_code = n.currency_code, amount = n.amount,
  min_quantity = n.min_quantity, max_quantity = n.max_quantity, rules_count = n.rules_count, updated_at = $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::bigint[])
  AS n(id, price_set_id, currency_code, amount, min_quantity, max_quantity, rules_count)
WHERE p.id = n.id"""


@dataclass(frozen=True)
class PriceChange:
    """What changes of a price: of `given`, the columns that it names; `rules` replace the old ones unless None."""

    id: str
    price_set_id: str
    given: Mapping[str, Any]
    rules: Sequence[NewPriceRule] | None = None


@dataclass(frozen=True)
class _State:
    """The columns of a price that a change may set."""

    price_set_id: str
    currency_code: str
    amount: Decimal
    min_quantity: Decimal | None
    max_quantity: Decimal | None
    rules_count: int


async def create_price_list(
    session: AsyncSession,
    *,
    title: str,
    description: str,
    type: str = PriceListType.SALE,  # noqa: A002 - the column's name
    status: str = PriceListStatus.DRAFT,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    rules: Mapping[str, Sequence[str]] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> PriceList:
    """Create a price list without prices; `rules` maps an attribute to the values of which one must match."""
    price_list = PriceList(
        title=title,
        description=description,
        type=type,
        status=status,
        starts_at=starts_at,
        ends_at=ends_at,
        rules_count=len(rules or {}),
        metadata_=metadata and dict(metadata),
    )
    await save(session, price_list)
    await _add_list_rules(session, price_list.id, rules or {})
    return price_list


async def update_price_list(session: AsyncSession, price_list_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given; `rules` replace the old ones. Errors: `not_found`."""
    row = await locked(session, PriceList, price_list_id)
    changes = dict(given)
    rules = changes.pop("rules", None)
    if rules is not None:
        await run(session, _DROP_LIST_RULES, price_list_id)
        await _add_list_rules(session, price_list_id, rules)
        changes["rules_count"] = len(rules)
    if "description" in changes:
        changes["description"] = changes["description"] or ""
    await change(session, row, changes)
    return price_list_id


async def delete_price_list(session: AsyncSession, price_list_id: str) -> str:
    """Soft-delete a price list with its prices."""
    if await retire(session, PriceList, price_list_id):
        await run(session, _RETIRE_PRICES, price_list_id, clock.now())
    return price_list_id


async def change_prices(
    session: AsyncSession,
    price_list_id: str,
    *,
    create: Sequence[tuple[str, NewPrice]] = (),
    update: Sequence[PriceChange] = (),
    delete: Sequence[str] = (),
) -> Batch:
    """Add prices to a list, each for a price set, change and soft-delete others of it, by a fixed number of statements.

    Errors: `not_found` for the list, or a price that is another's; `invalid_data` for an empty tier.
    """
    await locked(session, PriceList, price_list_id)
    await _change(session, price_list_id, update, delete)
    created = await add_prices(session, create, price_list_id)
    return Batch(tuple(created), tuple(dict.fromkeys(each.id for each in update)), tuple(delete))


async def remove_prices(session: AsyncSession, price_list_id: str, price_set_ids: Sequence[str]) -> str:
    """Soft-delete what the list has for these price sets. Errors: `not_found` for the list."""
    await locked(session, PriceList, price_list_id)
    await run(session, _RETIRE_OF_SETS, price_list_id, clock.now(), list(price_set_ids))
    return price_list_id


async def _change(
    session: AsyncSession, price_list_id: str, update: Sequence[PriceChange], delete: Sequence[str]
) -> None:
    """Change and soft-delete prices of the list; one to delete may be gone already, but not be another list's."""
    if not update and not delete:
        return
    rows = {row.id: row for row in await run(session, _LOCK_PRICES, [*(each.id for each in update), *delete])}
    own = {id_: _State(*list(row)[2:]) for id_, row in rows.items() if row.price_list_id == price_list_id}
    wanted = [*(each.id for each in update), *(id_ for id_ in delete if id_ in rows)]
    missing = next((id_ for id_ in wanted if id_ not in own), None)
    if missing is not None:
        raise not_found(f"Price with id: {missing} was not found")
    await _update(session, own, update)
    await retire(session, Price, *delete)


async def _update(session: AsyncSession, own: Mapping[str, _State], update: Sequence[PriceChange]) -> None:
    after: dict[str, _State] = {}
    rules: dict[str, Sequence[NewPriceRule]] = {}
    for each in update:
        state = replace(after.get(each.id, own[each.id]), **each.given, price_set_id=each.price_set_id)
        check_tier(state.min_quantity, state.max_quantity)
        if each.rules is not None:
            rules[each.id] = each.rules
            state = replace(state, rules_count=len(each.rules))
        after[each.id] = replace(state, currency_code=state.currency_code.lower())
    if after:
        columns = zip(*((id_, *vars(state).values()) for id_, state in after.items()), strict=True)
        await run(session, _UPDATE_PRICES, *map(list, columns), clock.now())
    if rules:
        await run(session, _DROP_PRICE_RULES, list(rules))
        await add_rules(session, list(rules.items()))


async def _add_list_rules(session: AsyncSession, price_list_id: str, rules: Mapping[str, Sequence[str]]) -> None:
    rows = [PriceListRule(price_list_id=price_list_id, attribute=name, value=list(v)) for name, v in rules.items()]
    await save(session, *rows)
