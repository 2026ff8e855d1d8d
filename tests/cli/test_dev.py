"""`euryale dev` as a person meets it: one shop through starts, deaths and stops, in this order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from euryale.cli.target import require_database, require_temporal
from euryale.embedded.child import StartError
from tests.support.shop import DevShop, clean_environment, dev
from tests.support.waiting import eventually

PARTS = {"api", "worker", "postgres", "temporal", "supervisor"}


@pytest.fixture(scope="module")
def shop() -> Iterator[DevShop]:
    """Yield a shop whose first start was killed half-way, and whose second start is under way."""
    with TemporaryDirectory(prefix="euryale-dev-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as an account that has to pass through
        made = DevShop(Path(folder))
        try:
            made.start()
            eventually(lambda: list(made.data.glob("postgres/data*")))
            made.end(signal.SIGKILL)
            made.start()
            yield made
        finally:
            if not made.has_ended():
                made.end(signal.SIGTERM)


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**clean_environment(), **environment}
    return subprocess.run(dev(*options), check=False, capture_output=True, text=True, env=env)


def get(url: str) -> int:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        return int(answer.status)


def test_a_start_after_a_half_finished_one_tells_where_everything_is(shop: DevShop) -> None:
    facts = shop.facts()
    assert set(facts["pids"]) == PARTS
    assert all(psutil.pid_exists(pid) for pid in facts["pids"].values())
    assert get(f"{facts['api_url']}/health") == 200
    assert get(facts["temporal_ui_url"]) == 200
    assert {region["currency_code"] for region in facts["regions"]} == {"eur", "usd"}
    assert facts["publishable_key"].startswith("pk_")
    assert facts["admin_email"]
    assert facts["admin_password"]
    assert (shop.data / "euryale.json").stat().st_mode & 0o777 == 0o600
    shown = shop.output.read_text()
    assert facts["publishable_key"] in shown
    assert "payment-sessions" in shown, "the checkout to paste"


def test_a_second_dev_on_the_same_data_is_refused_in_a_sentence(shop: DevShop) -> None:
    facts = shop.facts()
    refused = run("--data-dir", str(shop.data), "--port", "0", "--reset")
    assert refused.returncode == 1
    assert f"process {facts['pids']['supervisor']}" in refused.stderr
    assert facts["api_url"] in refused.stderr
    assert get(f"{facts['api_url']}/health") == 200, "the first goes on"


def test_every_part_that_is_killed_comes_back(shop: DevShop) -> None:
    before = shop.facts()["pids"]
    for part in PARTS - {"supervisor"}:
        os.kill(before[part], signal.SIGKILL)

    def all_new() -> bool:
        now = json.loads((shop.data / "euryale.json").read_text())["pids"]
        return set(now) == PARTS and all(now[part] != before[part] for part in PARTS - {"supervisor"})

    eventually(all_new)
    assert get(f"{shop.facts()['api_url']}/health") == 200
    assert "PostgreSQL ended (killed by SIGKILL)" in shop.output.read_text()


def test_killing_the_supervisor_leaves_nothing_and_the_next_start_finds_the_shop(shop: DevShop) -> None:
    before = shop.facts()
    shop.end(signal.SIGKILL)
    shop.start("--quiet")
    after = shop.facts()
    kept = ("publishable_key", "admin_password", "regions")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert shop.output.read_text() == "", "--quiet shows nothing but problems"


def test_ctrl_c_stops_everything(shop: DevShop) -> None:
    shop.facts()
    assert shop.end(signal.SIGINT) == 0
    assert not (shop.data / "euryale.json").exists(), "scripts must not find a shop that is gone"


def test_a_stop_in_the_middle_of_a_start_stops_everything(shop: DevShop) -> None:
    shop.start()
    eventually((shop.data / "postgres" / "data" / "postmaster.pid").exists)
    assert shop.end(signal.SIGTERM) == 0


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("--data-dir", str(tmp_path / "data"), "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert "--port" in refused.stderr


async def test_a_server_of_ones_own_that_cannot_be_reached_is_a_sentence() -> None:
    with pytest.raises(StartError, match="The PostgreSQL of DATABASE_URL cannot be used: "):
        await require_database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StartError, match="The Temporal server of TEMPORAL_ADDRESS cannot be used: "):
        await require_temporal("127.0.0.1:1", "default")


def test_help_names_the_exit_codes() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert "Exit codes: 0" in shown.stdout
