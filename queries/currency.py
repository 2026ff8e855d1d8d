"""Currencies."""

from __future__ import annotations

from typing import Final

from commerce.currency.models import Currency
from kit.query import Resource, plain

STORE_CURRENCY: Final = Resource(
    Currency,
    key="currency",
    plural="currencies",
    defaults=("code", "name", "symbol", "symbol_native", "decimal_digits", "rounding"),
    allowed=("created_at", "deleted_at", "updated_at"),
    filters=plain("code"),
    search=("code", "name"),
    combines=True,
    idle=("with_deleted",),
    twins=("rounding",),
)
