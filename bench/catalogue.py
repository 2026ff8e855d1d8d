"""What lists, searches and batches cost in a small and in a big catalogue: CPU by process, and statements a request."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from httpx2 import ASGITransport

from api.app import create_app
from bench.meter import metered
from bench.searches import GROWTH, RARE, rare_products, rare_word, sort_of_thing, tell_searches
from bench.shops import stage
from bench.tables import console, show
from commerce.auth.passwords import Passwords
from euryale.cli.seed import add_catalogue
from kit.db import Database, run
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from tests.faults.shop import Shop
from tests.support.statements import recorded_statements

ADMIN: Final = {"email": "bench@example.com", "password": "a bench's own"}
PRICED: Final = "fields=*variants.calculated_price,+variants.inventory_quantity"
LISTED: Final = (
    "fields=id,title,handle,status,*collection,*sales_channels,variants.id,thumbnail,"
    "-type,-options,-tags,-images,-variants"
)
BATCH: Final = 100  # products of three variants
SEARCH: Final = {"postgres": 10.0}


@dataclass(frozen=True)
class Ask:
    """One kind of request; `target` is in CPU milliseconds by process, `per_kb` PostgreSQL's per kB of answer."""

    title: str
    path: Callable[[int], str]
    target: Mapping[str, float] = field(default_factory=dict)
    per_kb: float | None = None
    is_admin: bool = True


@dataclass(frozen=True)
class Cost:
    """What one request cost on the average."""

    api: float
    postgres: float
    kb: float
    statements: int
    matches: int

    def of_targets(self, ask: Ask) -> dict[str, float]:
        """Return how much of each target was used."""
        spent = {"api": self.api, "postgres": self.postgres, "both": self.api + self.postgres}
        shares = {name: spent[name] / most for name, most in ask.target.items()}
        return shares | ({"per kB": self.postgres / self.kb / ask.per_kb} if ask.per_kb else {})


def asks(region_id: str) -> list[Ask]:
    """Return what is asked: pages as the clients ask for them, each search for another text."""
    store = f"region_id={region_id}&{PRICED}"
    plain = {"both": 5.0}
    return [
        Ask("store list of 20", lambda _: f"/store/products?limit=20&{store}", {"api": 2.0}, 0.05, is_admin=False),
        Ask(
            "store product",
            lambda n: f"/store/products?handle=catalogue-{1 + n % 900}&{store}",
            {"api": 2.0},
            is_admin=False,
        ),
        *(
            Ask(f"store q: {what}", lambda n, q=q: f"/store/products?limit=20&q={q(n)}&{store}", SEARCH, is_admin=False)
            for what, q in (("a rare word", rare_word), ("a SKU", lambda n: f"CAT-{n}-"), ("1 in 100", sort_of_thing))
        ),
        Ask("admin products of 20", lambda _: f"/admin/products?limit=20&{LISTED}", plain),
        Ask("by title, down", lambda _: f"/admin/products?limit=20&order=-title&is_giftcard=false&{LISTED}", plain),
        Ask("with everything", lambda _: "/admin/products?limit=20"),
        *(
            Ask(f"admin q: {what}", lambda n, q=q: f"/admin/products?limit=20&q={q(n)}&{LISTED}", SEARCH)
            for what, q in (
                ("a rare word", rare_word),
                ("a number", lambda n: f"number {n} of"),
                ("1 in 100", sort_of_thing),
            )
        ),
        Ask("admin variants of 20", lambda _: "/admin/product-variants?limit=20", plain),
        Ask("admin inventory of 20", lambda _: "/admin/inventory-items?limit=20", plain),
        Ask("inventory q: a SKU", lambda n: f"/admin/inventory-items?limit=20&q=CAT-{n}-M", SEARCH),
    ]


class Bench:
    """A running shop, and callers of it."""

    def __init__(self, shop: Shop, region_id: str) -> None:
        self.shop = shop
        self.asks = asks(region_id)
        self._settings = Settings(
            database_url=shop.database_url, jwt_secret="a secret of the kill harness, long enough"
        )
        self._headers: dict[str, str] = {"x-publishable-api-key": shop.publishable_key}
        self._batches = itertools.count()

    async def prepare(self) -> None:
        """Make an admin, log in, and make the products that searches find by a word of their own."""
        database = Database(self.shop.database_url, pool_size=1)
        hashed = await Passwords(8, 1, 1).hash(ADMIN["password"])
        await database.transact(lambda session: create_admin_user(session, ADMIN["email"], hashed))
        await database.close()
        async with httpx2.AsyncClient(base_url=self.shop.api_url) as client:
            token = (await client.post("/auth/user/emailpass", json=ADMIN)).json()["token"]
        self._headers["authorization"] = f"Bearer {token}"
        async with httpx2.AsyncClient(base_url=self.shop.api_url, headers=self._headers, timeout=60) as client:
            channels = json.loads(await _get(client, "/admin/sales-channels"))["sales_channels"]
            for start in range(0, RARE, BATCH):
                await _post(client, rare_products(channels[0]["id"], range(start, start + BATCH)))

    async def grow(self, products: int) -> None:
        """Let the catalogue have `products` generated products, and PostgreSQL know and have written them."""
        await add_catalogue(self._settings, products, lambda _: None)
        database = Database(self.shop.database_url, pool_size=1, statement_timeout="0")
        async with database.reading() as connection:
            for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
                await run(connection, statement)
        await database.close()

    async def cost(self, ask: Ask, number: int) -> Cost:
        """Ask `number` times, one at a time."""
        async with httpx2.AsyncClient(base_url=self.shop.api_url, headers=self._headers) as client:
            for n in range(12):  # PostgreSQL decides after five times how it plans a statement
                answer = await _get(client, ask.path(n + 1))
            async with metered(self.shop, rest=0) as usage:
                for n in range(number):
                    await _get(client, ask.path(n + 20))
        per = usage.per(number)
        statements = await self._statements(ask.path(number + 30))
        return Cost(per["api"], per["postgres"], len(answer) / 1000, statements, json.loads(answer).get("count", 1))

    async def batch(self, number: int) -> tuple[float, float, float]:
        """Create `number` batches; return products a second, and CPU ms a product of the API and of PostgreSQL."""
        async with httpx2.AsyncClient(base_url=self.shop.api_url, headers=self._headers, timeout=60) as client:
            await _post(client, self._products())
            bodies = [self._products() for _ in range(number)]
            async with metered(self.shop, rest=0) as usage:
                for body in bodies:
                    await _post(client, body)
        per = usage.per(number * BATCH)
        return number * BATCH / usage.seconds, per["api"], per["postgres"]

    async def _statements(self, path: str) -> int:
        """Count the statements of one request, asked of an API in this process."""
        app = create_app(self._settings)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(
                transport=ASGITransport(app=app), base_url="http://api", headers=self._headers
            ) as client,
        ):
            await _get(client, path)  # who asks is known then
            with recorded_statements(app.state.parts.database) as sent:
                await _get(client, path)
            return len(sent)

    def _products(self) -> dict[str, Any]:
        place = next(self._batches)
        prices = [{"currency_code": "eur", "amount": 10}, {"currency_code": "usd", "amount": 12}]
        return {
            "create": [
                {
                    "title": f"Batch {place} product {n}",
                    "handle": f"batch-{place}-{n}",
                    "status": "published",
                    "options": [{"title": "Size", "values": ["S", "M", "L"]}],
                    "variants": [
                        {"title": size, "sku": f"B-{place}-{n}-{size}", "options": {"Size": size}, "prices": prices}
                        for size in ("S", "M", "L")
                    ],
                }
                for n in range(BATCH)
            ]
        }


async def run_bench(number: int, sizes: Sequence[int]) -> str | None:
    """Measure the same requests at each size; tell what misses its target."""
    costs: dict[int, list[Cost]] = {}
    batches = []
    async with stage(warm=0) as on:
        bench = Bench(on.shop, on.goods.region_id)
        await bench.prepare()
        for size in sizes:
            await bench.grow(size)
            costs[size] = [await bench.cost(ask, number) for ask in bench.asks]
            batches.append((f"{size:,}", *await bench.batch(10)))
    _tell(bench.asks, costs, number)
    rows = [(size, rate, api, postgres, f"{rate / 500:.1f}x") for size, rate, api, postgres in batches]
    columns = ("products", "created a second", "API ms each", "PG ms each", "of 500 a second")
    show(f"batches of {BATCH} products with 3 variants and 6 prices each", columns, rows)
    return None


def _tell(asked: Sequence[Ask], costs: Mapping[int, Sequence[Cost]], number: int) -> None:
    columns = ("request", "products", "kB", "statements", "API ms", "PG ms", "of target", "of the smallest")
    smallest = min(costs)
    rows = []
    for place, ask in enumerate(asked):
        base = costs[smallest][place]
        for size, found in costs.items():
            cost = found[place]
            targets = ", ".join(f"{name} {share:.2f}x" for name, share in cost.of_targets(ask).items())
            grown = (cost.api + cost.postgres) / (base.api + base.postgres) * base.kb / cost.kb
            growth = "" if size == smallest else f"{grown:.2f}x"
            rows.append((ask.title, f"{size:,}", cost.kb, cost.statements, cost.api, cost.postgres, targets, growth))
    show(f"{number} requests each, one at a time; a target is met at 1.00x and below", columns, rows)
    console.print(f"Growth is CPU per kB of answer, against the smallest catalogue (target: {GROWTH}x).")
    tell_searches(
        {
            ask.title: {size: found[place] for size, found in costs.items()}
            for place, ask in enumerate(asked)
            if ask.target is SEARCH
        }
    )


async def _get(client: httpx2.AsyncClient, path: str) -> bytes:
    answer = await client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
    return answer.content


async def _post(client: httpx2.AsyncClient, body: Mapping[str, Any]) -> None:
    answer = await client.post("/admin/products/batch", json=body)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} {answer.text}")
