"""Writes of options and their values; a product's use of them is in product_options.py (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import ProductOption, ProductOptionValue
from commerce.product.types import NewOption
from kit.db import one, run
from kit.errors import invalid_data, not_found
from kit.ids import new_id
from kit.inserts import insert_rows
from kit.outbox import tell
from kit.rows import change, change_all, locked, retire


async def create_option(session: AsyncSession, option: NewOption) -> str:
    """Create an option without a product and return its id."""
    ((row, _),) = await save_options(session, [option])
    await tell(session, "product-option.created", row.id)
    return row.id


async def save_options(
    session: AsyncSession, options: Sequence[NewOption]
) -> list[tuple[ProductOption, list[ProductOptionValue]]]:
    """Insert options with their values, by two statements; a value named twice is one."""
    made = [(_option(option), option) for option in options]
    rows = [
        (row, [_value(row.id, text, option.ranks) for text in dict.fromkeys(option.values)]) for row, option in made
    ]
    await insert_rows(session, *[row for row, _ in rows])
    await insert_rows(session, *[value for _, values in rows for value in values])
    return rows


def _option(option: NewOption) -> ProductOption:
    return ProductOption(
        id=new_id("opt"),
        title=option.title,
        is_exclusive=option.is_exclusive,
        metadata_=option.metadata and dict(option.metadata),
    )


def _value(option_id: str, text: str, ranks: Mapping[str, int]) -> ProductOptionValue:
    return ProductOptionValue(id=new_id("optval"), value=text, rank=ranks.get(text), option_id=option_id)


async def update_option(session: AsyncSession, option_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given; `values` are all values from now on.

    Errors: `not_found`; `invalid_data` when a variant has a value that would go, or several products share an option
    that is to be exclusive.
    """
    row = await locked(session, ProductOption, option_id)
    if given.get("is_exclusive", row.is_exclusive) != row.is_exclusive:
        await _share(session, row, is_exclusive=given["is_exclusive"])
    await change(session, row, {name: given[name] for name in ("title", "is_exclusive", "metadata") if name in given})
    if "values" in given or given.get("ranks"):
        await _set_values(session, option_id, given.get("values"), given.get("ranks") or {})
    await tell(session, "product-option.updated", option_id)
    return option_id


async def _share(session: AsyncSession, row: ProductOption, *, is_exclusive: bool) -> None:
    """Let products choose among the values of an option that becomes shared; of an exclusive one they use all."""
    if not is_exclusive:
        await run(session, _USE_ALL, row.id)
        return
    used = await one(session, _USED_BY_MANY, row.id)
    if used is not None:
        raise invalid_data(f"Product option {row.title} is used by several products and cannot be exclusive")
    await run(session, _CHOOSE_NONE, row.id)


async def _set_values(
    session: AsyncSession, option_id: str, wanted: Sequence[str] | None, ranks: Mapping[str, int]
) -> None:
    live = ProductOptionValue.option_id == option_id, ProductOptionValue.deleted_at.is_(None)
    held = {row.value: row for row in await session.scalars(select(ProductOptionValue).where(*live))}
    texts = list(dict.fromkeys(wanted)) if wanted is not None else list(held)
    gone = [row.id for text, row in held.items() if text not in texts]
    await refuse_used(session, [(None, id_) for id_ in gone])
    await retire_values(session, gone)
    await insert_rows(session, *[_value(option_id, text, ranks) for text in texts if text not in held])
    ranked = {row.id: {"rank": ranks[text]} for text, row in held.items() if text in ranks and text in texts}
    await change_all(session, ProductOptionValue, {row.id: row for row in held.values()}, ranked)


async def delete_option(session: AsyncSession, option_id: str) -> str:
    """Soft-delete an option with its values. Errors: `invalid_data` while a product uses it."""
    await run(session, _LOCK, [option_id])
    used = await one(session, _USED, option_id)
    if used is not None:
        raise invalid_data(f"Product option {used.title} is used by products and cannot be deleted")
    await retire_options(session, [option_id])
    return option_id


async def retire_options(session: AsyncSession, option_ids: Sequence[str]) -> None:
    """Soft-delete options with their values, and say so of those that were there."""
    gone = await retire(session, ProductOption, *option_ids)
    await run(session, _RETIRE_VALUES_OF, gone)
    await tell(session, "product-option.deleted", *gone)


async def update_value(session: AsyncSession, option_id: str, value_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a text that the option has already."""
    row = await locked(session, ProductOptionValue, value_id)
    if row.option_id != option_id:
        raise not_found(f"Product option value with id: {value_id} was not found")
    await change(session, row, given)
    await tell(session, "product-option-value.updated", value_id)
    return value_id


async def delete_value(session: AsyncSession, option_id: str, value_id: str) -> str:
    """Soft-delete a value. Errors: `invalid_data` while a variant has it."""
    await run(session, _LOCK, [option_id])
    if await one(session, _IS_OF, value_id, option_id) is not None:
        await refuse_used(session, [(None, value_id)])
        await tell(session, "product-option-value.deleted", *await retire_values(session, [value_id]))
    return value_id


async def retire_values(session: AsyncSession, value_ids: Sequence[str]) -> list[str]:
    """Soft-delete values, take them out of every product's choice, and return those that were there."""
    if not value_ids:
        return []
    await run(session, "DELETE FROM product_product_option_value WHERE option_value_id = ANY($1::text[])", value_ids)
    return await retire(session, ProductOptionValue, *value_ids)


async def refuse_used(session: AsyncSession, pairs: Sequence[tuple[str | None, str]]) -> None:
    """Refuse to take values away that a variant has, each (product, value) of one product, or of any when that is None.

    Errors: `invalid_data`.
    """
    if not pairs:
        return
    used = await one(session, _USED_VALUE, [product_id for product_id, _ in pairs], [value_id for _, value_id in pairs])
    if used is not None:
        raise invalid_data(f"Option value {used.value} is used by variant {used.title} and cannot be removed")


_LOCK: Final = "SELECT id FROM product_option WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
_USED: Final = """
SELECT o.title FROM product_option o JOIN product_product_option l ON l.product_option_id = o.id
JOIN product p ON p.id = l.product_id AND p.deleted_at IS NULL
WHERE o.id = $1 AND o.deleted_at IS NULL LIMIT 1
"""
_USED_BY_MANY: Final = """
SELECT l.product_option_id FROM product_product_option l JOIN product p ON p.id = l.product_id AND p.deleted_at IS NULL
WHERE l.product_option_id = $1 OFFSET 1 LIMIT 1
"""
_USE_ALL: Final = """
INSERT INTO product_product_option_value (product_id, option_value_id)
SELECT l.product_id, v.id FROM product_product_option l JOIN product_option_value v ON v.option_id = l.product_option_id
WHERE l.product_option_id = $1 AND v.deleted_at IS NULL ON CONFLICT DO NOTHING
"""
_CHOOSE_NONE: Final = """
DELETE FROM product_product_option_value u USING product_option_value v
WHERE v.id = u.option_value_id AND v.option_id = $1
"""
_RETIRE_VALUES_OF: Final = """
UPDATE product_option_value SET deleted_at = now() WHERE option_id = ANY($1::text[]) AND deleted_at IS NULL
"""
_IS_OF: Final = "SELECT id FROM product_option_value WHERE id = $1 AND option_id = $2 AND deleted_at IS NULL"
_USED_VALUE: Final = """
SELECT v.value, pv.title FROM unnest($1::text[], $2::text[]) AS x(product_id, value_id)
JOIN product_option_value v ON v.id = x.value_id
JOIN product_variant_option l ON l.option_value_id = v.id
JOIN product_variant pv ON pv.id = l.variant_id AND pv.deleted_at IS NULL
WHERE x.product_id IS NULL OR pv.product_id = x.product_id ORDER BY v.id LIMIT 1
"""
