"""Run a stand-in whose traffic is held against the vendor's description: `python -m tests.support.checked stripe ...`.

What is not as described is appended to `<log>.faults`, one line each; a test's fixture says that there is none.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from tests.support.spec_checker import load
from tests.support.spec_traffic import SpecTraffic
from tests.support.spec_waivers import PAYPAL_HOOKS, PAYPAL_ORDERS, PAYPAL_PAYMENTS, STRIPE_2023

VENDORS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "stripe": ("providers.sandbox.stripe.server", {"/v1/": STRIPE_2023}),
    "paypal": (
        "providers.sandbox.paypal.server",
        {
            "/v2/checkout/": PAYPAL_ORDERS,
            "/v2/payments/": PAYPAL_PAYMENTS,
            "/v1/notifications/webhooks": PAYPAL_HOOKS,  # its certificates are described nowhere, nor are disputes
            "/v1/notifications/verify": PAYPAL_HOOKS,
        },
    ),
}
"""A vendor's stand-in (a module with `build`), and by prefix the file that describes its paths."""


def checked(vendor: str, log: Path) -> ASGIApp:
    module, described = VENDORS[vendor]
    app: ASGIApp = importlib.import_module(module).build(log)
    for prefix, file in described.items():
        app = SpecTraffic(app, load(file), [prefix], told=log.with_suffix(".faults"))
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vendor", choices=sorted(VENDORS))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    options = parser.parse_args()
    config = uvicorn.Config(
        checked(options.vendor, options.log),
        host="127.0.0.1",
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    listening = config.bind_socket()
    listening.listen()
    sys.stdout.write(f"listening on http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
