"""Run the stand-in: `python -m providers.sandbox.paypal --port N --log FILE`; port 0 picks a free one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvicorn

from providers.sandbox.paypal.server import build


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m providers.sandbox.paypal", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True, help="the append-only file of every effect")
    parser.add_argument("--client-id", help="whom tokens are given to; anybody, if not said")
    parser.add_argument("--secret", help="with which secret")
    parser.add_argument("--public-url", help="where certificates and pages are told to be, if not where it was called")
    parser.add_argument("--webhook-url", help="where webhooks go; if not said, where they went before")
    parser.add_argument("--webhook-id", help="the id that they are signed for")
    options = parser.parse_args()
    wanted = {"webhook_url": options.webhook_url, "webhook_id": options.webhook_id}
    config = uvicorn.Config(
        build(
            options.log,
            client_id=options.client_id,
            secret=options.secret,
            public_url=options.public_url,
            knobs={name: given for name, given in wanted.items() if given},
        ),
        host=options.host,
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=1,  # seconds; a hanging answer must not hold up the end
    )
    listening = config.bind_socket()
    listening.listen()  # before the address is told: whoever reads it may connect at once
    sys.stdout.write(f"PayPal's stand-in listening on http://{options.host}:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])


main()
