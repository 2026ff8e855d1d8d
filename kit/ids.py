"""Ids: a prefix that names the kind, and a ULID that sorts by creation (contract section 5)."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import datetime
from typing import Final

from ulid import ULID

_ROWS = (
    "cart cali caliadj calitxl casm casmadj casmtxl caaddr cacl",
    "order ordli orditem ordliadj ordlitxl ordsm ordspmv ordsmadj ordsmtxl ordaddr ordsum ordtrx ordcl",
    "prod variant opt optval img pcol pcat ptag ptyp pset price plist prule prpref pvitem",
    "pay_col payses pay capt ref refr acchld paydsp",
    "cus cuaddr cusgroup reg sc store stocur stloc sloc laddr iitem ilev resitem",
    "fuset serzo fgz so sotype sorul sp txreg txr txrule user invite authid authver apk wf_exec",
    "fuset serzo fgz so sotype sorul sp txreg txr txrule user authid apk wf_exec",
    "rr noti lyconf",
    "promo proappmet prorul prorulval procamp probudg probudgus",
    "attempt ledger evt dlv",
)
PREFIXES: frozenset[str] = frozenset(prefix for row in _ROWS for prefix in row.split())


RANDOM_BITS: Final = 80  # of a ULID's 128; the others are the milliseconds since 1970
LEAP_BITS: Final = 64  # two ids of one millisecond stay as far apart as a guess is hopeless


class _Rising:
    """ULIDs that rise within a process, also inside one millisecond: lists come by id, and mean creation order.

    The library's own would rise by one, and whoever has a cart's id would have the next cart's too.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> ULID:
        fresh = time.time_ns() // 1_000_000 << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
        with self._lock:
            self._last = fresh if fresh > self._last else self._last + 1 + secrets.randbits(LEAP_BITS)
            return ULID.from_int(self._last)


_RISING: Final = _Rising()


def new_id(prefix: str) -> str:
    """Return a fresh id such as `order_01J...`; KeyError for a prefix that contract section 5 does not have."""
    if prefix not in PREFIXES:
        raise KeyError(prefix)
    return f"{prefix}_{_RISING.next()}"


def new_ulid() -> str:
    """Return what a fresh id is without its prefix: for files, whose names are no ids of rows."""
    return str(_RISING.next())


def made_at(id_: str) -> datetime:
    """Return when an id of ours was made, to the millisecond; ValueError for one that is not ours."""
    return ULID.from_str(id_.rpartition("_")[2]).datetime
