"""The recorded shop behind the API."""

from __future__ import annotations

from tests.support.recorded_fixtures import app_database, comparison, settings, shop, storefront

__all__ = ["app_database", "comparison", "settings", "shop", "storefront"]
