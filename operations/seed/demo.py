"""The demo shop: two regions, their taxes, a stocked warehouse, shipping, products with pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.options import NewShippingOption, OptionRule
from commerce.fulfillment.service import create_option_type
from commerce.fulfillment.zones import NewGeoZone, create_service_zone
from commerce.inventory.service import NewInventoryLevel, create_levels
from commerce.pricing.service import NewPrice, NewPriceRule, prefer
from commerce.product.categories import create_category
from commerce.product.classify import create_collection, create_tag, create_type
from commerce.product.models import ProductStatus
from commerce.product.rules import handle_of
from commerce.product.types import Measures, NewOption, NewProduct, NewVariant
from commerce.region.models import Region
from commerce.stock_location.service import LocationAddress, create_stock_location, link_location
from commerce.store.models import Store
from commerce.tax.service import NewTaxRate, create_tax_region
from operations.create_fulfillment_set import create_fulfillment_set
from operations.create_product import CreatedProduct, ProductOffer, create_products
from operations.create_region import create_region
from operations.create_shipping_option import create_shipping_option
from operations.offer_variants import VariantOffer
from operations.seed import demo_data as data
from operations.seed.demo_data import DemoProduct
from operations.seed.first_start import FULFILLMENT_PROVIDERS, TAX_PROVIDERS, FirstStart
from operations.seed.pictures import Picture
from operations.set_store_currencies import set_store_currencies
from operations.shipping_prices import ShippingPrice

STOCK: Final = Decimal(1000)
SHOWN_IN_STORE: Final = (OptionRule("enabled_in_store", "eq", "true"), OptionRule("is_return", "eq", "false"))


def pictures() -> dict[str, Picture]:
    """Return the demo's picture files by name, as the products' image URLs end."""
    return {
        _picture(product, colour): Picture(product.shape, data.COLOURS[colour])
        for product in data.PRODUCTS
        for colour in product.colours
    }


async def demo_shop(
    session: AsyncSession, start: FirstStart, *, payment_providers: Sequence[str], static_url: str
) -> bool:
    """Fill a shop that has no region yet; a shop that has one is left alone, and False returned."""
    if (await session.scalars(select(Region.id).limit(1))).first() is not None:
        return False
    region_id = await _open_regions(session, start.store_id, payment_providers)
    await _levy_taxes(session)
    location_id = await _open_warehouse(session, start.sales_channel_id)
    await _offer_shipping(session, location_id, start.shipping_profile_id)
    made = await _stock_shelves(session, start, static_url)
    levels = [NewInventoryLevel(i, location_id, STOCK) for p in made for i in p.inventory_item_ids if i]
    await create_levels(session, levels)
    store = await session.get_one(Store, start.store_id)
    store.default_region_id, store.default_location_id = region_id, location_id
    return True


async def _open_regions(session: AsyncSession, store_id: str, payment_providers: Sequence[str]) -> str:
    """Open Europe, prices with tax, and the United States, without; return Europe's id."""
    await set_store_currencies(session, store_id, {"eur": True, "usd": False})
    await prefer(session, "currency_code", "eur", is_tax_inclusive=True)
    europe = await create_region(
        session,
        name="Europe",
        currency_code="eur",
        countries=data.EUROPE,
        is_tax_inclusive=True,
        payment_providers=payment_providers,
    )
    await create_region(
        session,
        name="United States",
        currency_code="usd",
        countries=data.AMERICA,
        payment_providers=payment_providers,
    )
    return europe.id


async def _levy_taxes(session: AsyncSession) -> None:
    (provider,) = TAX_PROVIDERS
    for country, vat in data.EU_RATES.items():
        rate = NewTaxRate(f"VAT {country.upper()}", f"{country.upper()}{vat}", Decimal(vat), is_default=True)
        await create_tax_region(session, country, provider_id=provider, default_rate=rate)
    federal = NewTaxRate("No federal tax", "US0", Decimal(0), is_default=True)
    country_row = await create_tax_region(session, "us", provider_id=provider, default_rate=federal)
    for state, (name, percent) in data.US_RATES.items():
        rate = NewTaxRate(name, f"US-{state.upper()}", percent, is_default=True)
        await create_tax_region(session, "us", province_code=state, parent_id=country_row.id, default_rate=rate)


async def _open_warehouse(session: AsyncSession, sales_channel_id: str) -> str:
    address = LocationAddress("Pakhusvej 4", "dk", city="Copenhagen", postal_code="2100")
    location = await create_stock_location(session, "Main Warehouse", address)
    await link_location(
        session,
        location.id,
        sales_channels=[sales_channel_id],
        fulfillment_providers=FULFILLMENT_PROVIDERS,
    )
    return location.id


async def _offer_shipping(session: AsyncSession, location_id: str, profile_id: str) -> None:
    """Offer standard shipping, free for a large cart, and express, in each region."""
    shipping = await create_fulfillment_set(session, location_id, "Main Warehouse shipping", "shipping")
    standard = await create_option_type(session, "Standard", "standard", "Ships in 2-3 days.")
    express = await create_option_type(session, "Express", "express", "Ships in 24 hours.")
    areas = (("Europe", data.EUROPE, "eur", "7.90", "14.90"), ("United States", data.AMERICA, "usd", "9", "19"))
    free = [NewPriceRule("item_total", "100", "gte")]
    for name, countries, currency, slow, fast in areas:
        zone = await create_service_zone(session, shipping.id, name, [NewGeoZone(code) for code in countries])
        options = {
            "Standard Shipping": (
                standard.id,
                [ShippingPrice(Decimal(slow), currency), ShippingPrice(Decimal(0), currency, rules=free)],
            ),
            "Express Shipping": (express.id, [ShippingPrice(Decimal(fast), currency)]),
        }
        for title, (type_id, prices) in options.items():
            option = NewShippingOption(
                title, zone.id, profile_id, FULFILLMENT_PROVIDERS[0], type_id, rules=SHOWN_IN_STORE
            )
            await create_shipping_option(session, option, prices)


async def _stock_shelves(session: AsyncSession, start: FirstStart, static_url: str) -> list[CreatedProduct]:
    """Create the products in their categories."""
    categories = {name: (await create_category(session, name, is_active=True)).id for name in data.CATEGORIES}
    collections = {name: (await create_collection(session, name)).id for name in data.COLLECTIONS}
    types = {name: (await create_type(session, name)).id for name in data.TYPES}
    words = sorted({tag for product in data.PRODUCTS for tag in product.tags})
    tags = {name: (await create_tag(session, name)).id for name in words}
    ids = {**categories, **collections, **types, **tags}
    channels, profile = [start.sales_channel_id], start.shipping_profile_id
    return await create_products(
        session,
        [ProductOffer(_product(each, ids, static_url), _offers(each), channels, profile) for each in data.PRODUCTS],
    )


def _product(product: DemoProduct, ids: Mapping[str, str], static_url: str) -> NewProduct:
    return NewProduct(
        title=product.title,
        options=[NewOption("Size", product.sizes), NewOption("Color", product.colours)],
        description=product.description,
        status=ProductStatus.PUBLISHED,
        images=[f"{static_url}/{_picture(product, colour)}" for colour in product.colours],
        measures=Measures(weight=Decimal(product.weight)),
        type_id=ids[product.type],
        collection_id=ids[product.collection],
        category_ids=[ids[product.category]],
        tag_ids=[ids[tag] for tag in product.tags],
    )


def _offers(product: DemoProduct) -> list[VariantOffer]:
    prices = [NewPrice(Decimal(product.eur), "eur"), NewPrice(Decimal(product.usd), "usd")]
    return [
        VariantOffer(
            NewVariant(
                title=f"{size} / {colour}",
                options={"Size": size, "Color": colour},
                sku="-".join([handle_of(product.title), size, colour]).upper().replace(" ", "-"),
            ),
            prices,
        )
        for size in product.sizes
        for colour in product.colours
    ]


def _picture(product: DemoProduct, colour: str) -> str:
    return f"{handle_of(product.title)}-{colour.lower()}.png"
