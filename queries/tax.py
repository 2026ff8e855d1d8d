"""Tax regions, their rates and what a rate is limited to; queries/taxes.py computes with them."""

from __future__ import annotations

from typing import Final

from commerce.tax.models import TaxProvider, TaxRate, TaxRateRule, TaxRegion
from kit.query import LIVE, Kind, Resource, many, one, ops, plain

TAX_PROVIDER: Final[Resource] = Resource(
    TaxProvider,
    key="tax_provider",
    plural="tax_providers",
    defaults=("id", "is_enabled"),
    filters={**plain("id"), **plain("is_enabled", kind=Kind.BOOLEAN)},
    combines=True,
    with_deleted=True,
    limit=20,
)
TAX_RATE_RULE: Final[Resource] = Resource(TaxRateRule, key="tax_rate_rule", plural="tax_rate_rules")

_MOMENTS: Final = ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)
_PROVIDER: Final = one(lambda: TAX_PROVIDER, on="provider_id", where=LIVE, stub=True)
_RATES: Final = many(lambda: TAX_RATE, on="tax_region_id", where=LIVE)

TAX_REGION: Final[Resource] = Resource(
    TaxRegion,
    key="tax_region",
    plural="tax_regions",
    defaults=(
        *("id", "country_code", "province_code", "parent_id", "provider_id", "created_by"),
        *("created_at", "updated_at", "deleted_at", "metadata", "*children", "*children.tax_rates"),
        *("*children.tax_rates.rules", "*parent", "*tax_rates", "*tax_rates.rules"),
    ),
    filters={
        **plain("id", "created_by"),
        **ops("country_code", "province_code"),
        **ops("parent_id", nullable=True),
        **_MOMENTS,
    },
    search=("country_code", "province_code"),
    combines=True,
    with_deleted=True,
    limit=20,
    relations={
        "provider": _PROVIDER,
        "parent": one(lambda: TAX_REGION, on="parent_id", where=LIVE, stub=True),
        "children": many(lambda: _PROVINCE, on="parent_id", where=LIVE),
        "tax_rates": _RATES,
    },
)
# Inside of its parent a province does not name it again (recorded).
_PROVINCE: Final[Resource] = TAX_REGION.but(
    defaults=("id",),
    relations={
        "provider": _PROVIDER,
        "parent": one(lambda: TAX_REGION, on="parent_id", where=LIVE),
        "tax_rates": _RATES,
    },
)
TAX_RATE: Final[Resource] = Resource(
    TaxRate,
    key="tax_rate",
    plural="tax_rates",
    defaults=(
        *("id", "name", "code", "rate", "tax_region_id", "is_default", "is_combinable", "created_by"),
        *("created_at", "updated_at", "deleted_at", "metadata", "*tax_region", "*rules"),
    ),
    filters={**plain("is_default", kind=Kind.BOOLEAN), **ops("tax_region_id"), **_MOMENTS},
    search=("name", "code"),
    combines=True,
    with_deleted=True,
    limit=20,
    relations={
        "tax_region": one(lambda: TAX_REGION, on="tax_region_id", where=LIVE),
        "rules": many(lambda: TAX_RATE_RULE, on="tax_rate_id", where=LIVE),
    },
)
