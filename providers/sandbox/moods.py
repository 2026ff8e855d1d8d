"""The sandbox's moods: what goes wrong, for which call.

An intent's `behavior` chooses for that intent: `decline`, or by call `create=reset cancel=late_landing`; a mood
without a call is for authorise and confirm. Where it says nothing, the knobs draw by weight. The draw depends on
seed, call and key only, so a test can be run again.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any, Final

CALM: Final = "calm"
CALLS: Final = frozenset({"create", "update", "authorise", "confirm", "capture", "refund", "cancel"})
WEBHOOK: Final = "webhook"
FAULTS: Final = frozenset(
    {
        "reset",  # the connection is reset before anything happened; the next try is served
        "late_landing",  # the connection is reset, and the request lands up to `late_seconds` later
        "apply_then_timeout",  # done, but the answer takes `hang_seconds`
        "error_after",  # done, but answered with 500, now and for every repetition of the key
        "slow",  # done and answered after `slow_seconds`; meanwhile the key is in use
        "outage",  # 503 for as long as the mood lasts, nothing happens
        "refuse",  # 401 as for bad credentials, nothing happens
        "decline_raised",  # 402, nothing happens
    }
)
AUTHORISE_ONLY: Final = frozenset(
    {"decline", "requires_more", "pending", "pending_authorization", "canceled", "capture"}
)

WEBHOOKS_ONLY: Final = frozenset(
    {
        "drop",  # never sent: it is in the list of events only
        "duplicate",  # sent twice
        "late",  # sent after those that came later
    }
)

MOODS: Final = {
    **{call: FAULTS | {CALM} for call in CALLS},
    **{call: FAULTS | AUTHORISE_ONLY | {CALM} for call in ("authorise", "confirm")},
    **{call: FAULTS | {CALM, "pending"} for call in ("capture", "refund")},  # the wish is taken, and done later
    WEBHOOK: WEBHOOKS_ONLY | {CALM},
}


class UnknownMood(ValueError):  # noqa: N818 - it is an answer, not a fault
    """A behavior or knob that does not exist, or not for that call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """The moods of everything that has no behavior of its own: per call, mood -> weight.

    `fee` is kept of each capture, as text; `hold_seconds` is how long an authorisation lasts. Webhooks are sent to
    `webhook_url`, `{provider}` being the intent's, signed with `webhook_secret`.
    """

    weights: dict[str, dict[str, float]] = field(default_factory=dict)
    seed: int = 0
    late_seconds: float = 0.8
    slow_seconds: float = 1.0
    hang_seconds: float = 60.0
    fee: str = ""
    hold_seconds: float | None = None
    webhook_url: str = ""
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 - known to all, as its client's default is

    def __post_init__(self) -> None:
        for call, moods in self.weights.items():
            for mood in moods:
                check(call, mood)

    def as_json(self) -> dict[str, Any]:
        """Return the knobs as `/knobs` shows and takes them."""
        return asdict(self)


def check(call: str, mood: str) -> None:
    """Raise UnknownMood when `call` cannot be in that mood."""
    if mood not in MOODS.get(call, ()):
        raise UnknownMood(f"There is no mood {call}={mood}.")


def parse(behavior: str) -> dict[str, str]:
    """Return `behavior` as call -> mood; UnknownMood for a word that means nothing."""
    moods = {}
    for word in behavior.split():
        call, _, mood = word.rpartition("=")
        for one in (call,) if call else ("authorise", "confirm"):
            check(one, mood)
            moods[one] = mood
    return moods


def pick(knobs: Knobs, call: str, key: str, behavior: str) -> str:
    """Return the mood in which `call` is answered."""
    own = parse(behavior).get(call)
    if own is not None:
        return own
    weights = knobs.weights.get(call)
    if not weights:
        return CALM
    draw = random.Random(f"{knobs.seed}:{call}:{key}")  # noqa: S311 - a repeatable draw, no secret
    return draw.choices(list(weights), list(weights.values()))[0]
