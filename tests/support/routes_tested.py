"""Every route has an API test: the paths that tests ask the API for are gathered, and a whole run fails on a gap."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
from httpx2 import ASGITransport, Request, Response

from api.app import create_app
from kit.settings import Settings

WHOLE = (["tests"], ["tests/api"])  # what a run must have been told to ask for, to be held to it
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


def _listening(handle: Any) -> Any:  # noqa: ANN401 - a method, and the same method that listens
    @functools.wraps(handle)
    async def remembering(self: ASGITransport, request: Request) -> Response:
        asked.add((request.method, request.url.path))
        response: Response = await handle(self, request)
        return response

    return remembering


def pytest_configure() -> None:
    ASGITransport.handle_async_request = _listening(ASGITransport.handle_async_request)  # type: ignore[method-assign]  # the tests' one way into the API


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - xdist is published without types
    asked.update(map(tuple, getattr(node, "workeroutput", {}).get("asked", ())))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["asked"] = sorted(asked)
        return
    is_whole = config.args in WHOLE and not (config.option.keyword or config.option.markexpr)
    if is_whole and exitstatus == pytest.ExitCode.OK:
        untested.extend(untested_routes())
        if untested:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if untested:
        terminalreporter.section("routes without an API test", red=True)
        terminalreporter.line("Send each from a test below tests/api, by the fixture `client`:")
        for route in untested:
            terminalreporter.line(f"  {route}")
