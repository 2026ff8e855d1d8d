"""An order's ledger: its entries, what each account holds, and what they add up to (design section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce.ledger.rules import TERMS, balances, total
from kit.db import one, run
from kit.decimals import EXACT, ZERO, Encodable, encode


async def read_ledger(connection: AsyncConnection, order_id: str) -> str | None:
    """Return the ledger as JSON text, the oldest entry first; None when there is no such order.

    A balance is debits less credits of an account at one provider: the sum over all of them is 0.
    """
    order = await one(connection, _ORDER, order_id)
    if order is None:
        return None
    entries = await run(connection, _ENTRIES, order_id)
    providers = sorted({entry.provider_id for entry in entries}, key=lambda id_: id_ or "")
    flows = _flows(entries)
    told: dict[str, Encodable] = {
        "order_id": order_id,
        "currency_code": order.currency_code,
        "totals": {name: total(name, flows) for name in TERMS},
        "accounts": [
            {"provider_id": provider, "account": account, "balance": balance}
            for provider in providers
            for account, balance in balances(_flows(e for e in entries if e.provider_id == provider)).items()
        ],
        "entries": [_shown(entry) for entry in entries],
    }
    return encode({"ledger": told})


def _flows(entries: Iterable[Row[Any]]) -> dict[tuple[str, str], Any]:
    flows: dict[tuple[str, str], Any] = {}
    for entry in entries:
        key = (entry.debit, entry.credit)
        flows[key] = EXACT.add(flows.get(key, ZERO), entry.amount)
    return flows


def _shown(entry: Row[Any]) -> dict[str, Encodable]:
    return {
        "id": entry.id,
        "debit": entry.debit,
        "credit": entry.credit,
        "amount": entry.amount,
        "currency_code": entry.currency_code,
        "provider_id": entry.provider_id,
        "payment_session_id": entry.payment_session_id,
        "source_id": entry.source_id,
        "note": entry.note,
        "created_at": entry.created_at,
    }


_ORDER: Final = 'SELECT currency_code FROM "order" WHERE id = $1 AND deleted_at IS NULL'
_ENTRIES: Final = """
SELECT id, debit, credit, amount, currency_code, provider_id, payment_session_id, source_id, note,
  to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at
FROM ledger_entry WHERE order_id = $1 ORDER BY id
"""
