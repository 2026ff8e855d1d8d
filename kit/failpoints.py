"""Named edges at which a test may kill the process; inert unless a failpoints file is set.

A test writes `<edge>` or `<edge> <n>` into the file: the n-th pass of that edge in any process deletes the
line and kills that process with SIGKILL. The registry is closed, so that the fault tests can walk it and
fail on an edge that was never hit.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

TRANSACTIONS: tuple[str, ...] = (
    "checkout.begin",
    "checkout.place_order",
    "checkout.refuse",
    "checkout.hand_over",
    "checkout.resolve_yes",
    "checkout.resolve_no",
    "checkout.begin_release",
    "checkout.released",
    "checkout.sweep",
    "payment.session_intent",
    "payment.session_settle",
    "payment.keep_answer",
    "payment.begin_capture",
    "payment.begin_refund",
    "payment.settle_capture",
    "payment.settle_refund",
    "payment.finish_cancel",
    "payment.next_key",
    "payment.receive_event",
    "payment.follow",
    "payment.record_deferred",
    "payment.warn_of_expiry",
    "payment.sweep",
    "outbox.mark",
    "outbox.deliver",
)
PROVIDER_CALLS: tuple[str, ...] = (
    "provider.create_session",
    "provider.authorise",
    "provider.status",
    "provider.release",
    "provider.capture",
    "provider.refund",
    "provider.cancel",
)
EDGES: frozenset[str] = frozenset(
    [f"{name}/{moment}" for name in TRANSACTIONS for moment in ("before", "before-commit", "after-commit")]
    + [f"{name}/{moment}" for name in PROVIDER_CALLS for moment in ("before", "after")]
)

_file: Path | None = None
_passes: dict[str, int] = {}


def configure(file: Path | None) -> None:
    """Watch `file` for armed edges; None switches every edge off."""
    global _file  # noqa: PLW0603 - one switch for one process, set once in a composition root
    _file = file


def hit(edge: str) -> None:
    """Pass the named edge; kills this process when a test has armed it. KeyError for an unregistered edge."""
    if edge not in EDGES:
        raise KeyError(edge)
    if _file is None:
        return
    try:
        armed = _file.read_text().split()
    except FileNotFoundError:
        return
    if not armed or armed[0] != edge:
        return
    _passes[edge] = _passes.get(edge, 0) + 1
    if _passes[edge] >= int(armed[1] if len(armed) > 1 else 1):
        try:
            _file.rename(_file.with_suffix(".fired"))  # atomic: only one process dies for one arming
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


@asynccontextmanager
async def provider_call(name: str) -> AsyncIterator[None]:
    """Surround one provider call with its two edges."""
    hit(f"{name}/before")
    yield
    hit(f"{name}/after")
