"""Currencies."""

from __future__ import annotations

from typing import Final

from commerce.currency.models import Currency
from kit.query import Resource, plain

CURRENCY: Final[Resource] = Resource(
    Currency,
    key="currency",
    plural="currencies",
    defaults=("code", "name", "symbol", "symbol_native", "decimal_digits", "rounding"),
    filters=plain("code"),
    search=("code", "name"),
    combines=True,
    with_deleted=True,
    limit=200,
    twins=("rounding",),
)
STORE_CURRENCY: Final = CURRENCY.but(
    allowed=("created_at", "deleted_at", "updated_at"), with_deleted=False, idle=("with_deleted",), limit=50
)
