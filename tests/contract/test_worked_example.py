"""Medusa's own JS SDK tries each kind of promotion; docs/worked-example.md did the sums by hand, here they meet."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from decimal import Decimal
from functools import partial
from math import prod
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from euryale.cli.contents import read_contents
from euryale.cli.seed import Admin, seed
from kit.db import Database
from kit.settings import Settings
from operations.explain_cart import explain_cart
from tests.contract.test_js_sdk_story import ADMIN, sdk
from tests.support.running_shop import running

__all__ = ["sdk"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "worked-example.md"
REGIONS: Final = ("Europe", "United States")
ROW: Final = re.compile(r"^\| `([a-z-]+)` \| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
START: Final = re.compile(r"^\| sum \| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
SUM: Final = re.compile(r"`([0-9.]+ [-+x][-+x0-9. ]*) = ([0-9.]+)`")
BLOCK: Final = re.compile(r"^```\n(Cart .*?)\n```$", re.MULTILINE | re.DOTALL)
ID: Final = re.compile(r"(?<=_)[0-9A-HJKMNP-TV-Z]{26}\b")


def value_of(text: str) -> Decimal:
    """Return what a sum of products comes to."""
    terms = text.replace(" - ", " + -").split(" + ")
    return sum((prod((Decimal(part) for part in term.split(" x ")), start=Decimal(1)) for term in terms), Decimal(0))


def total_of(text: str) -> Decimal:
    """Return what stands behind the equals sign of a sum."""
    return Decimal(text.rpartition(" = ")[2])


def unnamed(text: str) -> str:
    """Return the text with every id the same: each shop has its own."""
    return ID.sub("X" * 26, text)


def by_hand() -> dict[tuple[str, str], Decimal]:
    """Return the totals of the page by region and promotion."""
    page = PAGE.read_text()
    rows = [("nothing", *START.findall(page)[0]), *ROW.findall(page)]
    return {(region, kind): total_of(sum_) for kind, *sums in rows for region, sum_ in zip(REGIONS, sums, strict=True)}


async def tried(sdk: Path, settings: Settings) -> dict[str, Any]:
    """Return what the script prints on a demo shop."""
    await seed(settings, demo=True, admin=Admin(ADMIN["admin_email"], ADMIN["admin_password"]))
    found = await read_contents(settings.database_url)
    facts = {"publishable_key": found.publishable_key, "regions": found.regions, **ADMIN}
    async with running(settings) as url:
        process = await asyncio.create_subprocess_exec(
            "node",
            "worked_example.mjs",
            json.dumps({"api_url": url, **facts}),
            cwd=sdk,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    printed: dict[str, Any] = json.loads(out, parse_float=Decimal)
    return printed


def test_the_sums_of_the_page_are_right() -> None:
    page = PAGE.read_text()
    sums = SUM.findall(page)
    assert {text: value_of(text) for text, _ in sums} == {text: Decimal(result) for text, result in sums}
    assert len(sums) == 2 * len(ROW.findall(page)) + 8  # the carts, what is taken with tax, four codes at once twice
    assert len(by_hand()) == 2 * 14


async def test_the_sdk_pays_what_the_page_says_and_is_told_why(
    sdk: Path, database: Database, database_url: str, temporal: str, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=database_url,
        temporal_address=temporal,
        temporal_task_queue_prefix=f"{uuid4().hex}-",
        jwt_secret="x" * 40,
        password_memory_kib=8,
        password_time_cost=1,
        log_level="CRITICAL",
        files_dir=tmp_path,
    )
    answer = await tried(sdk, settings)
    expected = by_hand()
    paid = {(cart["region"], cart["kind"], cart["how"]): Decimal(cart["total"]) for cart in answer["tried"]}
    assert paid == {
        (region, kind, how): total
        for (region, kind), total in expected.items()
        for how in (("code",) if kind == "nothing" else ("code", "automatic"))
    }
    for cart in answer["tried"]:
        told = await database.transact(partial(explain_cart, id_=cart["id"]))
        lines = [" ".join(line.split()) for line in told.splitlines()]
        assert f"Total {cart['total']:.2f}" in lines
        if cart["kind"] != "nothing":
            (code,) = cart["codes"]
            assert code == ("AUTO-" if cart["how"] == "automatic" else "") + cart["kind"].upper()
            assert f" {code}: takes {cart['discount_total']:.2f} off" in told
            assert sum(line.startswith(f"1. {code} (") for line in lines) > 1, told
    shown = BLOCK.findall(PAGE.read_text())
    for region, block in zip(REGIONS, shown, strict=True):
        told = await database.transact(partial(explain_cart, id_=answer["stacked"][region]["id"], codes=["STUDENTS"]))
        assert unnamed(block) == unnamed(told), f"the page should show:\n{told}"
