"""Run the stand-in: `python -m providers.sandbox.stripe --port N --log FILE`; port 0 picks a free one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import uvicorn

from providers.sandbox.stripe.server import build


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m providers.sandbox.stripe", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True, help="the append-only file of everything that happened")
    parser.add_argument("--public-url", default="", help="where its pages are told to be")
    parser.add_argument("--webhook-url", help="where webhooks go; if not said, where they went before")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="what they are signed with; may be repeated"
    )
    options = parser.parse_args()
    webhooks = {"url": options.webhook_url, "secrets": options.webhook_secret}
    config = uvicorn.Config(
        build(options.log, public_url=options.public_url, webhooks=webhooks if options.webhook_url else {}),
        host=options.host,
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=1,  # seconds; a hanging answer must not hold up the end
    )
    listening = config.bind_socket()
    listening.listen()  # before the address is told: whoever reads it may connect at once
    sys.stdout.write(f"stripe stand-in listening on http://{options.host}:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])


main()
