"""Let products have exactly the variants that are named: some change, some are new, the others go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product import variants
from commerce.product.models import ProductVariant
from kit.db import run
from kit.errors import CommerceError, about, not_found
from kit.outbox import tell
from kit.rows import locked_all
from operations.delete_variants import retire_offers
from operations.offer_variants import VariantOffer, offer_variants
from operations.update_variants import change_variants


async def replace_variants(
    session: AsyncSession, wanted: Mapping[str, Sequence[VariantOffer | Mapping[str, Any]]]
) -> None:
    """Set the variants of locked products, by id: offers are new, changes carry the `id` of a variant that stays.

    A refusal knows the product. Errors: `not_found` for a variant of another product, and what deleting, changing and
    creating variants refuse.
    """
    if not wanted:
        return
    owners = {row.id: row.product_id for row in await run(session, _LIVE, list(wanted))}
    new = [(to, each) for to, some in wanted.items() for each in some if isinstance(each, VariantOffer)]
    changes = [(to, each) for to, some in wanted.items() for each in some if not isinstance(each, VariantOffer)]
    for to, change in changes:
        if owners.get(change["id"]) != to:
            with about(to):
                raise not_found(f"Product variant with id: {change['id']} was not found")
    given = {change["id"]: change for _, change in changes}
    gone = [id_ for id_ in owners if id_ not in given]
    await retire_offers(session, gone)
    await tell(session, "product-variant.deleted", *await variants.retire_variants(session, gone))
    with _naming_products(owners):
        await change_variants(session, await locked_all(session, ProductVariant, list(given)), given)
    made = await variants.create_variants(session, [(to, each.variant) for to, each in new], [to for to, _ in new])
    await offer_variants(session, made, [each for _, each in new])


@contextmanager
def _naming_products(owners: Mapping[str, str]) -> Iterator[None]:
    """Let the refusal of a variant be one of its product: that is the element which the caller sent."""
    try:
        yield
    except CommerceError as error:
        error.element = owners.get(str(error.element))
        raise


_LIVE: Final = """
SELECT id, product_id FROM product_variant WHERE product_id = ANY($1::text[]) AND deleted_at IS NULL
ORDER BY id FOR UPDATE
"""
