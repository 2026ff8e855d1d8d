"""How long PayPal keeps a `PayPal-Request-Id`, and how old ours are.

Past its lifetime a key protects from nothing: whoever comes with it then may ask, and must not send the wish again.
The age is that of the row whose id the key begins with, so a key counts as older than it is, never as younger.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from ulid import ULID

from kit import clock

_MARGIN: Final = timedelta(minutes=10)  # a call may be under way that long, and clocks differ
ORDERS: Final = timedelta(hours=6) - _MARGIN
PAYMENTS: Final = timedelta(days=45) - _MARGIN
_ULID: Final = re.compile(r"_([0-7][0-9A-HJKMNP-TV-Z]{25})")


def is_spent(key: str, lifetime: timedelta) -> bool:
    """Tell whether PayPal may have forgotten `key`; a key without one of our ids tells no age and is not."""
    born = _born(key)
    return born is not None and clock.now() - born > lifetime


def _born(key: str) -> datetime | None:
    found = _ULID.search(key)
    return ULID.from_str(found[1]).datetime if found else None
