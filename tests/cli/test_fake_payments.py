"""`euryale dev --fake-payments` as docs/payments.md says it: the calls of "Try it", pasted into a shell."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from euryale.cli.dev.fake_payments import PAYPAL_SECRET, STAND_INS, STRIPE_KEY, STRIPE_SIGNS, settings_of
from euryale.cli.dev.folder import Folder
from euryale.cli.dev.parts import environment
from kit.settings import Settings
from tests.support.shop import DevShop, clean_environment
from tests.support.waiting import eventually

GUIDE = Path(__file__).parents[2] / "docs" / "payments.md"


@pytest.fixture(scope="module")
def shop() -> Iterator[DevShop]:
    with TemporaryDirectory(prefix="euryale-fake-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as an account that has to pass through
        made = DevShop(Path(folder))
        (made.folder / ".euryale").symlink_to(made.data)
        try:
            made.start("--fake-payments")
            yield made
        finally:
            if not made.has_ended():
                made.end(signal.SIGTERM)


def blocks() -> list[str]:
    """Return what the guide wants pasted."""
    return re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def pasted(shop: DevShop, script: str) -> str:
    done = subprocess.run(
        ["sh", "-c", script], check=True, capture_output=True, text=True, cwd=shop.folder, env=clean_environment()
    )
    assert done.stderr == ""
    return done.stdout


def answers(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_the_guide_pays_captures_half_refunds_and_hears_of_the_dashboard(shop: DevShop) -> None:
    facts = shop.facts()
    assert {"stripe", "paypal"} <= set(facts["pids"])
    for url in facts["stand_ins"].values():
        assert f"{url}/dashboard" in shop.output.read_text()
        with urllib.request.urlopen(f"{url}/dashboard") as page:  # noqa: S310 - our own server
            assert b"dashboard" in page.read()
    *deeds, look = blocks()
    output = pasted(shop, "\n".join([*deeds, 'echo "TOKEN=$TOKEN ORDER=$ORDER"']))
    declined, asked, captured, refunded = answers(output)
    assert declined["error"]["message"] == "Your card was declined."
    assert asked["status"] == "requires_action"
    assert "redirect_status=succeeded" in output
    assert [one["amount"] for one in captured["payment"]["captures"]] == [23.85]
    assert [one["amount"] for one in refunded["payment"]["refunds"]] == [10]
    (known,) = re.findall(r"TOKEN=\S+ ORDER=order_\w+", output)
    (admin,) = re.findall(r"^admin\(\).*$", "".join(deeds), re.MULTILINE)
    again = "\n".join([known, f"API={facts['api_url']}", admin, look])  # the same shell, a moment later

    def money() -> dict[str, Any]:
        found: dict[str, Any] = answers(pasted(shop, again))[0]["order"]["payment_collections"][0]
        return found

    eventually(lambda: money()["refunded_amount"] == 15)
    _, ledger, timeline = answers(pasted(shop, again))
    assert money()["captured_amount"] == 23.85
    totals = ledger["ledger"]["totals"]
    assert (totals["authorized"], totals["captured"], totals["freed"], totals["refunded"]) == (47.7, 23.85, 23.85, 15)
    assert timeline


def test_keys_of_a_real_account_stay_away_from_the_stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EURYALE_STRIPE_API_KEY", "sk_live_real")
    urls = {one.name: f"http://127.0.0.1:{port}" for port, one in enumerate(STAND_INS, 1)}
    told = environment(Settings().model_copy(update=settings_of(urls)))
    assert (told["EURYALE_STRIPE_API_KEY"], told["EURYALE_STRIPE_BASE_URL"]) == (STRIPE_KEY, urls["stripe"])
    assert (told["EURYALE_PAYPAL_SECRET"], told["EURYALE_STRIPE_WEBHOOK_SECRETS"]) == (PAYPAL_SECRET, STRIPE_SIGNS)
    for one in STAND_INS:
        assert "sk_live_real" not in (one.part(Folder(tmp_path), 1, 2).launch().env or {}).values()
