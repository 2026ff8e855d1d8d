"""The API's composition root: settings -> database, Temporal, providers, routers, the ring around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import health
from api.actors import admin_actor, store_actor
from api.admin import campaigns as admin_campaigns
from api.admin import inventory_items as admin_inventory_items
from api.admin import orders as admin_orders
from api.admin import payments as admin_payments
from api.admin import product_options as admin_product_options
from api.admin import product_tags as admin_product_tags
from api.admin import product_variants as admin_product_variants
from api.admin import products as admin_products
from api.admin import promotions as admin_promotions
from api.admin import regions as admin_regions
from api.admin import reservations as admin_reservations
from api.admin import users as admin_users
from api.admin import workflows_executions as admin_workflows_executions
from api.auth import login
from api.cors import Cors, Origins
from api.docs import serve_docs
from api.edge import Failures, RequestIds
from api.errors import handle_errors
from api.state import State
from api.store import carts as store_carts
from api.store import currencies as store_currencies
from api.store import orders as store_orders
from api.store import payment_collections as store_payment_collections
from api.store import payment_providers as store_payment_providers
from api.store import product_options as store_product_options
from api.store import product_variants as store_product_variants
from api.store import products as store_products
from api.store import regions as store_regions
from api.store import shipping_options as store_shipping_options
from api.unknown import handle_unknown
from durable.client import Durable
from kit import failpoints, logs
from kit.db import Database
from kit.search import warn_if_slow
from kit.settings import Settings
from providers.registry import payment_providers

# Every router by hand; what is below /store and /admin is behind that area's door.
STORE: Final = (
    store_regions.router,  # /store/regions
    store_currencies.router,  # /store/currencies
    store_products.router,  # /store/products
    store_product_variants.router,  # /store/product-variants
    store_product_options.router,  # /store/product-options
    store_carts.router,  # /store/carts
    store_shipping_options.router,  # /store/shipping-options
    store_payment_providers.router,  # /store/payment-providers
    store_payment_collections.router,  # /store/payment-collections
    store_orders.router,  # /store/orders
)
ADMIN: Final = (
    admin_campaigns.router,  # /admin/campaigns
    admin_promotions.router,  # /admin/promotions
    admin_regions.router,  # /admin/regions
    admin_users.router,  # /admin/users
    admin_orders.router,  # /admin/orders
    admin_payments.router,  # /admin/payments
    admin_products.router,  # /admin/products
    admin_product_variants.of_product,  # /admin/products/{id}/variants
    admin_product_variants.router,  # /admin/product-variants
    admin_product_options.router,  # /admin/product-options
    admin_product_tags.router,  # /admin/product-tags
    admin_inventory_items.router,  # /admin/inventory-items
    admin_reservations.router,  # /admin/reservations
    admin_workflows_executions.router,  # /admin/workflows-executions
)
AUTH: Final = (
    login.router,  # /auth/{actor_type}/{auth_provider}
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; ValueError when a setting is missing. Connects to nothing until the first request."""
    settings = settings or Settings()
    state = State(
        settings,
        Database(settings.database_url, pool_size=settings.db_pool_size, statement_timeout=settings.statement_timeout),
        Durable(settings.temporal_address, settings.temporal_namespace, settings.temporal_task_queue_prefix),
        payment_providers(settings),
    )
    app = FastAPI(
        title="Euryale",
        version=version("euryale"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=_ring(settings),
        lifespan=_lifespan,
    )
    app.state.parts = state
    handle_errors(app)
    handle_unknown(app)
    _include_routers(app)
    serve_docs(app)
    app.mount("/static", StaticFiles(directory=settings.files_dir, check_dir=False))
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
    await state.database.close()


def _ring(settings: Settings) -> list[Middleware]:
    """Return what stands around the routes, the outermost first."""
    areas = {
        "store": Origins(settings.store_cors),
        "admin": Origins(settings.admin_cors),
        "auth": Origins(settings.auth_cors),
    }
    return [
        Middleware(RequestIds),
        Middleware(Cors, areas=areas),
        Middleware(Failures),
        Middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes),
    ]


def _include_routers(app: FastAPI) -> None:
    app.include_router(health.router)
    for router in STORE:
        app.include_router(router, dependencies=[Depends(store_actor)])
    for router in ADMIN:
        app.include_router(router, dependencies=[Depends(admin_actor)])
    for router in AUTH:
        app.include_router(router)
