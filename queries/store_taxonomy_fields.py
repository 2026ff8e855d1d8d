"""What a storefront may ask of types, tags, collections and categories beside the defaults (store_allowed_fields)."""

from __future__ import annotations

from itertools import product
from typing import Final

from queries.store_product_fields import ALLOWED, DEFAULTS

_OF_PRODUCT: Final = (*(name.removeprefix("*") for name in DEFAULTS if name != "*variants.options.option"), *ALLOWED)
OF_PRODUCTS: Final = tuple(f"products.{name}" for name in ("id", *_OF_PRODUCT))
"""Everything that `/store/products` shows and allows, below `products`."""

_KIN: Final = ("category_children", "parent_category")
_BRANCHES: Final = tuple(".".join(path) for length in (1, 2, 3) for path in product(_KIN, repeat=length))
_OF_CATEGORY: Final = (
    *("created_at", "deleted_at", "description", "external_id", "handle", "id"),
    *("name", "parent_category_id", "rank", "updated_at"),
)
OF_CATEGORIES: Final = (
    *("deleted_at", "products", "products.images", "products.options", "products.title", "products.variants"),
    "category_children.products.title",
    *(path for path in _BRANCHES if "." in path),
    *(f"{path}.{name}" for path in _BRANCHES for name in _OF_CATEGORY),
)
"""What may be asked of a category: its kin up to the third degree, and some of its products."""
