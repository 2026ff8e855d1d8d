"""A shop of six variants: plenty, scarce, a kit of both, one that may be backordered, one unmanaged, and a free one."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

import commerce.product.taxonomy  # noqa: F401 - a product's keys point there
from commerce.cart.models import Cart
from commerce.cart.rules import NewItem
from commerce.currency.models import Currency
from commerce.inventory.models import InventoryItem, InventoryLevel
from commerce.payment.models import PaymentCollection, PaymentProvider
from commerce.pricing.models import Price, PriceSet
from commerce.product.models import (
    Product,
    ProductStatus,
    ProductVariant,
    ProductVariantInventoryItem,
    ProductVariantPriceSet,
)
from commerce.region.models import Region, RegionPaymentProvider
from commerce.sales_channel.models import SalesChannel
from commerce.stock_location.models import SalesChannelStockLocation, StockLocation
from kit.ids import new_id
from operations.add_line_items import add_line_items
from operations.load_cart import load_cart
from operations.price_cart import total_cart
from operations.refresh_cart import refresh_cart


@dataclass
class Shop:
    region_id: str
    channel_id: str
    locations: list[str]
    variants: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)


async def make_shop(
    session: AsyncSession, *, providers: tuple[str, ...] = ("pp_system_default",), scarce: int = 5, plenty: int = 10_000
) -> Shop:
    """Build the shop: prices in eur without taxes, nothing needs shipping."""
    region = Region(name="Here", currency_code="eur", automatic_taxes=False)
    channel, locations = SalesChannel(name="Shop"), [StockLocation(name="One"), StockLocation(name="Two")]
    if await session.get(Currency, "eur") is None:
        session.add(
            Currency(code="eur", symbol="€", symbol_native="€", name="Euro", decimal_digits=2, rounding=Decimal(0))
        )
    session.add_all([region, channel, *locations])
    for provider in providers:
        session.add(PaymentProvider(id=provider))
    await session.flush()
    session.add_all([RegionPaymentProvider(region_id=region.id, payment_provider_id=p) for p in providers])
    places = sorted(location.id for location in locations)
    session.add_all([SalesChannelStockLocation(sales_channel_id=channel.id, stock_location_id=id_) for id_ in places])
    shop = Shop(region.id, channel.id, places)
    for name, stocks in {"pen": (plenty, 0), "mug": (scarce, 0), "poster": (2, 0)}.items():
        await _stock(session, shop, name, stocks)
    await _variant(session, shop, "pen", Decimal("1.99"), {"pen": 1})
    await _variant(session, shop, "mug", Decimal(10), {"mug": 1})
    await _variant(session, shop, "kit", Decimal("21.5"), {"mug": 2, "pen": 1})
    await _variant(session, shop, "poster", Decimal(7), {"poster": 1}, allow_backorder=True)
    await _variant(session, shop, "ebook", Decimal("4.05"), {}, manage_inventory=False)
    await _variant(session, shop, "gift", Decimal(0), {}, manage_inventory=False)
    return shop


async def _stock(session: AsyncSession, shop: Shop, name: str, stocks: tuple[int, int]) -> None:
    item = InventoryItem(sku=name, title=name, requires_shipping=False)
    session.add(item)
    await session.flush()
    shop.items[name] = item.id
    session.add_all(
        [
            InventoryLevel(inventory_item_id=item.id, location_id=place, stocked_quantity=Decimal(units))
            for place, units in zip(shop.locations, stocks, strict=True)
        ]
    )


async def _variant(
    session: AsyncSession,
    shop: Shop,
    name: str,
    price: Decimal,
    needs: dict[str, int],
    *,
    allow_backorder: bool = False,
    manage_inventory: bool = True,
) -> None:
    product = Product(title=name.title(), handle=name, status=ProductStatus.PUBLISHED)
    session.add(product)
    await session.flush()
    variant = ProductVariant(
        title=name, product_id=product.id, allow_backorder=allow_backorder, manage_inventory=manage_inventory
    )
    prices = PriceSet()
    session.add_all([variant, prices])
    await session.flush()
    shop.variants[name] = variant.id
    session.add(Price(currency_code="eur", amount=price, price_set_id=prices.id))
    session.add(ProductVariantPriceSet(variant_id=variant.id, price_set_id=prices.id))
    session.add_all(
        [
            ProductVariantInventoryItem(
                variant_id=variant.id, inventory_item_id=shop.items[item], required_quantity=Decimal(units)
            )
            for item, units in needs.items()
        ]
    )
    await session.flush()


async def new_cart(
    session: AsyncSession, shop: Shop, items: dict[str, int], *, rounding: str = "currency", collection: bool = True
) -> str:
    """Make a cart with the named variants, and its payment collection."""
    cart = Cart(
        id=new_id("cart"),
        region_id=shop.region_id,
        sales_channel_id=shop.channel_id,
        currency_code="eur",
        email="a@b.example",
        rounding=rounding,
        totals={},
    )
    session.add(cart)
    await session.flush()
    loaded = await load_cart(session, cart.id)
    await refresh_cart(session, loaded, loaded.state)
    if items:
        await add_items(session, shop, cart.id, items)
    if collection:
        session.add(PaymentCollection(cart_id=cart.id, currency_code="eur", amount=await total_of(session, cart.id)))
        await session.flush()
    return cart.id


async def add_items(session: AsyncSession, shop: Shop, cart_id: str, items: dict[str, int]) -> None:
    """Add the named variants as the shopper would."""
    wanted = [NewItem(shop.variants[name], Decimal(units)) for name, units in items.items()]
    await add_line_items(session, cart_id, wanted)


async def total_of(session: AsyncSession, cart_id: str) -> Decimal:
    return total_cart((await load_cart(session, cart_id)).state).total
