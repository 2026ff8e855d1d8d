"""What `euryale dev` shows: what is starting and how long it took, what is where, and what died."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from euryale.cli.dev.fake_payments import STAND_INS
from euryale.cli.dev.supervisor import Part

_TITLES: Final = {one.name: one.title for one in STAND_INS}


class _Clock(ProgressColumn):
    """The seconds of a step that is not done yet."""

    def render(self, task: Task) -> Text:
        return Text("" if task.finished else f"{task.elapsed or 0:.0f} s", style="dim")


class Screen:
    """The terminal; `quiet` leaves only what went wrong."""

    def __init__(self, *, quiet: bool) -> None:
        self._out = Console(quiet=quiet, highlight=False)
        self._errors = Console(stderr=True, highlight=False)
        self._progress: Progress | None = None

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Show a line with a clock for every step until all are done."""
        columns = (SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"), _Clock())
        if not self._out.is_terminal:
            yield
            return
        with Progress(*columns, console=self._out) as self._progress:
            yield
        self._progress = None

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that `title` is starting, and when it is done how long it took."""
        began = time.monotonic()
        task = self._progress.add_task(title, total=1) if self._progress else None
        yield
        took = f"{title:<22} ready in {time.monotonic() - began:4.1f} s"
        if self._progress and task is not None:
            self._progress.update(task, completed=1, description=took)
        else:
            self._out.print(f"✓ {took}")

    def note(self, sentence: str) -> None:
        """Show a sentence that is good to know."""
        self._out.print(escape(sentence), style="dim", soft_wrap=True)

    def problem(self, sentence: str) -> None:
        """Show what went wrong and what to do, even when quiet."""
        self._errors.print(escape(sentence), style="red", soft_wrap=True)

    def died(self, part: Part, how: str, delay: float, log: str) -> None:
        """Show that a part ended by itself, with the end of its log."""
        self._errors.print(f"[red]{part.title} ended ({escape(how)}), starting it again in {delay:g} s.[/] Its log:")
        self._errors.print(escape(log) or "(empty)", style="dim", soft_wrap=True)

    def back(self, part: Part) -> None:
        """Show that a part which had died is ready again."""
        self._errors.print(f"[green]{part.title} is ready again.[/]")

    def overview(self, facts: dict[str, Any], script: str, data_dir: str) -> None:
        """Show what is where, and the checkout to paste."""
        self._out.print("\n[bold green]Euryale is up[/]\n")
        for name, what in self._rows(facts, data_dir):
            self._out.print(f"[bold]{name:<18}[/] {escape(what)}", soft_wrap=True)  # a key that is cut cannot be pasted
        if script:
            self._out.print("\n[bold]Buy something[/] (paste this into another terminal):\n")
            self._out.print(escape(script), soft_wrap=True)
        self._out.print("Press Ctrl-C to stop.")

    def _rows(self, facts: dict[str, Any], data_dir: str) -> Iterator[tuple[str, str]]:
        yield "API", facts["api_url"]
        yield "API documentation", f"{facts['api_url']}/docs"
        yield "Temporal UI", facts["temporal_ui_url"] or "(your own Temporal server)"
        yield "Publishable key", facts["publishable_key"]
        yield "Admin", f"{facts['admin_email']}  {facts['admin_password'] or '(the password you gave it)'}"
        for name, url in facts["stand_ins"].items():
            yield _TITLES[name], f"{url}/dashboard"
        yield "Database", facts["database_url"]
        yield "Logs, facts", f"{data_dir}/logs, {data_dir}/euryale.json"
