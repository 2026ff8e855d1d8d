"""Fixtures of every folder: a migrated database of one's own, and a Temporal server; no Docker, no network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from euryale.embedded.temporal import Temporal
from kit.db import Database
from tests.support.servers import Cluster, copy_of_template, make_template

pytest_plugins = ["tests.support.routes_tested", "tests.contract.fixtures"]

CLUSTER = pytest.StashKey[Cluster]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist is published without types
    """Give every xdist worker the one cluster of this run; the controller starts and stops it."""
    if CLUSTER not in node.config.stash:
        node.config.stash[CLUSTER] = Cluster()
    node.workerinput["postgres_url"] = node.config.stash[CLUSTER].url


def pytest_unconfigure(config: pytest.Config) -> None:
    if CLUSTER in config.stash:
        config.stash[CLUSTER].stop()
        del config.stash[CLUSTER]


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """Return the maintenance database of this run's PostgreSQL (not durable), the migrated template in it."""
    shared: dict[str, str] = getattr(request.config, "workerinput", {})
    if "postgres_url" in shared:
        url = shared["postgres_url"]
    else:
        request.config.stash[CLUSTER] = Cluster()
        url = request.config.stash[CLUSTER].url
    asyncio.run(make_template(url))
    return url


@pytest.fixture(scope="session")
def new_database(postgres_url: str) -> Callable[[], AbstractContextManager[str]]:
    """Return what makes a migrated database (`with` yields its address), for fixtures wider than one test."""
    return partial(copy_of_template, postgres_url)


@pytest.fixture
def database_url(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """Yield the address of a migrated, empty database of this test's own."""
    with new_database() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Yield a Database on `database_url`."""
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of this test process's Temporal dev server, in memory."""
    folder: Path = tmp_path_factory.mktemp("temporal")
    server = Temporal()
    process = server.start(folder / "temporal.log")
    yield server.address
    server.stop(process)
