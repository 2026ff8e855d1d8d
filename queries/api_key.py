"""API keys and the channels that the publishable ones open."""

from __future__ import annotations

from typing import Final

from commerce.api_key.models import ApiKey
from kit.query import LIVE, Filter, Kind, Link, Resource, computed, many, ops, plain
from queries.sales_channel import SALES_CHANNEL

_SHOWN_TOKEN: Final = "CASE WHEN {t}.type = 'publishable' THEN {t}.token ELSE '' END"  # noqa: S105 - SQL
_OWN: Final = ("id", "title", "token", "redacted", "type", "last_used_at", "updated_at", "created_at")
_ENDS: Final = ("created_by", "revoked_at", "revoked_by")

API_KEY: Final[Resource] = Resource(
    ApiKey,
    key="api_key",
    plural="api_keys",
    defaults=(*_OWN, *_ENDS, "sales_channels.id", "sales_channels.name"),
    # Of a secret key the table knows a hash, which is nobody's business.
    computed={"token": computed(_SHOWN_TOKEN, Kind.TEXT, star=True)},
    filters={
        **plain("id", "title"),
        **plain("type", takes="one", values=("publishable", "secret")),
        "token": Filter(f"{_SHOWN_TOKEN} {{matches}}"),
        **ops("created_at", "updated_at", "deleted_at", "revoked_at", kind=Kind.MOMENT),
    },
    search=("title", "redacted"),
    combines=True,
    with_deleted=True,
    limit=20,
    relations={
        "sales_channels": many(
            lambda: SALES_CHANNEL, on=Link("api_key_sales_channel", "api_key_id", "sales_channel_id"), where=LIVE
        )
    },
)
CREATED_API_KEY: Final[Resource] = API_KEY.but(defaults=(*_OWN, *_ENDS, "deleted_at"))
"""A key as creating it answers, but for the token of a secret one."""
NEW_API_KEY: Final[Resource] = CREATED_API_KEY.but(computed={"token": computed(":token::text", Kind.TEXT, star=True)})
"""The same with the token that the caller gives as `token`: the one time that it is told."""
