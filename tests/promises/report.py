"""Rewrite or check docs/promises.md: `uv run python tests/promises/report.py [--write]`.

A test whose name begins with `test_pNN_` proves promise NN, wherever it stands; the page lists exactly those.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "promises.md"
NAME = re.compile(r"^ *(?:async )?def (test_p(\d\d)_\w+)", re.MULTILINE)

PROMISES = {
    1: "One cart, one order",
    2: "Paid implies an order, even if the shopper never returns",
    3: "What fails touches only its own attempt's money",
    4: "The provider's key is committed before the call and repeated while the outcome is unknown",
    5: "The amount authorised is the total at completion",
    6: "No oversell",
    7: "Out of stock after payment resolves itself",
    8: "Reservations conserve",
    9: "Webhooks are verified, stored, answered, deduplicated, in any order",
    10: "What happens at the provider arrives here",
    11: "Events are committed facts",
    12: "Penny-exact money",
    13: "A double-entry ledger that stays right",
    14: "Partial capture; edits keep the authorisation; expiry is tracked",
    15: "`Idempotency-Key` on every mutation",
    16: "Promotion, campaign and gift-card limits are atomic",
    17: "No lost cart edit, no wedged lock",
    18: "Nothing is stuck in silence",
    19: "Safe deploys with orders in flight",
    20: "One message per fact, its delivery known",
    21: "Provider, ledger and orders are reconciled daily",
    22: "Flat latency",
    23: "No one reads or writes what is not theirs",
    24: "No personal or card data outside the database",
    25: "Batteries included",
    26: "Losing the whole Temporal store loses nothing",
    27: "No abuse of open doors",
}
HEAD = """# Promises and their proofs

Written by `uv run python tests/promises/report.py --write` from the names of the tests; a test fails when this page is
behind. A mutation takes out the constraint or the condition that holds a promise, and shows that the audit then finds
the breach. A promise without a test is not proven, or not yet by a test of its name.
"""


def proofs() -> dict[int, dict[str, list[str]]]:
    """Return promise -> file -> names of its tests, in their order."""
    found: dict[int, dict[str, list[str]]] = defaultdict(dict)
    for folder in ("tests", "bench"):
        for file in sorted((ROOT / folder).rglob("test_*.py")):
            for name, number in NAME.findall(file.read_text()):
                found[int(number)].setdefault(file.relative_to(ROOT).as_posix(), []).append(name)
    return found


def page() -> str:
    """Return what docs/promises.md must say."""
    found = proofs()
    unknown = found.keys() - PROMISES.keys()
    if unknown:
        raise ValueError(f"There is no promise {sorted(unknown)}.")
    parts = [HEAD]
    for number, promise in PROMISES.items():
        parts.append(f"\n## {number}. {promise}\n")
        parts += [f"- `{file}`: {', '.join(f'`{name}`' for name in names)}" for file, names in found[number].items()]
        parts += [] if found[number] else ["No test yet."]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page())
    else:
        sys.stdout.write(page())
