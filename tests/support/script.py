"""Activities by name that say what a test wrote down, and remember what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from tests.support.durable import until


class Script:
    """`says[name]` are the answers in turn, the last one for ever; an exception is raised, a function is awaited."""

    def __init__(self, says: dict[str, Sequence[Any]]) -> None:
        self.says = {name: list(answers) for name, answers in says.items()}
        self.ran: list[str] = []
        self.asked: dict[str, list[Any]] = {}

    def activities(self) -> list[Callable[..., Any]]:
        return [self._fake(name) for name in self.says]

    def _fake(self, name: str) -> Callable[..., Any]:
        @activity.defn(name=name)
        async def said(command: Any) -> Any:  # noqa: ANN401 - JSON of any command
            self.ran.append(name)
            self.asked.setdefault(name, []).append(command)
            answers = self.says[name]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, BaseException):
                raise answer
            return await answer() if callable(answer) else answer

        return said

    async def first(self, name: str) -> Any:  # noqa: ANN401 - JSON of any command
        """Wait until activity `name` was asked for and return its first command."""

        async def asked() -> list[Any]:
            return self.asked.get(name, [])

        return (await until(asked, f"{name} was asked for"))[0]
