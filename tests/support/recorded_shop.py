"""The shop that the recordings assume: contract/setup.json, run against the operations that its routes stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.customer.models import CustomerGroup
from commerce.fulfillment import options, zones
from commerce.fulfillment import service as fulfillment
from commerce.fulfillment.models import GeoZoneType, PriceType
from commerce.inventory import service as inventory
from commerce.payment.models import RefundReason
from commerce.pricing.service import NewPrice, NewPriceRule
from commerce.product import classify
from commerce.product.categories import create_category
from commerce.product.models import ProductStatus
from commerce.product.options import create_option
from commerce.product.types import Measures, NewOption, NewProduct, NewVariant
from commerce.region.models import Region
from commerce.sales_channel.service import create_sales_channel
from commerce.stock_location.service import LocationAddress, create_stock_location, link_location
from commerce.store.models import Store
from commerce.tax.service import NewTaxRate, create_tax_rate, create_tax_region
from kit.db import run, save
from operations.create_fulfillment_set import create_fulfillment_set
from operations.create_price_list import create_price_list
from operations.create_product import ProductOffer, create_offer
from operations.create_region import create_region
from operations.create_shipping_option import create_shipping_option
from operations.offer_variants import VariantOffer
from operations.seed.first_start import FirstStart, first_start
from operations.set_store_currencies import set_store_currencies
from operations.shipping_prices import ShippingPrice

CONTRACT = Path(__file__).parents[1] / "data" / "contract"
PAYMENT_PROVIDERS = ("pp_system_default", "pp_test_rec")
FULFILLMENT_PROVIDERS = ("manual_manual", "weight_rec")
Body = dict[str, Any]
KNOWN = (  # first_start told us
    "GET /admin/stores",
    "GET /admin/api-keys?type=publishable",
    "GET /admin/shipping-profiles",
)
NOT_YET = re.compile(  # steps whose tables come with later parts; the guest story does not need them
    r"/admin/(promotions|campaigns|return-reasons|users|customers|customer-groups/.+|products/.+/batch)|/auth/|/store/"
)


@dataclass
class RecordedShop:
    """The built shop: what setup.json calls things, and the recorded id of each."""

    labels: dict[str, str]
    recorded: Mapping[str, str]

    @property
    def publishable_key(self) -> str:
        return self.labels["publishable_key"]

    def pairs(self) -> list[tuple[str, str]]:
        """Return the recorded id and ours of everything that the setup names."""
        return [(theirs, self.labels[name]) for name, theirs in self.recorded.items() if name in self.labels]

    def fill(self, text: str) -> str:
        """Put our ids in the place of `{{label}}`."""
        return re.sub(r"\{\{(\w+)\}\}", lambda found: self.labels[found[1]], text)


async def build_recorded_shop(session: AsyncSession) -> RecordedShop:
    """Build the shop of contract/setup.json as far as the guest story needs it."""
    setup = json.loads((CONTRACT / "setup.json").read_text())
    start = await first_start(session, payment_providers=PAYMENT_PROVIDERS, fulfillment_providers=FULFILLMENT_PROVIDERS)
    shop = RecordedShop(_labels(start), setup["recorded"])
    for step in setup["steps"]:
        if "recipe" in step or f"{step['method']} {step['path']}" in KNOWN or NOT_YET.match(step["path"]):
            continue
        path = shop.fill(step["path"]).replace("?fields=", "#").partition("#")[0]
        answer = await call(session, path, json.loads(shop.fill(json.dumps(step.get("body", {})))))
        shop.labels |= {name: look(answer, where) for name, where in step.get("save", {}).items()}
    return shop


def _labels(start: FirstStart) -> dict[str, str]:
    return {
        "store": start.store_id,
        "sales_channel": start.sales_channel_id,
        "profile": start.shipping_profile_id,
        "publishable_key": start.publishable_key or "",
    }


def look(answer: Any, where: str) -> str:  # noqa: ANN401 - JSON
    """Follow a path of contract/README.md, for example `product.variants[sku=TEE-S].id`."""
    for part in re.findall(r"\w+|\[[^]]+\]", where):
        if part.startswith("["):
            name, _, wanted = part[1:-1].partition("=")
            answer = next(x for x in answer if str(x[name]) == wanted) if wanted else answer[int(name)]
        else:
            answer = answer[part]
    return str(answer)


def number(value: object) -> Decimal:
    return Decimal(str(value))


async def call(session: AsyncSession, path: str, body: Body) -> Body:
    """Do what a step of the setup asks; LookupError where no operation does that."""
    for pattern, handler in ROUTES.items():
        if found := re.fullmatch(pattern, path):
            return await handler(session, body, *found.groups())
    raise LookupError(path)


async def store(session: AsyncSession, body: Body, store_id: str) -> Body:
    row = await session.get_one(Store, store_id)
    row.name = body.get("name", row.name)
    row.default_region_id = body.get("default_region_id", row.default_region_id)
    row.default_location_id = body.get("default_location_id", row.default_location_id)
    if "supported_currencies" in body:
        currencies = {c["currency_code"]: c.get("is_default", False) for c in body["supported_currencies"]}
        await set_store_currencies(session, store_id, currencies)
    return {}


async def region(session: AsyncSession, body: Body) -> Body:
    return {"region": vars(await create_region(session, **body))}


async def region_update(session: AsyncSession, body: Body, region_id: str) -> Body:
    (await session.get_one(Region, region_id)).metadata_ = body["metadata"]
    return {}


async def tax_region(session: AsyncSession, body: Body) -> Body:
    rate = body.pop("default_tax_rate")
    rate = NewTaxRate(**(rate | {"rate": number(rate["rate"])}), is_default=True)
    return {"tax_region": vars(await create_tax_region(session, body.pop("country_code"), default_rate=rate, **body))}


async def tax_rate(session: AsyncSession, body: Body) -> Body:
    rules = [(rule["reference"], rule["reference_id"]) for rule in body["rules"]]
    rate = NewTaxRate(name=body["name"], code=body["code"], rate=number(body["rate"]), rules=rules)
    return {"tax_rate": vars(await create_tax_rate(session, body["tax_region_id"], rate))}


async def sales_channel(session: AsyncSession, body: Body) -> Body:
    return {"sales_channel": vars(await create_sales_channel(session, **body))}


async def location(session: AsyncSession, body: Body) -> Body:
    address = LocationAddress(**body["address"])
    return {"stock_location": vars(await create_stock_location(session, body["name"], address))}


async def location_link(session: AsyncSession, body: Body, location_id: str, what: str) -> Body:
    await link_location(session, location_id, **{what.replace("-", "_"): body["add"]})
    return {}


async def fulfillment_set(session: AsyncSession, body: Body, location_id: str) -> Body:
    row = await create_fulfillment_set(session, location_id, body["name"], body["type"])
    return {"stock_location": {"fulfillment_sets": [vars(row)]}}


async def service_zone(session: AsyncSession, body: Body, set_id: str) -> Body:
    geo_zones = [zones.NewGeoZone(**(zone | {"type": GeoZoneType(zone["type"])})) for zone in body["geo_zones"]]
    row = await zones.create_service_zone(session, set_id, body["name"], geo_zones)
    return {"fulfillment_set": {"service_zones": [vars(row)]}}


async def shipping_profile(session: AsyncSession, body: Body) -> Body:
    row = await fulfillment.create_shipping_profile(session, body["name"], body["type"])
    return {"shipping_profile": vars(row)}


async def option_type(session: AsyncSession, body: Body) -> Body:
    row = await fulfillment.create_option_type(session, **body)
    return {"shipping_option_type": vars(row)}


async def shipping_option(session: AsyncSession, body: Body) -> Body:
    if "type" in body:
        body["type_id"] = (await option_type(session, body.pop("type")))["shipping_option_type"]["id"]
    rules = [options.OptionRule(**rule) for rule in body.pop("rules")]
    prices = [
        ShippingPrice(
            number(price["amount"]),
            price.get("currency_code"),
            price.get("region_id"),
            [NewPriceRule(r["attribute"], str(r["value"]), r["operator"]) for r in price.get("rules", [])],
        )
        for price in body.pop("prices")
    ]
    option = options.NewShippingOption(**(body | {"price_type": PriceType(body["price_type"])}), rules=rules)
    return {"shipping_option": vars(await create_shipping_option(session, option, prices))}


async def category(session: AsyncSession, body: Body) -> Body:
    return {"product_category": vars(await create_category(session, **body))}


async def collection(session: AsyncSession, body: Body) -> Body:
    return {"collection": vars(await classify.create_collection(session, **body))}


async def tag(session: AsyncSession, body: Body) -> Body:
    return {"product_tag": vars(await classify.create_tag(session, **body))}


async def product_type(session: AsyncSession, body: Body) -> Body:
    return {"product_type": vars(await classify.create_type(session, **body))}


async def product_option(session: AsyncSession, body: Body) -> Body:
    return {"product_option": {"id": await create_option(session, NewOption(**body, is_exclusive=False))}}


def price(body: Body) -> NewPrice:
    """One price of a variant; quantities and amounts exact."""
    tiers = {name: number(body[name]) for name in ("min_quantity", "max_quantity") if name in body}
    rules = [NewPriceRule(attribute, value) for attribute, value in body.get("rules", {}).items()]
    return NewPrice(number(body["amount"]), body["currency_code"], rules=rules, **tiers)


def offer(body: Body) -> VariantOffer:
    prices = [price(one) for one in body.pop("prices")]
    kit = [(one["inventory_item_id"], number(one["required_quantity"])) for one in body.pop("inventory_items", [])]
    return VariantOffer(NewVariant(**body), prices, kit)


async def product(session: AsyncSession, body: Body) -> Body:
    offers = [offer(one) for one in body.pop("variants", [])]
    measures = {name: body.pop(name) for name in ("origin_country", "hs_code") if name in body}
    weight = body.pop("weight", None)
    options = [NewOption(**option) for option in body.pop("options")]
    channels = [channel["id"] for channel in body.pop("sales_channels", [])]
    profile = body.pop("shipping_profile_id", None)
    new = NewProduct(
        options=options,
        images=[image["url"] for image in body.pop("images", [])],
        status=ProductStatus(body.pop("status", "draft")),
        tag_ids=[one["id"] for one in body.pop("tags", [])],
        category_ids=[one["id"] for one in body.pop("categories", [])],
        measures=Measures(weight=None if weight is None else number(weight), **measures),
        **body,
    )
    product_id = await create_offer(session, ProductOffer(new, offers, channels, profile))
    return {"product": {"id": product_id, **await _parts(session, product_id)}}


async def _parts(session: AsyncSession, product_id: str) -> Body:
    """Return what the setup looks up in the answer of a created product."""
    variants = await run(session, "SELECT id, sku FROM product_variant WHERE product_id = $1", product_id)
    images = await run(session, "SELECT id, rank FROM image WHERE product_id = $1", product_id)
    options = await run(
        session,
        """SELECT o.id, o.title FROM product_option o
        JOIN product_product_option l ON l.product_option_id = o.id WHERE l.product_id = $1""",
        product_id,
    )
    tables = {"variants": variants, "images": images, "options": options}
    return {name: [row._asdict() for row in rows] for name, rows in tables.items()}


async def inventory_item(session: AsyncSession, body: Body) -> Body:
    levels = body.pop("location_levels")
    (item_id,) = await inventory.create_inventory_items(
        session, [inventory.NewInventoryItem(**(body | {"weight": number(body["weight"])}))]
    )
    await stock(session, {"create": [{"inventory_item_id": item_id} | level for level in levels]})
    return {"inventory_item": {"id": item_id}}


async def inventory_items(session: AsyncSession, body: Body) -> Body:  # noqa: ARG001 - every handler takes one
    rows = await run(session, "SELECT id, sku FROM inventory_item")
    return {"inventory_items": [row._asdict() for row in rows]}


async def stock(session: AsyncSession, body: Body) -> Body:
    levels = [
        inventory.NewInventoryLevel(
            level["inventory_item_id"],
            level["location_id"],
            number(level["stocked_quantity"]),
            number(level.get("incoming_quantity", 0)),
        )
        for level in body["create"]
    ]
    await inventory.create_levels(session, levels)
    return {}


async def customer_group(session: AsyncSession, body: Body) -> Body:
    group = CustomerGroup(name=body["name"], metadata_=body["metadata"])
    await save(session, group)
    return {"customer_group": vars(group)}


async def price_list(session: AsyncSession, body: Body) -> Body:
    body["prices"] = [(one["variant_id"], price(one)) for one in body["prices"]]
    for moment in ("starts_at", "ends_at"):
        if moment in body:
            body[moment] = datetime.fromisoformat(body[moment])
    return {"price_list": vars(await create_price_list(session, **body))}


async def refund_reason(session: AsyncSession, body: Body) -> Body:
    reason = RefundReason(**body)
    await save(session, reason)
    return {"refund_reason": vars(reason)}


ROUTES: dict[str, Callable[..., Awaitable[Body]]] = {
    r"/admin/stores/(\w+)": store,
    r"/admin/regions": region,
    r"/admin/regions/(\w+)": region_update,
    r"/admin/tax-regions": tax_region,
    r"/admin/tax-rates": tax_rate,
    r"/admin/sales-channels": sales_channel,
    r"/admin/stock-locations": location,
    r"/admin/stock-locations/(\w+)/(sales-channels|fulfillment-providers)": location_link,
    r"/admin/stock-locations/(\w+)/fulfillment-sets": fulfillment_set,
    r"/admin/fulfillment-sets/(\w+)/service-zones": service_zone,
    r"/admin/shipping-profiles": shipping_profile,
    r"/admin/shipping-option-types": option_type,
    r"/admin/shipping-options": shipping_option,
    r"/admin/product-categories": category,
    r"/admin/collections": collection,
    r"/admin/product-tags": tag,
    r"/admin/product-types": product_type,
    r"/admin/product-options": product_option,
    r"/admin/products": product,
    r"/admin/inventory-items": inventory_item,
    r"/admin/inventory-items\?limit=50": inventory_items,
    r"/admin/inventory-items/location-levels/batch": stock,
    r"/admin/customer-groups": customer_group,
    r"/admin/price-lists": price_list,
    r"/admin/refund-reasons": refund_reason,
}
