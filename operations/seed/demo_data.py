"""The demo shop as data: what is sold, where to, at which tax and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from operations.seed.pictures import Colour

SIZES: Final = ("S", "M", "L", "XL")
ONE_SIZE: Final = ("One size",)
EUROPE: Final = ("de", "fr", "dk", "se", "es", "it")
AMERICA: Final = ("us",)
EU_RATES: Final = {"de": 19, "fr": 20, "dk": 25, "se": 25, "es": 21, "it": 22}
US_RATES: Final = {
    "ca": ("California sales tax", Decimal("7.25")),
    "ny": ("New York sales tax", Decimal(4)),
    "tx": ("Texas sales tax", Decimal("6.25")),
}
CATEGORIES: Final = ("Shirts", "Sweatshirts", "Pants", "Accessories", "Home")
COLLECTIONS: Final = ("Basics", "Studio")
TYPES: Final = ("apparel", "accessory", "homeware")

COLOURS: Final[dict[str, Colour]] = {
    "Black": (44, 44, 46),
    "White": (226, 224, 218),
    "Sand": (205, 180, 140),
    "Forest": (48, 92, 70),
    "Navy": (38, 56, 96),
    "Rust": (176, 84, 48),
}


@dataclass(frozen=True)
class DemoProduct:
    """One product; every colour is made in every size at one price."""

    title: str
    description: str
    shape: str
    category: str
    type: str
    collection: str
    eur: str
    usd: str
    weight: int
    colours: Sequence[str]
    sizes: Sequence[str] = ONE_SIZE
    tags: Sequence[str] = ()


def _wear(title: str, shape: str, category: str, prices: tuple[str, str], weight: int, *colours: str) -> DemoProduct:
    text = f"{title} in heavy organic cotton, cut straight and washed once so that it keeps its size."
    return DemoProduct(title, text, shape, category, "apparel", "Basics", *prices, weight, colours, SIZES, ["organic"])


def _small(title: str, shape: str, prices: tuple[str, str], weight: int, *colours: str) -> DemoProduct:
    text = f"{title}, made to be carried every day and mended rather than replaced."
    return DemoProduct(title, text, shape, "Accessories", "accessory", "Studio", *prices, weight, colours)


def _home(title: str, shape: str, prices: tuple[str, str], weight: int, *colours: str) -> DemoProduct:
    text = f"{title} from a small workshop; every piece differs a little from the next."
    return DemoProduct(title, text, shape, "Home", "homeware", "Studio", *prices, weight, colours)


PRODUCTS: Final = (
    _wear("Classic T-Shirt", "tee", "Shirts", ("19.90", "21.90"), 180, "Black", "White"),
    _wear("Pocket T-Shirt", "tee", "Shirts", ("24.90", "27"), 190, "Sand", "Navy"),
    _wear("Striped T-Shirt", "tee", "Shirts", ("26", "29"), 190, "Forest"),
    _wear("Long Sleeve Shirt", "sweater", "Shirts", ("34.90", "38"), 230, "White", "Rust"),
    _wear("Crew Sweatshirt", "sweater", "Sweatshirts", ("54.90", "59"), 420, "Black", "Sand"),
    _wear("Vintage Sweatshirt", "sweater", "Sweatshirts", ("59.90", "65"), 430, "Navy"),
    _wear("Zip Hoodie", "hoodie", "Sweatshirts", ("69.90", "75"), 520, "Forest", "Black"),
    _wear("Sweatpants", "pants", "Pants", ("49.90", "54"), 410, "Black", "Sand"),
    _wear("Work Trousers", "pants", "Pants", ("79", "86"), 560, "Rust"),
    _wear("Shorts", "shorts", "Pants", ("32.50", "35.50"), 240, "Navy", "Sand"),
    _small("Five Panel Cap", "cap", ("22", "24"), 90, "Black", "Forest"),
    _small("Wool Beanie", "beanie", ("18.50", "20"), 80, "Rust", "Navy"),
    _small("Ribbed Socks", "socks", ("9.90", "11"), 60, "White", "Black"),
    _small("Tote Bag", "bag", ("14.90", "16"), 150, "Sand"),
    _small("Day Backpack", "backpack", ("89", "97"), 800, "Forest", "Black"),
    _small("Steel Bottle", "bottle", ("27.90", "30"), 320, "White"),
    _home("Stoneware Mug", "mug", ("16.50", "18"), 400, "White", "Navy"),
    _home("Linen Notebook", "book", ("12", "13"), 210, "Rust"),
    _home("Studio Print", "frame", ("35", "39"), 300, "Sand"),
    _home("Beeswax Candle", "candle", ("13.90", "15"), 250, "Sand"),
    _home("Wool Cushion", "cushion", ("45", "49"), 600, "Forest", "Rust"),
)
