"""`python -m bench checkout | page | cart | catalogue | memory | faults | money | webhooks`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Coroutine

from bench import cart, catalogue, checkout, faults, memory, money, page, webhooks
from bench.tables import console


def _webhooks(options: argparse.Namespace) -> Coroutine[None, None, str | None]:
    return webhooks.run(options.number, options.concurrency, options.burst, options.orders, options.pace)


def main() -> None:
    """Run one benchmark and print its tables."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Benchmarks of the whole shop (docs/bench.md)."
    )
    what = parser.add_subparsers(dest="what", required=True)
    one = what.add_parser("checkout", help="guest checkouts over HTTP, beside the floor and an empty workflow")
    one.add_argument("--number", type=int, default=40, help="checkouts at each concurrency")
    one.add_argument("--concurrency", type=int, nargs="+", default=[1, 4, 16])
    one = what.add_parser("page", help="a product page of 20 with prices")
    one.add_argument("--number", type=int, default=200)
    one = what.add_parser("cart", help="cart writes on carts of 1 to 100 lines")
    one.add_argument("--number", type=int, default=40)
    one.add_argument("--sizes", type=int, nargs="+", default=[1, 5, 10, 20, 50, 100], help="lines")
    one = what.add_parser("catalogue", help="lists, searches and batches in a small and a big catalogue")
    one.add_argument("--number", type=int, default=200)
    one.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000], help="products")
    one = what.add_parser("memory", help="whether memory stays flat over many checkouts")
    one.add_argument("--number", type=int, default=5000)
    one = what.add_parser("faults", help="bursts of checkouts while parts are killed, audited")
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--shoppers", type=int, default=40)
    one = what.add_parser("money", help="captures and refunds over HTTP, beside their floor and an empty workflow")
    one.add_argument("--number", type=int, default=40, help="payments of each kind at each concurrency")
    one.add_argument("--concurrency", type=int, nargs="+", default=[1, 4, 16])
    one = what.add_parser("webhooks", help="taking webhooks, kills during it, and a burst beside checkouts")
    one.add_argument("--number", type=int, default=2000, help="webhooks taken at each concurrency")
    one.add_argument("--concurrency", type=int, nargs="+", default=[1, 16, 64])
    one.add_argument("--burst", type=int, default=1000, help="webhooks of the burst; 10000 is what is promised")
    one.add_argument("--orders", type=int, default=250, help="whom the webhooks are about")
    one.add_argument("--pace", type=float, default=1.0, help="seconds between two checkouts beside the burst")
    options = parser.parse_args()
    runs = {
        "checkout": lambda: checkout.run(options.number, options.concurrency),
        "page": lambda: page.run(options.number),
        "cart": lambda: cart.run(options.number, options.sizes),
        "catalogue": lambda: catalogue.run_bench(options.number, options.sizes),
        "memory": lambda: memory.run(options.number),
        "money": lambda: money.run(options.number, options.concurrency),
        "webhooks": lambda: _webhooks(options),
        "faults": lambda: faults.run(options.rounds, options.shoppers),
    }
    problem = asyncio.run(runs[options.what]())
    if problem:
        console.print(f"[red]{problem}[/]")
        sys.exit(1)


main()
