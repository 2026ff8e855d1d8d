"""PayPal's stand-in on a port of this process, its traffic held against PayPal's own descriptions."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.types import ASGIApp

from commerce.payment.port import SessionRequest
from kit import clock
from providers.paypal.client import PayPalClient
from providers.paypal.events import PayPalEvents
from providers.paypal.payment import PayPalPayments
from providers.sandbox.paypal.certificate import Signer
from providers.sandbox.paypal.server import build
from providers.sandbox.paypal.webhooks import CERTIFICATE
from tests.support.checked import VENDORS
from tests.support.spec_checker import Fault, Spec, load
from tests.support.spec_traffic import SpecTraffic

CLIENT_ID, SECRET = "client", "very-secret"
WEBHOOK = "WH5D8A7E1F2B3C4"
TRANSMISSION = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
SHORT = {"late_seconds": 0.2, "slow_seconds": 0.8, "hang_seconds": 2}


@cache
def spec(file: str) -> Spec:
    return load(file)


class PayPalServer:
    """The stand-in in a thread; `restart` brings it back on the same port and log, as after a crash."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._listening = socket.create_server(("127.0.0.1", 0))  # ours over restarts: nobody else gets the port
        self.port: int = self._listening.getsockname()[1]
        self._http = httpx2.Client(timeout=20)
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        app: ASGIApp = build(self.log, client_id=CLIENT_ID, secret=SECRET)
        self._traffic = []
        for prefix, file in VENDORS["paypal"][1].items():
            app = SpecTraffic(app, spec(file), [prefix])
            self._traffic.append(app)
        config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, args=(self._listening.dup(),), daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the stand-in did not start"
            time.sleep(0.01)

    def _serve(self, listening: socket.socket) -> None:
        asyncio.run(self._server.serve(sockets=[listening]))

    def stop(self) -> None:
        self._http.close()  # a connection that is kept open would go on talking to the server that ends
        self._http = httpx2.Client(timeout=20)
        self._server.should_exit = True
        self._thread.join(20)
        self._server.force_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "the stand-in did not stop: two would answer at one port"

    def close(self) -> None:
        self.stop()
        self._http.close()
        self._listening.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def faults(self) -> list[Fault]:
        """What was not as PayPal describes it, since the last time that was asked."""
        found = [fault for one in self._traffic for fault in one.faults]
        for one in self._traffic:
            one.faults.clear()
        return found

    def turn(self, **knobs: object) -> None:
        self._post("/knobs", knobs)

    def next(self, *moods: str) -> None:
        """Let the next calls go wrong: `capture=reset_after`."""
        self.turn(**SHORT, next=[mood.split("=") for mood in moods])

    def calm(self) -> None:
        self.turn(**SHORT)

    def pass_time(self, **much: float) -> None:
        """Move the stand-in's clock ahead."""
        units = {"seconds": 1, "hours": 3600, "days": 86400}
        self._post("/clock", {"seconds": sum(units[unit] * number for unit, number in much.items())})

    def forget_tokens(self) -> None:
        self._http.delete(f"{self.url}/tokens").raise_for_status()

    def shopper(self, order_id: str | None, action: str = "approve") -> None:
        """Do what the shopper does on PayPal's page: approve, approve-badly, cancel, pay."""
        self._post(f"/checkoutnow/{order_id}/{action}", {})

    def dashboard(self, kind: str, id_: str | None, action: str, **body: object) -> None:
        """Do what the merchant does on PayPal's dashboard."""
        self._post(f"/dashboard/{kind}/{id_}/{action}", body)

    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get(f"{self.url}/dashboard/events").json()["events"]
        return found

    def delivery(self, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Return an event as PayPal delivers it: body and headers."""
        body = json.dumps(event).encode()
        return body, signed(Signer(self.log.parent), body, f"{self.url}{CERTIFICATE}")

    def effects(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the effects of the log, in order."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [one for line in lines for one in line["effects"] if kind in {None, one["kind"]}]

    def moved(self, session: SessionRequest, kind: str) -> list[str]:
        """Return the amounts that moved for a session."""
        return [one["amount"] for one in self.effects(kind) if one["session"] == session.session_id]

    def _post(self, path: str, body: object) -> None:
        answer = self._http.post(f"{self.url}{path}", json=body)
        assert answer.status_code < 400, answer.text


def signed(signer: Signer, body: bytes, url: str, *, at: datetime | None = None) -> dict[str, str]:
    """Return the headers of a delivery whose certificate is at `url`."""
    moment = (at or clock.now()).isoformat(timespec="seconds")
    return {
        "paypal-transmission-id": TRANSMISSION,
        "paypal-transmission-time": moment,
        "paypal-transmission-sig": signer.sign(TRANSMISSION, moment, WEBHOOK, body),
        "paypal-cert-url": url,
        "paypal-auth-algo": "SHA256withRSA",
    }


def paypal(url: str, *, captures: bool = False, seconds: float = 5, **settings: Any) -> PayPalPayments:  # noqa: ANN401 - as PayPalEvents
    """Return a provider that talks to the stand-in."""
    client = PayPalClient(url, CLIENT_ID, SECRET)
    events = PayPalEvents(client, settings.pop("webhook_ids", [WEBHOOK]), seconds=seconds, **settings)
    return PayPalPayments(client, captures=captures, events=events, session_seconds=seconds, money_seconds=seconds)
