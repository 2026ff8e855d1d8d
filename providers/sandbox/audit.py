"""The judge of fault tests: what the sandbox's log says about money, to be compared with orders and ledger.

It sums the effects by itself and shares no arithmetic with the server whose log it reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from providers.sandbox.log import MONEY_KINDS, Effect, read

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentMoney:
    """The money of one intent: totals of its effects."""

    intent: str
    session: str
    currency: str
    amount: Decimal
    authorised: Decimal
    captured: Decimal
    voided: Decimal
    refunded: Decimal
    is_canceled: bool

    @property
    def held(self) -> Decimal:
        """Return what is still blocked."""
        return self.authorised - self.captured - self.voided

    @property
    def taken(self) -> Decimal:
        """Return what was captured and not given back."""
        return self.captured - self.refunded

    @property
    def is_holding(self) -> bool:
        """Tell whether the shopper still misses money."""
        return bool(self.held or self.taken)


def audit(log_file: Path) -> dict[str, tuple[IntentMoney, ...]]:
    """Return session id -> the money of its intents; one intent a session is the rule, two are worth a look."""
    effects: dict[str, list[Effect]] = {}
    for entry in read(log_file):
        for effect in entry.effects:
            effects.setdefault(effect.intent, []).append(effect)
    found: dict[str, tuple[IntentMoney, ...]] = {}
    for of_intent in effects.values():
        money = _money(of_intent)
        found[money.session] = (*found.get(money.session, ()), money)
    return found


def unexplained(log_file: Path, orders: Mapping[str, Decimal]) -> list[str]:
    """Return a sentence for each session whose money does not agree with `orders` (session id -> amount of its order).

    A session of an order must have exactly that amount held or taken, any other session nothing. Also told: an order
    without a session at the sandbox, and what no honest provider does (see `impossible`).
    """
    sessions = audit(log_file)
    told = impossible(log_file)
    for session in sorted(sessions.keys() | orders.keys()):
        there = sum((money.held + money.taken for money in sessions.get(session, ())), ZERO)
        expected = orders.get(session, ZERO)
        if there != expected:
            told.append(f"{session}: {there:f} at the provider, {expected:f} explained by an order")
    return told


def impossible(log_file: Path) -> list[str]:
    """Return a sentence for each breach of the sandbox's own rules: a key that moved money twice, negative sums."""
    keys: Counter[tuple[str, str]] = Counter()
    for entry in read(log_file):
        for effect in entry.effects:
            if effect.key is not None and effect.kind in MONEY_KINDS:
                keys[effect.kind, effect.key] += 1
    told = [f"{key}: {kind} happened {times} times" for (kind, key), times in keys.items() if times > 1]
    for session, intents in audit(log_file).items():
        told += [f"{session}: {m.intent} has less than nothing" for m in intents if min(m.held, m.taken) < ZERO]
        told += [f"{session}: {m.intent} holds money after its cancel" for m in intents if m.is_canceled and m.held]
    return told


def _money(effects: list[Effect]) -> IntentMoney:
    sums = {kind: sum((e.amount for e in effects if e.kind == kind), ZERO) for kind in MONEY_KINDS}
    priced = [e for e in effects if e.kind in {"create", "update"}][-1]
    return IntentMoney(
        intent=priced.intent,
        session=priced.session,
        currency=priced.currency,
        amount=priced.amount,
        authorised=sums["authorise"],
        captured=sums["capture"] - sums["uncapture"],
        voided=sums["void"],
        refunded=sums["refund"] - sums["unrefund"],
        is_canceled=any(e.kind == "cancel" for e in effects),
    )
