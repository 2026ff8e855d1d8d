"""Every route has a test that asks the API for it: what is asked is gathered, and a whole run fails on a gap."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from api.app import create_app
from api.edge import RequestIds
from kit.settings import Settings

WHOLE = ["tests"]  # what a run is told to run, if it is to be held to this
UNCOUNTED = ("everywhere", 0)  # as the client of a test that knocks at every route, which tests none of them
asked: set[tuple[str, str]] = set()
untested: list[str] = []


def routes() -> set[tuple[str, str]]:
    paths = create_app(Settings(jwt_secret="x" * 32)).openapi()["paths"]
    return {(method.upper(), path) for path, operations in paths.items() for method in operations}


def untested_routes() -> list[str]:
    return sorted(
        f"{method} {path}"
        for method, path in routes()
        if not any(how == method and _pattern(path).fullmatch(where) for how, where in asked)
    )


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


def _listening(serve: Any) -> Any:  # noqa: ANN401 - a method, and the same method that listens
    @functools.wraps(serve)
    async def remembering(self: RequestIds, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["client"] != UNCOUNTED:
            asked.add((scope["method"], scope["path"]))
        await serve(self, scope, receive, send)

    return remembering


def pytest_configure() -> None:
    RequestIds.__call__ = _listening(RequestIds.__call__)  # type: ignore[method-assign]  # the outermost ring


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - xdist is published without types
    asked.update(map(tuple, getattr(node, "workeroutput", {}).get("asked", ())))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["asked"] = sorted(asked)
        return
    is_whole = config.args == WHOLE and not (config.option.keyword or config.option.markexpr)
    if is_whole and exitstatus == pytest.ExitCode.OK:
        untested.extend(untested_routes())
        if untested:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if untested:
        terminalreporter.section("routes without an API test", red=True)
        terminalreporter.line("Ask for each in a test below tests/api, by the fixture `client`:")
        for route in untested:
            terminalreporter.line(f"  {route}")
