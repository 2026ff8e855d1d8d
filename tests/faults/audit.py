"""The audit: what shoppers heard and what the provider did, held against orders, payments, stock and ledger."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import asyncpg

from providers.sandbox.audit import audit as provider_money
from providers.sandbox.audit import unexplained
from tests.faults import listener
from tests.faults.judgements import AGED, JUDGEMENTS, MONEY_OF_SESSIONS, ORDERS, UNFINISHED
from tests.faults.shop import Shop
from tests.faults.shopper import End, Visit

SETTLING = 45.0  # seconds; a deadline, a provider that hangs, and some sweeps


@dataclass(repr=False)
class Report:
    """Every violation by its kind, with the stories of the visits concerned."""

    visits: int = 0
    orders: int = 0
    settled_after: float = 0.0
    violations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stories: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(self.violations.values())

    @property
    def number(self) -> int:
        return sum(map(len, self.violations.values()))

    def __repr__(self) -> str:
        head = f"{self.visits} visits, {self.orders} orders, settled after {self.settled_after:.1f} s: "
        lines = [head + ("clean" if self.is_clean else f"{self.number} violations")]
        for kind, found in sorted(self.violations.items()):
            if not found:
                continue
            lines += [f"- {kind}: {len(found)}", *(f"    {one}" for one in found[:8])]
        return "\n".join([*lines, *self.stories[:5]])


async def audit(shop: Shop, visits: Sequence[Visit], *, settling: float = SETTLING) -> Report:
    """Wait until the shop has settled, judge it, and return the report; a shop with violations is marked dirty."""
    await shop.wait_ready()
    connection = await shop.connect()
    try:
        report = Report(visits=len(visits))
        await _settle(connection, report, settling)
        await _judge_database(connection, report)
        orders = await connection.fetch(ORDERS)
        report.orders = len(orders)
        _judge_visits(report, visits, orders)
        _judge_events(report, shop, {order["id"] for order in orders})
        await _judge_money(connection, shop, report, orders)
    finally:
        await connection.close()
    shop.is_dirty = shop.is_dirty or not report.is_clean
    _tell_stories(report, visits)
    return report


async def _settle(connection: asyncpg.Connection, report: Report, settling: float) -> None:
    began = time.monotonic()
    for statement in AGED:
        await connection.execute(statement)
    while True:
        found = {kind: [row[0] for row in await connection.fetch(sql)] for kind, sql in UNFINISHED.items()}
        report.settled_after = time.monotonic() - began
        if not any(found.values()):
            return
        if report.settled_after > settling:
            report.violations |= {kind: rows for kind, rows in found.items() if rows}
            return
        await asyncio.sleep(0.25)


async def _judge_database(connection: asyncpg.Connection, report: Report) -> None:
    for kind, sql in JUDGEMENTS.items():
        if rows := await connection.fetch(sql):
            report.violations[kind] = [row[0] for row in rows]


def _judge_visits(report: Report, visits: Sequence[Visit], orders: Iterable[asyncpg.Record]) -> None:
    made: dict[str, set[str]] = defaultdict(set)
    for order in orders:
        made[order["cart_id"]].add(order["id"])
    for visit in visits:
        there = made[visit.cart_id]
        if visit.order_ids - there:
            report.violations["an answered order is not there"].append(f"{visit.cart_id}: {visit.order_ids}")
        if len(visit.order_ids) > 1:
            report.violations["one cart heard of two orders"].append(f"{visit.cart_id}: {visit.order_ids}")
        if visit.end in (End.GAVE_UP, End.SHOCKED):
            report.violations[f"a shopper {visit.end}"].append(f"{visit.cart_id}: {visit.surprises}")
        if visit.end is End.SOLD_OUT and there:
            report.violations["a shopper was refused and has an order"].append(f"{visit.cart_id}: {there}")
        if visit.end is End.ORDERED and len(there) != 1:
            report.violations["a buyer has not exactly one order"].append(f"{visit.cart_id}: {there}")


def _judge_events(report: Report, shop: Shop, orders: set[str]) -> None:
    """Judge by what the subscriber wrote down: every order at least once, always under the same id."""
    heard = set(listener.heard(shop.heard))
    ids = Counter(order for _, order in heard)
    report.violations["an order that is not there was announced"] += sorted(ids.keys() - orders)
    report.violations["an order was not announced"] += sorted(orders - ids.keys())
    twice = [order for order, number in ids.items() if number > 1]
    report.violations["an order was announced by two events"] += sorted(twice)


async def _judge_money(
    connection: asyncpg.Connection, shop: Shop, report: Report, orders: Iterable[asyncpg.Record]
) -> None:
    explained: dict[str, Decimal] = {
        order["session_id"]: order["amount"]
        for order in orders
        if (order["provider_id"] or "").startswith("pp_sandbox_") and order["status"] != "pending_authorization"
    }
    if told := unexplained(shop.effects, explained):
        report.violations["the provider's log disagrees with the orders"] = told
    there = provider_money(shop.effects)
    for booked in await connection.fetch(MONEY_OF_SESSIONS):
        intents = there.get(booked["id"], ())
        for name in ("authorised", "captured", "voided", "refunded"):
            moved = sum((getattr(intent, name) for intent in intents), Decimal(0))
            if moved != booked[name]:
                kind = "the ledger disagrees with the provider's log"
                report.violations[kind].append(f"{booked['id']}: {name} {booked[name]}, at the provider {moved}")


def _tell_stories(report: Report, visits: Sequence[Visit]) -> None:
    told = "\n".join(one for found in report.violations.values() for one in found)
    report.stories = [visit.describe() for visit in visits if visit.cart_id and visit.cart_id in told]
