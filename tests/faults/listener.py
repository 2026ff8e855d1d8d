"""A subscriber of `order.placed` that notes on disk what it heard; installed into the shop's worker as a plugin is."""

from __future__ import annotations

import os
from pathlib import Path

from durable.subscribers import Event, subscriber

NAME = "faults-listener"
VARIABLE = "FAULTS_HEARD_FILE"
METADATA = "Metadata-Version: 2.1\nName: faults-listener\nVersion: 1\n"
ENTRY_POINTS = "[euryale.subscribers]\nfaults = tests.faults.listener:note\n"


@subscriber("order.placed", name=NAME)
async def note(event: Event) -> None:
    """Append event and order to the file, on disk before the delivery counts as done."""
    file = os.open(os.environ[VARIABLE], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(file, f"{event.id} {event.data['id']}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)


def install(folder: Path) -> None:
    """Write what makes `folder`, put on PYTHONPATH, an installed plugin."""
    made = folder / "faults_listener-1.dist-info"
    made.mkdir(parents=True, exist_ok=True)
    (made / "METADATA").write_text(METADATA)
    (made / "entry_points.txt").write_text(ENTRY_POINTS)


def heard(file: Path) -> list[tuple[str, str]]:
    """Return event and order of everything that was heard, in order; more than once is allowed."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [(event, order) for event, _, order in (line.partition(" ") for line in lines)]
