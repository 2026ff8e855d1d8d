"""Replay the recorded contract against this code: `uv run python -m tests.contract.run [FILE ...]`.

FILE is a file of tests/data/contract/examples without `.json`; none means all. `--json OUT` writes the verdicts,
`--write-floor` raises tests/contract/floor.json to what is equal now. Exit status 1 when a demand of
tests/contract/demands.py is not met.

The shop of setup.json is set up once. An entry of a route that the application lacks is `later`, one that needs what
such an entry would have told is `blocked`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from euryale.embedded.temporal import Temporal
from tests.contract.calls import CLIENTS, Caller
from tests.contract.demands import CALLS_FLOOR, FLOOR, accepted_deviations, broken, raised, read_floor, write_floor
from tests.contract.replaying import Replay, Verdict, files
from tests.contract.report import tell_all, tell_file, write_json
from tests.contract.shop import Shop, open_shop
from tests.support.servers import Cluster, make_template


@contextmanager
def shop_of_our_own() -> Iterator[Shop]:
    """Yield a shop on servers that live as long as the block."""
    with tempfile.TemporaryDirectory() as folder:
        cluster, temporal = Cluster(), Temporal()
        try:
            process = temporal.start(Path(folder) / "temporal.log")
            try:
                asyncio.run(make_template(cluster.url))
                with open_shop(cluster.url, temporal.address, Path(folder)) as shop:
                    yield shop
            finally:
                temporal.stop(process)
        finally:
            cluster.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="all when none is named")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument(
        "--calls", action="store_true", help=f"what real clients ask; FILE is one of {', '.join(CLIENTS)}"
    )
    parser.add_argument("--write-floor", action="store_true")
    args = parser.parse_args()
    known = CLIENTS if args.calls else files()
    wanted = {Path(name).stem for name in args.files}
    if unknown := wanted.difference(known):
        parser.error(f"no such recording: {', '.join(sorted(unknown))}")
    console, accepted = Console(), accepted_deviations()
    verdicts: list[Verdict] = []
    with shop_of_our_own() as shop:
        replay = Replay(shop)
        replay.prepare()
        tell_notes(console, replay.setup_notes)
        judged = Caller(replay).judged if args.calls else replay.judged
        for file in known:
            if not wanted or file in wanted:
                found = list(judged(file))
                tell_file(console, found, accepted)
                tell_notes(console, replay.notes)
                verdicts += found
    tell_all(console, verdicts, accepted)
    if args.json:
        write_json(args.json, verdicts, accepted)
    floor = CALLS_FLOOR if args.calls else FLOOR
    if args.write_floor:
        write_floor(raised(read_floor(floor), verdicts, accepted), floor)
    unmet = broken(verdicts, read_floor(floor), accepted)
    for line in unmet:
        console.print(f"[bold red]demanded:[/] {line}", markup=True, highlight=False, soft_wrap=True)
    return 1 if unmet else 0


def tell_notes(console: Console, notes: Sequence[str]) -> None:
    for note in notes:
        console.print(f"  {note}", style="magenta", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
