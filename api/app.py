"""The API's composition root: settings -> database, Temporal, providers, routers, the ring around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from api import health, hooks
from api.actors import admin_actor, store_actor
from api.admin import api_keys as admin_api_keys
from api.admin import campaigns as admin_campaigns
from api.admin import collections as admin_collections
from api.admin import currencies as admin_currencies
from api.admin import customer_groups as admin_customer_groups
from api.admin import customers as admin_customers
from api.admin import feature_flags as admin_feature_flags
from api.admin import flagged as admin_flagged
from api.admin import fulfillment_providers as admin_fulfillment_providers
from api.admin import fulfillment_sets as admin_fulfillment_sets
from api.admin import inventory_items as admin_inventory_items
from api.admin import inventory_levels as admin_inventory_levels
from api.admin import invite_acceptance as admin_invite_acceptance
from api.admin import invites as admin_invites
from api.admin import layouts as admin_layouts
from api.admin import notifications as admin_notifications
from api.admin import order_ledger as admin_order_ledger
from api.admin import order_sessions as admin_order_sessions
from api.admin import order_timeline as admin_order_timeline
from api.admin import orders as admin_orders
from api.admin import payment_collections as admin_payment_collections
from api.admin import payments as admin_payments
from api.admin import plugins as admin_plugins
from api.admin import price_lists as admin_price_lists
from api.admin import price_preferences as admin_price_preferences
from api.admin import product_categories as admin_product_categories
from api.admin import product_options as admin_product_options
from api.admin import product_tags as admin_product_tags
from api.admin import product_types as admin_product_types
from api.admin import product_variants as admin_product_variants
from api.admin import products as admin_products
from api.admin import promotions as admin_promotions
from api.admin import refund_reasons as admin_refund_reasons
from api.admin import regions as admin_regions
from api.admin import reservations as admin_reservations
from api.admin import return_reasons as admin_return_reasons
from api.admin import sales_channels as admin_sales_channels
from api.admin import shipping_option_types as admin_shipping_option_types
from api.admin import shipping_options as admin_shipping_options
from api.admin import shipping_profiles as admin_shipping_profiles
from api.admin import stock_locations as admin_stock_locations
from api.admin import stores as admin_stores
from api.admin import tax_providers as admin_tax_providers
from api.admin import tax_rates as admin_tax_rates
from api.admin import tax_regions as admin_tax_regions
from api.admin import uploads as admin_uploads
from api.admin import users as admin_users
from api.admin import workflows_executions as admin_workflows_executions
from api.auth import emailpass as auth_emailpass
from api.auth import mfa as auth_mfa
from api.auth import providers as auth_providers
from api.auth import sessions as auth_sessions
from api.auth import verification as auth_verification
from api.bounds import BodyBounds
from api.cloud import auth as cloud_auth
from api.cors import Cors
from api.docs import serve_docs
from api.edge import Failures, RequestIds
from api.errors import handle_errors
from api.files import KeptFiles
from api.state import State
from api.store import carts as store_carts
from api.store import collections as store_collections
from api.store import currencies as store_currencies
from api.store import customers as store_customers
from api.store import locales as store_locales
from api.store import orders as store_orders
from api.store import payment_collections as store_payment_collections
from api.store import payment_providers as store_payment_providers
from api.store import product_categories as store_product_categories
from api.store import product_options as store_product_options
from api.store import product_tags as store_product_tags
from api.store import product_types as store_product_types
from api.store import product_variants as store_product_variants
from api.store import products as store_products
from api.store import regions as store_regions
from api.store import return_reasons as store_return_reasons
from api.store import shipping_options as store_shipping_options
from api.turns import Turns
from api.unknown import handle_unknown
from durable.client import Durable
from kit import failpoints, logs
from kit.db import Database
from kit.search import warn_if_slow
from kit.settings import Settings
from providers.registry import file_provider, fulfillment_providers, payment_providers, tax_providers

# Every router by hand; what is below /store and /admin is behind that area's door.
STORE: Final = (
    store_regions.router,  # /store/regions
    store_currencies.router,  # /store/currencies
    store_products.router,  # /store/products
    store_product_variants.router,  # /store/product-variants
    store_product_options.router,  # /store/product-options
    store_product_types.router,  # /store/product-types
    store_product_tags.router,  # /store/product-tags
    store_collections.router,  # /store/collections
    store_product_categories.router,  # /store/product-categories
    store_carts.router,  # /store/carts
    store_shipping_options.router,  # /store/shipping-options
    store_payment_providers.router,  # /store/payment-providers
    store_payment_collections.router,  # /store/payment-collections
    store_orders.router,  # /store/orders
    store_customers.router,  # /store/customers
    store_return_reasons.router,  # /store/return-reasons
    store_locales.router,  # /store/locales
)
ADMIN: Final = (
    admin_campaigns.router,  # /admin/campaigns
    admin_promotions.router,  # /admin/promotions
    admin_regions.router,  # /admin/regions
    admin_users.router,  # /admin/users
    admin_invites.router,  # /admin/invites
    admin_api_keys.router,  # /admin/api-keys
    admin_customers.router,  # /admin/customers
    admin_customer_groups.router,  # /admin/customer-groups
    admin_orders.router,  # /admin/orders
    admin_order_ledger.router,  # /admin/orders/{id}/ledger
    admin_order_sessions.router,  # /admin/orders/{id}/payment-sessions/authorize
    admin_order_timeline.router,  # /admin/orders/{id}/timeline
    admin_payments.router,  # /admin/payments
    admin_payment_collections.router,  # /admin/payment-collections
    admin_products.router,  # /admin/products
    admin_product_variants.of_product,  # /admin/products/{id}/variants
    admin_product_variants.router,  # /admin/product-variants
    admin_product_options.router,  # /admin/product-options
    admin_product_types.router,  # /admin/product-types
    admin_product_tags.router,  # /admin/product-tags
    admin_collections.router,  # /admin/collections
    admin_product_categories.router,  # /admin/product-categories
    admin_price_lists.router,  # /admin/price-lists
    admin_price_preferences.router,  # /admin/price-preferences
    admin_inventory_items.router,  # /admin/inventory-items
    admin_inventory_levels.router,  # /admin/inventory-items/{id}/location-levels
    admin_reservations.router,  # /admin/reservations
    admin_stock_locations.router,  # /admin/stock-locations
    admin_sales_channels.router,  # /admin/sales-channels
    admin_shipping_profiles.router,  # /admin/shipping-profiles
    admin_shipping_option_types.router,  # /admin/shipping-option-types
    admin_shipping_options.router,  # /admin/shipping-options
    admin_fulfillment_sets.router,  # /admin/fulfillment-sets
    admin_fulfillment_providers.router,  # /admin/fulfillment-providers
    admin_workflows_executions.router,  # /admin/workflows-executions
    admin_stores.router,  # /admin/stores
    admin_currencies.router,  # /admin/currencies
    admin_tax_regions.router,  # /admin/tax-regions
    admin_tax_rates.router,  # /admin/tax-rates
    admin_tax_providers.router,  # /admin/tax-providers
    admin_return_reasons.router,  # /admin/return-reasons
    admin_refund_reasons.router,  # /admin/refund-reasons
    admin_uploads.router,  # /admin/uploads
    admin_notifications.router,  # /admin/notifications
    admin_layouts.router,  # /admin/layouts
    admin_plugins.router,  # /admin/plugins
    admin_flagged.router,  # /admin/views, /admin/rbac, /admin/locales ...
)
GUESTS: Final = (
    admin_invite_acceptance.router,  # /admin/invites/accept, for who is no user yet
)
AUTH: Final = (  # what has a name of its own before what has two places
    auth_sessions.router,  # /auth/session, /auth/token
    auth_verification.router,  # /auth/verification
    auth_mfa.router,  # /auth/mfa
    auth_providers.router,  # /auth/{actor_type}/providers
    auth_emailpass.router,  # /auth/{actor_type}/{auth_provider}
)
OPEN: Final = (  # what is asked before anybody is known
    admin_feature_flags.router,  # /admin/feature-flags
    cloud_auth.router,  # /cloud/auth
    hooks.router,  # /hooks/payment, for whoever can sign
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; ValueError when a setting is missing. Connects to nothing until the first request."""
    settings = settings or Settings()
    state = State(
        settings,
        Database(settings.database_url, pool_size=settings.db_pool_size, statement_timeout=settings.statement_timeout),
        Durable(settings.temporal_address, settings.temporal_namespace, settings.temporal_task_queue_prefix),
        payment_providers(settings),
        fulfillment_providers=fulfillment_providers(settings),
        tax_providers=tax_providers(settings),
        files=file_provider(settings),
    )
    app = FastAPI(
        title="Euryale",
        version=version("euryale"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=_ring(state),
        lifespan=_lifespan,
    )
    app.state.parts = state
    handle_errors(app)
    handle_unknown(app)
    _include_routers(app)
    serve_docs(app)
    app.mount("/static", KeptFiles(settings.files_dir))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: State = app.state.parts
    logs.configure(state.settings.log_level)
    failpoints.configure(state.settings.failpoints_file)
    await warn_if_slow(state.database)
    yield
    for provider in state.payment_providers.values():
        await provider.close()
    for shipper in state.fulfillment_providers.values():
        await shipper.close()
    for taxer in state.tax_providers.values():
        await taxer.close()
    await state.database.close()


def _ring(state: State) -> list[Middleware]:
    """Return what stands around the routes, the outermost first."""
    return [
        Middleware(Turns),
        Middleware(RequestIds),
        Middleware(Cors, areas=state.origins),
        Middleware(Failures),
        Middleware(BodyBounds, plain=state.settings.max_body_bytes, uploads=state.settings.max_upload_bytes),
    ]


def _include_routers(app: FastAPI) -> None:
    app.include_router(health.router)
    for router in STORE:
        app.include_router(router, dependencies=[Depends(store_actor)])
    for router in ADMIN:
        app.include_router(router, dependencies=[Depends(admin_actor)])
    for router in (*GUESTS, *AUTH, *OPEN):
        app.include_router(router)
