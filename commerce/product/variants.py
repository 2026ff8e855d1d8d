"""Writes of variants: what they are, and which option values they have (contract section 22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.models import (
    Product,
    ProductVariant,
    ProductVariantInventoryItem,
    ProductVariantOption,
    ProductVariantPriceSet,
)
from commerce.product.product_options import choices_of
from commerce.product.rules import missing_value
from commerce.product.types import Choices, NewVariant
from kit.db import run
from kit.errors import about, invalid_data
from kit.ids import new_id
from kit.inserts import insert_all
from kit.rows import change_all, locked, locked_all, retire, save_each


@dataclass(frozen=True)
class Chosen:
    """The option values of a variant, by the option's title."""

    title: str
    values: Mapping[str, str]


async def create_variants(
    session: AsyncSession, new: Sequence[tuple[str, NewVariant]], elements: Sequence[int | str] | None = None
) -> list[ProductVariant]:
    """Create variants (product, variant) and return them in the order given; the products are locked already.

    A refusal knows which of `elements` it is about, each variant being one of its own by default. Errors:
    `invalid_data` for a taken sku or code, a value that no option has, the values that another variant has.
    """
    if not new:
        return []
    places = list(elements) if elements is not None else list(range(len(new)))
    combinations = await _combinations(session, {product_id for product_id, _ in new})
    rows = [_variant(product_id, variant) for product_id, variant in new]
    for place, row, (product_id, variant) in zip(places, rows, new, strict=True):
        with about(place):
            combinations.choose(product_id, row.id, variant.title, variant.options)
    combinations.refuse_twins({row.id: place for place, row in zip(places, rows, strict=True)})
    await save_each(session, rows, places)
    await _save_choices(session, combinations, new=[(row.product_id, row.id) for row in rows])
    return rows


def _variant(product_id: str, variant: NewVariant) -> ProductVariant:
    return ProductVariant(
        id=new_id("variant"),
        product_id=product_id,
        title=variant.title,
        sku=variant.sku,
        barcode=variant.barcode,
        ean=variant.ean,
        upc=variant.upc,
        manage_inventory=variant.manage_inventory,
        allow_backorder=variant.allow_backorder,
        variant_rank=variant.variant_rank,
        thumbnail=variant.thumbnail,
        metadata_=variant.metadata and dict(variant.metadata),
        **vars(variant.measures),
    )


async def lock_variants(
    session: AsyncSession, product_id: str, variant_ids: Sequence[str]
) -> dict[str, ProductVariant]:
    """Return variants of a product, locked, and the product with them. Errors: `not_found`."""
    await locked(session, Product, product_id)
    return await locked_all(session, ProductVariant, variant_ids, ProductVariant.product_id == product_id)


async def update_variants(
    session: AsyncSession, rows: Mapping[str, ProductVariant], given: Mapping[str, Mapping[str, Any]]
) -> None:
    """Change what is given of locked variants of locked products, by id; of `options` those that are named.

    A refusal knows which of `given` it is about. Errors: as `create_variants`.
    """
    chosen = {id_: columns["options"] for id_, columns in given.items() if columns.get("options")}
    if chosen:
        combinations = await _combinations(session, {rows[id_].product_id for id_ in chosen})
        for id_, options in chosen.items():
            with about(id_):
                title = given[id_].get("title", rows[id_].title)
                combinations.choose(rows[id_].product_id, id_, title, options)
        combinations.refuse_twins({id_: id_ for id_ in chosen})
        await run(session, "DELETE FROM product_variant_option WHERE variant_id = ANY($1::text[])", list(chosen))
        await _save_choices(session, combinations, new=[(rows[id_].product_id, id_) for id_ in chosen])
    columns = {id_: {n: v for n, v in each.items() if n not in {"id", "options"}} for id_, each in given.items()}
    await change_all(session, ProductVariant, rows, columns)


async def retire_variants(session: AsyncSession, variant_ids: Sequence[str]) -> list[str]:
    """Soft-delete variants and return those that were there; their pictures become those of all variants again."""
    if not variant_ids:
        return []
    await run(session, "DELETE FROM variant_image WHERE variant_id = ANY($1::text[])", list(variant_ids))
    return await retire(session, ProductVariant, *variant_ids)


async def link_variants(
    session: AsyncSession, price_sets: Mapping[str, str], inventory: Sequence[tuple[str, str, Decimal]]
) -> None:
    """Link variants with their price sets (by variant id) and their inventory items (variant, item, how many)."""
    sets = [{"variant_id": variant, "price_set_id": one} for variant, one in price_sets.items()]
    await insert_all(session, ProductVariantPriceSet, sets)
    parts = [
        {"variant_id": variant, "inventory_item_id": item, "required_quantity": quantity}
        for variant, item, quantity in inventory
    ]
    await insert_all(session, ProductVariantInventoryItem, parts)


class _Combinations:
    """What the variants of some products have chosen, and may choose from."""

    def __init__(self, choices: Mapping[str, Choices], chosen: dict[str, dict[str, Chosen]]) -> None:
        self._choices = choices
        self.chosen = chosen

    def choose(self, product_id: str, variant_id: str, title: str, options: Mapping[str, str]) -> None:
        """Let a variant have these values beside those it has. Errors: `invalid_data` for a value that there is not."""
        choices, variants = self._choices[product_id], self.chosen[product_id]
        wrong = missing_value(choices, options)
        if wrong:
            raise invalid_data(wrong)
        held = variants.pop(variant_id, Chosen(title, {})).values  # it goes to the end: the last is the one refused
        variants[variant_id] = Chosen(title, {**held, **{name: choices[name][text] for name, text in options.items()}})

    def refuse_twins(self, changed: Mapping[str, int | str]) -> None:
        """Refuse a changed variant, known by its element, with the values of another one. Errors: `invalid_data`."""
        for variants in self.chosen.values():
            owners: dict[frozenset[str], str] = {}
            for id_, variant in variants.items():
                owner = owners.setdefault(frozenset(variant.values.values()), id_)
                if owner != id_ and id_ in changed and variant.values:
                    with about(changed[id_]):
                        raise invalid_data(f"Variant ({variants[owner].title}) with provided options already exists.")


async def _combinations(session: AsyncSession, product_ids: Collection[str]) -> _Combinations:
    choices = await choices_of(session, product_ids)
    found: dict[str, dict[str, dict[str, str]]] = {id_: {} for id_ in choices}
    titles: dict[str, str] = {}
    for row in await run(session, _CHOSEN, list(choices)):
        found[row.product_id].setdefault(row.id, {})[row.option] = row.option_value_id
        titles[row.id] = row.title
    chosen = {
        product_id: {id_: Chosen(titles[id_], values) for id_, values in variants.items()}
        for product_id, variants in found.items()
    }
    return _Combinations(choices, chosen)


async def _save_choices(session: AsyncSession, made: _Combinations, *, new: Iterable[tuple[str, str]]) -> None:
    """Insert the values of variants (product, variant) that have none in the database."""
    links = [
        {"variant_id": variant_id, "option_value_id": value_id}
        for product_id, variant_id in new
        for value_id in made.chosen[product_id][variant_id].values.values()
    ]
    await insert_all(session, ProductVariantOption, links)


_CHOSEN: Final = """
SELECT pv.product_id, pv.id, pv.title, o.title AS option, l.option_value_id
FROM product_variant pv JOIN product_variant_option l ON l.variant_id = pv.id
JOIN product_option_value v ON v.id = l.option_value_id AND v.deleted_at IS NULL
JOIN product_option o ON o.id = v.option_id AND o.deleted_at IS NULL
WHERE pv.product_id = ANY($1::text[]) AND pv.deleted_at IS NULL ORDER BY pv.id
"""
