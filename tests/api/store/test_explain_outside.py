"""`explain_cart` of what providers say: calculated shipping, taxes known elsewhere, and what they have not said."""

from __future__ import annotations

import pytest

from kit.db import Database
from operations.explain_cart import explain_cart
from tests.support.outside_shop import Outside, outside, plugins

__all__ = ["outside", "plugins"]
pytestmark = pytest.mark.usefixtures("plugins")  # before the application


async def told(database: Database, cart_id: str) -> str:
    text = await database.transact(lambda session: explain_cart(session, cart_id))
    return " ".join(text.split())


async def test_whoever_calculated_and_taxed_is_named(outside: Outside, database: Database) -> None:
    await outside.tax_elsewhere()
    text = await told(database, await outside.shipped(2))
    assert "1 x 3 without tax 3 calculated for this cart by the provider moody" in text
    assert "10 % Moody tax (MOODY), by the provider moody" in text
    assert "not confirmed" not in text


async def test_what_nobody_has_said_is_told(outside: Outside, database: Database) -> None:
    await outside.tax_elsewhere()
    outside.taxes.fail()
    text = await told(database, await outside.cart(2))
    assert "not confirmed by the providers that know it: taxes" in text
    assert "no tax yet: the provider that knows it has not answered 0" in text
