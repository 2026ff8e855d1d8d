"""Change products: what they are, how they are sorted and offered, their pictures, options and variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product import images, option_sets, products
from commerce.product.models import Product
from kit.outbox import tell
from kit.rows import locked_all
from operations.create_product import require_places
from operations.replace_variants import replace_variants

SETS: Final = {"tags": products.TAGS, "categories": products.CATEGORIES, "sales_channels": products.CHANNELS}
APART: Final = {*SETS, "id", "shipping_profile_id", "images", "options", "option_ids", "variants", "additional_data"}


async def update_product(session: AsyncSession, product_id: str, given: Mapping[str, Any]) -> str:
    """Change one product and return its id. Errors: as `update_products`."""
    await update_products(session, {product_id: given})
    return product_id


async def update_products(session: AsyncSession, given: Mapping[str, Mapping[str, Any]]) -> None:
    """Change what is given of products, by id: sets are replaced, metadata is merged, what is left out stays.

    The number of statements does not depend on the number of products. A refusal knows which of `given` it is about.
    Errors: `not_found` for a product and whatever it is to be linked with; `invalid_data` for a bad or taken handle and
    what commerce.product.option_sets and `replace_variants` refuse.
    """
    if not given:
        return
    rows = await locked_all(session, Product, list(given))
    columns = {id_: {n: v for n, v in each.items() if n not in APART} for id_, each in given.items()}
    await products.change_products(session, rows, columns)
    await _sort(session, given)
    await images.set_images(session, {id_: each["images"] for id_, each in given.items() if "images" in each})
    await option_sets.set_options(session, {i: each["option_ids"] for i, each in given.items() if "option_ids" in each})
    await option_sets.replace_options(session, {i: each["options"] for i, each in given.items() if "options" in each})
    await replace_variants(session, {id_: each["variants"] for id_, each in given.items() if "variants" in each})
    await tell(session, "product.updated", *given)


async def _sort(session: AsyncSession, given: Mapping[str, Mapping[str, Any]]) -> None:
    """Put products among tags, categories, channels and a shipping profile."""
    sets = {
        name: {id_: [other["id"] for other in each[name]] for id_, each in given.items() if name in each}
        for name in SETS
    }
    profiles = {
        id_: [each["shipping_profile_id"]] if each["shipping_profile_id"] else []
        for id_, each in given.items()
        if "shipping_profile_id" in each
    }
    channels = [channel for each in sets["sales_channels"].values() for channel in each]
    await require_places(session, channels, [profile for each in profiles.values() for profile in each])
    for name, (model, column) in SETS.items():
        await products.set_links(session, model, column, sets[name])
    await products.set_links(session, *products.PROFILE, profiles)
