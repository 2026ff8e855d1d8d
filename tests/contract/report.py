"""The runner's report: deviations as they are found, figures by file, what comes later by route."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.contract.demands import Deviation, passes, reason_for
from tests.contract.replaying import Kind, Verdict

MOST_LINES = 20


def tell_file(console: Console, verdicts: Sequence[Verdict], accepted: Mapping[Deviation, str]) -> None:
    """Print the figures of one file, and each deviation as `file/entry: path: recorded != ours`."""
    colour = "green" if all(passes(v, accepted) or v.kind is Kind.LATER or v.has_gap for v in verdicts) else "yellow"
    console.print(f"[{colour}]{verdicts[0].file}: {figures(verdicts, accepted)}[/]", highlight=False, soft_wrap=True)
    for verdict in verdicts:
        if verdict.kind is Kind.BLOCKED:
            line = f"  [dim]{escape(verdict.name)}: blocked, needs {escape(verdict.about)}[/]"
            console.print(line, highlight=False, soft_wrap=True)
        for path, line in verdict.deviations[:MOST_LINES]:
            reason = reason_for(verdict.name, path, accepted)
            mark = "[dim]" if verdict.has_gap else "[red]"
            mark = mark if reason is None else f"[dim]accepted ({escape(reason)}): "
            console.print(f"  {mark}{escape(verdict.name)}: {escape(line)}[/]", highlight=False, soft_wrap=True)
        if len(verdict.deviations) > MOST_LINES:
            console.print(
                f"  [red]{escape(verdict.name)}: {len(verdict.deviations) - MOST_LINES} more[/]", soft_wrap=True
            )


def tell_all(console: Console, verdicts: Sequence[Verdict], accepted: Mapping[Deviation, str]) -> None:
    """Print the entries that come later by route, and the totals."""
    later = Counter(verdict.about for verdict in verdicts if verdict.kind is Kind.LATER)
    if later:
        table = Table("entries", "later, with the route", box=None)
        for route, count in later.most_common():
            table.add_row(str(count), escape(route))
        console.print(table)
    console.print(f"[bold]all: {figures(verdicts, accepted)}[/]", highlight=False, soft_wrap=True)


def figures(verdicts: Sequence[Verdict], accepted: Mapping[Deviation, str]) -> str:
    """Return "12 of 14 entries equal (+ 2 later)"."""
    count = Counter(verdict.kind for verdict in verdicts)
    meant = sum(verdict.kind is Kind.DIFFERS and passes(verdict, accepted) for verdict in verdicts)
    waiting = sum(v.kind is Kind.DIFFERS and v.has_gap and not passes(v, accepted) for v in verdicts)
    apart = {
        "accepted": meant,
        "after what comes later": waiting,
        "later": count[Kind.LATER],
        "blocked": count[Kind.BLOCKED],
    }
    more = ", ".join(f"{number} {name}" for name, number in apart.items() if number)
    return f"{count[Kind.EQUAL]} of {len(verdicts)} entries equal" + (f" (+ {more})" if more else "")


def write_json(path: Path, verdicts: Sequence[Verdict], accepted: Mapping[Deviation, str]) -> None:
    """Write the verdicts as replay.py's `--json` does."""
    entries = [
        {
            "file": f"{verdict.file}.json",
            "entry": verdict.entry,
            "verdict": verdict.kind,
            "deviations": [line for _, line in verdict.deviations] or [verdict.about] * bool(verdict.about),
        }
        for verdict in verdicts
    ]
    path.write_text(json.dumps({"figures": figures(verdicts, accepted), "entries": entries}, indent=1) + "\n")
