"""What is searched for (`q`), and what it costs as the catalogue grows: by row that matches, and beside that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from bench.tables import console, show

RARE: Final = 300  # products with a word that no other has
GROWTH: Final = 1.5  # times what the small catalogue costs
_MATERIALS: Final = ("Cotton", "Linen", "Merino", "Denim", "Velvet", "Canvas", "Silk", "Hemp", "Jersey", "Fleece")
_THINGS: Final = ("Shirt", "Jacket", "Scarf", "Hat", "Skirt", "Sock", "Coat", "Belt", "Dress", "Bag")


class Spent(Protocol):
    """What one search cost on the average: `postgres` in CPU milliseconds."""

    @property
    def postgres(self) -> float: ...
    @property
    def matches(self) -> int: ...


def rare_word(number: int) -> str:
    """Return the word that only the product of that number has: its letters do not follow each other elsewhere."""
    number %= RARE
    return "".join(letters[number // 5**place % 5] for place, letters in enumerate(("qxzvj", "aeiou") * 2)) + "qx"


def sort_of_thing(number: int) -> str:
    """Return what one product in a hundred of the generated catalogue is called."""
    return f"{_MATERIALS[number % 10]} {_THINGS[number // 10 % 10]}"


def rare_products(sales_channel_id: str, numbers: Sequence[int]) -> dict[str, Any]:
    """Return the body of a batch that creates the products with a word of their own."""
    return {
        "create": [
            {
                "title": rare_word(number),
                "status": "published",
                "sales_channels": [{"id": sales_channel_id}],
                "options": [{"title": "Size", "values": ["M"]}],
                "variants": [
                    {"title": "M", "options": {"Size": "M"}, "prices": [{"currency_code": "eur", "amount": 9}]}
                ],
            }
            for number in numbers
        ]
    }


def tell_searches(found: Mapping[str, Mapping[int, Spent]]) -> None:
    """Print what each search cost by size, `found` by its title: matches, milliseconds, and how both grow."""
    rows = []
    for title, costs in found.items():
        base = costs[min(costs)]
        for size, cost in costs.items():
            more = cost.matches - base.matches
            each = f"{(cost.postgres - base.postgres) / more * 1000:.1f}" if more > 0 else ""
            is_base = cost is base or not base.postgres  # below the 10 ms of the system's clock nothing can be said
            growth = "" if is_base else f"{cost.postgres / base.postgres:.2f}x"
            rows.append((title, f"{size:,}", f"{cost.matches:,}", cost.postgres, growth, each))
    columns = ("search", "products", "matches", "PG ms", "of the smallest", "µs a further match")
    show("searches as the catalogue grows", columns, rows)
    console.print(
        f"Target: {GROWTH}x in PostgreSQL where the matches stay as many. The count is exact: each match is read."
    )
