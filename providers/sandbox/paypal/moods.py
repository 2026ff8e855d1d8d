"""The stand-in's moods: what goes wrong, for which call.

`next` is a list of (call, mood) that are used up, the first that fits first; after them the weights draw. A draw
depends on seed, call and key alone, so a test can be run again.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any, Final

CALM: Final = "calm"
WISHES: Final = frozenset({"create", "authorize", "capture_order", "capture", "reauthorize", "void", "refund", "patch"})
CALLS: Final = WISHES | {"token", "get", "verify", "events", "disputes", "certificate"}
FAULTS: Final = frozenset(
    {
        "reset_before",  # the connection is reset before anything happened; the same call is served next time
        "reset_after",  # done, and the connection is reset
        "late_landing",  # the connection is reset, and the request lands up to `late_seconds` later
        "apply_then_timeout",  # done, but the answer takes `hang_seconds`
        "error_after",  # done, but answered with 500, now and for every repetition of the key
        "error_once",  # done, but answered with 500; a repetition hears the truth
        "slow",  # done and answered after `slow_seconds`; meanwhile the key is in use
        "outage",  # 503, nothing happens
        "too_many",  # 429 with Retry-After, nothing happens
        "refuse",  # 403, nothing happens
    }
)
OUTCOMES: Final[dict[str, frozenset[str]]] = {
    "decline": frozenset({"authorize", "capture_order", "capture", "refund", "reauthorize"}),  # 422, nothing happens
    "pending": frozenset({"authorize", "capture_order", "capture", "refund"}),  # 201, and it is PENDING
    "fail": frozenset({"authorize", "capture_order", "capture", "refund"}),  # 201, and it is DENIED, DECLINED, FAILED
}
WEBHOOKS: Final = frozenset({"send", "twice", "shuffled", "lost", "held"})


class UnknownMood(ValueError):  # noqa: N818 - it is an answer, not a fault
    """A mood or knob that does not exist, or not for that call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """How the stand-in behaves from now on, and where its webhooks go."""

    weights: dict[str, dict[str, float]] = field(default_factory=dict)
    next: list[list[str]] = field(default_factory=list)
    seed: int = 0
    late_seconds: float = 0.8
    slow_seconds: float = 1.0
    hang_seconds: float = 60.0
    webhooks: str = "send"
    webhook_url: str = ""
    webhook_id: str = "WH5D8A7E1F2B3C4"

    def __post_init__(self) -> None:
        pairs = [(call, mood) for call, moods in self.weights.items() for mood in moods]
        for call, mood in (*pairs, *((one[0], one[-1]) for one in self.next)):
            if call not in CALLS or not (mood == CALM or mood in FAULTS or call in OUTCOMES.get(mood, ())):
                raise UnknownMood(f"There is no mood {call}={mood}.")
        if self.webhooks not in WEBHOOKS:
            raise UnknownMood(f"Webhooks cannot be {self.webhooks}.")

    def as_json(self) -> dict[str, Any]:
        """Return the knobs as `/knobs` shows and takes them."""
        return asdict(self)


def drawn(knobs: Knobs, call: str, key: str) -> str:
    """Return the mood that the weights draw for `call`."""
    weights = knobs.weights.get(call)
    if not weights:
        return CALM
    draw = random.Random(f"{knobs.seed}:{call}:{key}")  # noqa: S311 - a repeatable draw, no secret
    return draw.choices(list(weights), list(weights.values()))[0]
