"""The knobs: what goes wrong, for which call, how often."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from providers.sandbox.stripe.problems import Json

ON_THE_WAY: Final = frozenset(
    {
        "reset_before",  # the connection is reset, nothing was done
        "outage",  # 503, nothing was done and the key is as it was
        "rate_limited",  # 429 with Retry-After, as above
        "refuse",  # 401 as for a bad API key, as above
    }
)
"""What may happen to a repetition of an answered key too."""

INSIDE: Final = frozenset(
    {
        "reset_after",  # done, and the connection is reset before the answer
        "late_landing",  # the connection is reset, and the call is done `seconds` later
        "apply_then_timeout",  # done, and the answer takes `seconds`
        "error_after",  # done, and answered with 500, now and for every repetition of the key
        "error_before",  # not done, and answered with 500, now and for every repetition of the key
        "slow",  # done after `seconds`; meanwhile the key is in use
    }
)
KINDS: Final = ON_THE_WAY | INSIDE


class UnknownFault(ValueError):  # noqa: N818 - it is an answer, not a fault
    """A knob that does not exist."""


@dataclass(slots=True)
class Fault:
    """One rule: `call` is such as `refunds.create` or `payment_intents.*`; `times` None lasts until it is lifted."""

    call: str
    kind: str
    times: int | None = 1
    seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownFault(f"There is no fault {self.kind}: {', '.join(sorted(KINDS))}.")


class Faults:
    """The rules, the first that fits is used."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def turn(self, rules: list[dict[str, Any]]) -> None:
        """Put other rules in place; UnknownFault, TypeError for what is none."""
        self._rules = [Fault(**rule) for rule in rules]

    def pick(self, call: str, kinds: frozenset[str]) -> Fault | None:
        """Return what of `kinds` goes wrong with a call, and count it."""
        for rule in self._rules:
            if rule.kind in kinds and fnmatchcase(call, rule.call) and rule.times != 0:
                if rule.times is not None:
                    rule.times -= 1
                return rule
        return None

    def as_json(self) -> list[Json]:
        """Return the rules as they stand."""
        return [asdict(rule) for rule in self._rules]
