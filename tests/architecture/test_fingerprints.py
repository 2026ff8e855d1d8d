"""A workflow's commands change only together with `workflow.patched`: orders are in flight at every deploy."""

from __future__ import annotations

import difflib

from tests.architecture import fingerprints

TEACH = """
The commands of the workflow {name} are not those that were committed:

{difference}

A run that is in flight replays its history against this code. If an order of commands that a released version could
have written changes, that run is stuck until the code is put back. So, either

- keep the old order for old runs:   if workflow.patched("what-changes"):   # the new way
                                     else:                                  # the old way, until no run needs it
  record a history of each new branch (tests/replay/scenarios.py, then `uv run python tests/replay/record.py`) and never
  edit an old one; or
- nothing of it was ever released, or no command changed (a method was renamed): say so in the commit.

Then write the new fingerprint: uv run python tests/architecture/fingerprints.py --write
"""


def test_commands_are_those_that_were_committed() -> None:
    now, before = fingerprints.fingerprints(), fingerprints.committed()
    for name in sorted(now.keys() | before.keys()):
        old, new = before.get(name, []), now.get(name, [])
        difference = "\n".join(difflib.unified_diff(old, new, "committed", "now", lineterm=""))
        assert old == new, TEACH.format(name=name, difference=difference)


def test_a_swapped_step_changes_the_fingerprint() -> None:
    tree = fingerprints.ast.parse("async def run(self):\n    await self.hold()\n    await self.book()\n")
    swapped = fingerprints.ast.parse("async def run(self):\n    await self.book()\n    await self.hold()\n")
    assert list(fingerprints._commands(tree)) == ["run: self.hold", "run: self.book"]
    assert list(fingerprints._commands(swapped)) != list(fingerprints._commands(tree))
