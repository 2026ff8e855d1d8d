"""The sales channel that a cart is sold through."""

from __future__ import annotations

import json
from typing import Final

from kit.errors import invalid_data

CHANNEL: Final = """SELECT json_build_object('name', name, 'is_disabled', is_disabled)::text FROM sales_channel
  WHERE id = {channel_id} AND deleted_at IS NULL"""


def require_open_channel(text: str | None, sales_channel_id: str) -> None:
    """Refuse a channel that `CHANNEL` did not find, or that is disabled (contract section 11)."""
    row = json.loads(text) if text is not None else {"name": sales_channel_id, "is_disabled": True}
    if row["is_disabled"]:
        raise invalid_data(f"Unable to assign cart to disabled Sales Channel: {row['name']}")
