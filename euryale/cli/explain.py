"""What `euryale explain-cart` prints."""

from __future__ import annotations

from collections.abc import Sequence

from euryale.cli.target import require_database
from kit.db import Database
from kit.settings import Settings
from operations.explain_cart import explain_cart


async def explanation(settings: Settings, id_: str, codes: Sequence[str]) -> str:
    """Return how the cart, or the cart of the order, came to its total. Errors: `not_found`."""
    await require_database(settings.database_url)
    database = Database(settings.database_url, pool_size=1)
    try:
        return await database.transact(lambda session: explain_cart(session, id_, codes))
    finally:
        await database.close()
