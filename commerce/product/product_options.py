"""A product's use of options: which it has, and which values of a shared one (contract section 22)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import Product, ProductOption, ProductOptionValue, ProductProductOption
from commerce.product.options import refuse_used, retire_options, retire_values, save_options
from commerce.product.types import Choices, NewOption, OptionChange, UsedOption
from kit.db import run, save
from kit.errors import about, invalid_data, not_found
from kit.ids import new_id
from kit.inserts import insert_all
from kit.outbox import tell
from kit.rows import locked

Wanted: TypeAlias = "NewOption | UsedOption"


@dataclass(frozen=True)
class Held:
    """An option as it is: its values by text."""

    id: str
    title: str
    is_exclusive: bool
    values: Mapping[str, str]


async def choices_of(session: AsyncSession, product_ids: Collection[str]) -> dict[str, Choices]:
    """Return by product what its variants may choose from; the options stay as they are until the commit."""
    ids = sorted(product_ids)
    await run(session, _LOCK_OF_PRODUCTS, ids)
    choices: dict[str, Choices] = {id_: {} for id_ in ids}
    for row in await run(session, _CHOICES, ids):
        values = choices[row.product_id].setdefault(row.title, {})
        if row.value_id is not None:
            values[row.value] = row.value_id
    return choices


async def add_options(
    session: AsyncSession, wanted: Mapping[str, Sequence[Wanted]], titles: Mapping[str, Collection[str]]
) -> None:
    """Give products, by id, new options and shared ones; `titles` are those that they have already.

    A refusal knows which product it is about. Errors: `not_found` for an unknown option, `invalid_data` for a title
    that the product has already, a value of another option, an option that belongs to another product alone.
    """
    asked = [(product_id, each) for product_id, options in wanted.items() for each in options]
    if not asked:
        return
    known = await _lock(session, {each.id for _, each in asked if isinstance(each, UsedOption)})
    for product_id, options in wanted.items():
        with about(product_id):
            _check(options, known, titles.get(product_id, ()))
    new = [(product_id, each) for product_id, each in asked if isinstance(each, NewOption)]
    made = await save_options(session, [option for _, option in new])
    uses: list[tuple[str, Held, Sequence[str] | None]]
    uses = [(to, _held(*rows), None) for (to, _), rows in zip(new, made, strict=True)]
    uses += [(to, known[each.id], each.value_ids) for to, each in asked if isinstance(each, UsedOption)]
    links = [{"product_id": to, "product_option_id": option.id} for to, option, _ in uses]
    await insert_all(session, ProductProductOption, links)
    await use_values(
        session,
        [
            (product_id, value_id)
            for product_id, option, value_ids in uses
            if not option.is_exclusive
            for value_id in (option.values.values() if value_ids is None else value_ids)
        ],
    )


def _held(row: ProductOption, values: Sequence[ProductOptionValue]) -> Held:
    return Held(row.id, row.title, row.is_exclusive, {value.value: value.id for value in values})


def _check(options: Sequence[Wanted], known: Mapping[str, Held], titles: Collection[str]) -> None:
    seen = set(titles)
    for each in options:
        title = each.title if isinstance(each, NewOption) else _shared(each, known).title
        if title in seen:
            raise invalid_data(f"Option {title} is named twice in one product")
        seen.add(title)


def _shared(used: UsedOption, known: Mapping[str, Held]) -> Held:
    """Return the option that a product may use, and the named values of it."""
    if used.id not in known:
        raise not_found(f"Product option with id: {used.id} was not found")
    option = known[used.id]
    if option.is_exclusive:
        raise invalid_data(f"Product option {option.title} is exclusive to another product")
    _refuse_foreign(option, used.value_ids or ())
    return option


def _refuse_foreign(option: Held, value_ids: Collection[str]) -> None:
    foreign = [id_ for id_ in value_ids if id_ not in option.values.values()]
    if foreign:
        raise invalid_data(f"Option value with id: {foreign[0]} does not exist for option {option.title}")


async def use_values(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    """Add values of shared options to what products use; what they use already stays."""
    if pairs:
        await run(session, _USE, [product_id for product_id, _ in pairs], [value_id for _, value_id in pairs])


async def remove_options(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    """Take options (product, option) from products; one that belonged to the product alone is deleted.

    Errors: `invalid_data` while a variant of the product has a value of it.
    """
    if not pairs:
        return
    columns = [product_id for product_id, _ in pairs], [option_id for _, option_id in pairs]
    for row in await run(session, _REMOVED_IN_USE, *columns):
        raise invalid_data(f"Option {row.title} is used by variant {row.variant} and cannot be removed")
    await run(session, _UNUSE_OPTIONS, *columns)
    gone = await run(session, _UNLINK, *columns)
    await retire_options(session, [row.id for row in gone if row.is_exclusive])


async def held_options(session: AsyncSession, product_ids: Collection[str]) -> dict[str, dict[str, Held]]:
    """Return the options of products by product and id, locked."""
    rows = await run(session, _LINKED, list(product_ids)) if product_ids else ()
    known = await _lock(session, {row.id for row in rows})
    held: dict[str, dict[str, Held]] = {product_id: {} for product_id in product_ids}
    for row in rows:
        if row.id in known:
            held[row.product_id][row.id] = known[row.id]
    return held


async def change_options(session: AsyncSession, changes: Sequence[tuple[str, OptionChange]]) -> None:
    """Change which values products use (product, change); values new to an option are made.

    Errors: `not_found` for an option that the product does not have, `invalid_data` for a value of another option, or
    one that a variant of the product has and that would go.
    """
    if not changes:
        return
    linked = await held_options(session, {product_id for product_id, _ in changes})
    for product_id, change in changes:
        with about(product_id):
            if change.option_id not in linked[product_id]:
                raise not_found(f"Product option with id: {change.option_id} was not found")
            _refuse_foreign(linked[product_id][change.option_id], [*change.add_ids, *change.remove])
    known = {id_: option for options in linked.values() for id_, option in options.items()}
    await refuse_used(session, [(product_id, id_) for product_id, change in changes for id_ in change.remove])
    made = await _new_values(session, known, changes)
    used = [
        (product_id, value_id)
        for product_id, change in changes
        if not known[change.option_id].is_exclusive
        for value_id in [*change.add_ids, *(made[change.option_id][text] for text in change.add_values)]
    ]
    await use_values(session, used)
    await _drop_values(session, known, changes)


async def batch_options(
    session: AsyncSession,
    product_id: str,
    *,
    add: Sequence[Wanted],
    remove: Sequence[str],
    update: Sequence[OptionChange],
) -> str:
    """Change a product's use of options, what it leaves first, and return its id.

    Errors: `not_found` for the product or an option of another one, and as `remove_options`, `add_options`,
    `change_options`.
    """
    await locked(session, Product, product_id)
    await remove_options(session, [(product_id, option_id) for option_id in remove])
    titles = {product_id: list((await choices_of(session, [product_id]))[product_id])}
    await add_options(session, {product_id: add}, titles)
    await change_options(session, [(product_id, change) for change in update])
    await tell(session, "product.updated", product_id)
    return product_id


async def _new_values(
    session: AsyncSession, known: Mapping[str, Held], changes: Sequence[tuple[str, OptionChange]]
) -> dict[str, dict[str, str]]:
    """Make the values that options do not have yet; return all of them, by option and text."""
    values = {id_: dict(option.values) for id_, option in known.items()}
    rows = []
    for _, change in changes:
        for text in change.add_values:
            if text not in values[change.option_id]:
                row = ProductOptionValue(id=new_id("optval"), value=text, option_id=change.option_id)
                values[change.option_id][text] = row.id
                rows.append(row)
    await save(session, *rows)
    return values


async def _drop_values(
    session: AsyncSession, known: Mapping[str, Held], changes: Sequence[tuple[str, OptionChange]]
) -> None:
    gone = [(to, id_, known[change.option_id]) for to, change in changes for id_ in change.remove]
    await retire_values(session, [id_ for _, id_, option in gone if option.is_exclusive])
    left = [(to, id_) for to, id_, option in gone if not option.is_exclusive]
    if left:
        await run(session, _UNUSE, [to for to, _ in left], [id_ for _, id_ in left])


async def _lock(session: AsyncSession, option_ids: Collection[str]) -> dict[str, Held]:
    """Return the live ones of these options, locked."""
    if not option_ids:
        return {}
    await run(session, _LOCK, sorted(option_ids))
    known: dict[str, Held] = {}
    for row in await run(session, _HELD, sorted(option_ids)):
        texts = dict(zip(row.texts, row.value_ids, strict=True))
        known[row.id] = Held(row.id, row.title, row.is_exclusive, texts)
    return known


_LOCK: Final = "SELECT id FROM product_option WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"
_HELD: Final = """
SELECT o.id, o.title, o.is_exclusive,
  array_remove(array_agg(v.value ORDER BY v.id), NULL) AS texts,
  array_remove(array_agg(v.id ORDER BY v.id), NULL) AS value_ids
FROM product_option o LEFT JOIN product_option_value v ON v.option_id = o.id AND v.deleted_at IS NULL
WHERE o.id = ANY($1::text[]) AND o.deleted_at IS NULL GROUP BY o.id
"""
_LOCK_OF_PRODUCTS: Final = """
SELECT o.id FROM product_option o WHERE o.deleted_at IS NULL AND o.id IN (
  SELECT product_option_id FROM product_product_option WHERE product_id = ANY($1::text[])) ORDER BY o.id FOR SHARE
"""
_CHOICES: Final = """
SELECT l.product_id, o.title, v.value, v.id AS value_id
FROM product_product_option l JOIN product_option o ON o.id = l.product_option_id AND o.deleted_at IS NULL
LEFT JOIN product_option_value v ON v.option_id = o.id AND v.deleted_at IS NULL AND (o.is_exclusive OR EXISTS (
  SELECT FROM product_product_option_value u WHERE u.product_id = l.product_id AND u.option_value_id = v.id))
WHERE l.product_id = ANY($1::text[])
"""
_USE: Final = """
INSERT INTO product_product_option_value (product_id, option_value_id)
SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
"""
_UNUSE: Final = """
DELETE FROM product_product_option_value u USING unnest($1::text[], $2::text[]) AS x(product_id, value_id)
WHERE u.product_id = x.product_id AND u.option_value_id = x.value_id
"""
_UNUSE_OPTIONS: Final = """
DELETE FROM product_product_option_value u
USING unnest($1::text[], $2::text[]) AS x(product_id, option_id), product_option_value v
WHERE u.product_id = x.product_id AND v.option_id = x.option_id AND u.option_value_id = v.id
"""
_UNLINK: Final = """
DELETE FROM product_product_option l USING unnest($1::text[], $2::text[]) AS x(product_id, option_id), product_option o
WHERE l.product_id = x.product_id AND l.product_option_id = x.option_id AND o.id = x.option_id
RETURNING o.id, o.is_exclusive
"""
_REMOVED_IN_USE: Final = """
SELECT o.title, pv.title AS variant FROM unnest($1::text[], $2::text[]) AS x(product_id, option_id)
JOIN product_option o ON o.id = x.option_id
JOIN product_option_value v ON v.option_id = o.id
JOIN product_variant_option l ON l.option_value_id = v.id
JOIN product_variant pv ON pv.id = l.variant_id AND pv.product_id = x.product_id AND pv.deleted_at IS NULL
ORDER BY pv.id LIMIT 1
"""
_LINKED: Final = """
SELECT l.product_id, l.product_option_id AS id FROM product_product_option l
JOIN product_option o ON o.id = l.product_option_id AND o.deleted_at IS NULL WHERE l.product_id = ANY($1::text[])
"""
