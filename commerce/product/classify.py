"""Writes of the product module: types, collections, tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.rules import handle_for
from commerce.product.taxonomy import ProductCollection, ProductTag, ProductType
from kit.db import save
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import change, locked, retire


async def create_type(
    session: AsyncSession, value: str, external_id: str | None = None, metadata: Mapping[str, Any] | None = None
) -> ProductType:
    """Create a product type. Errors: `invalid_data` for a value that is taken."""
    row = ProductType(value=value, external_id=external_id, metadata_=metadata and dict(metadata))
    await save(session, row)
    await tell(session, "product-type.created", row.id)
    return row


async def update_type(session: AsyncSession, type_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a value that is taken."""
    await change(session, await locked(session, ProductType, type_id), given)
    await tell(session, "product-type.updated", type_id)
    return type_id


async def delete_type(session: AsyncSession, type_id: str) -> str:
    """Soft-delete a product type."""
    await tell(session, "product-type.deleted", *await retire(session, ProductType, type_id))
    return type_id


async def create_tag(
    session: AsyncSession, value: str, external_id: str | None = None, metadata: Mapping[str, Any] | None = None
) -> ProductTag:
    """Create a tag. Errors: `invalid_data` for a value that is taken."""
    row = ProductTag(value=value, external_id=external_id, metadata_=metadata and dict(metadata))
    await save(session, row)
    await tell(session, "product-tag.created", row.id)
    return row


async def update_tag(session: AsyncSession, tag_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a value that is taken."""
    await change(session, await locked(session, ProductTag, tag_id), given)
    await tell(session, "product-tag.updated", tag_id)
    return tag_id


async def delete_tag(session: AsyncSession, tag_id: str) -> str:
    """Soft-delete a tag."""
    await tell(session, "product-tag.deleted", *await retire(session, ProductTag, tag_id))
    return tag_id


async def create_collection(
    session: AsyncSession,
    title: str,
    handle: str | None = None,
    external_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> ProductCollection:
    """Create a collection. Errors: `invalid_data` for a handle that is taken."""
    row = ProductCollection(
        id=(id_ := new_id("pcol")),
        title=title,
        handle=handle or handle_for(title, id_),
        external_id=external_id,
        metadata_=metadata and dict(metadata),
    )
    await save(session, row)
    await tell(session, "product-collection.created", id_)
    return row


async def update_collection(session: AsyncSession, collection_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a handle that is taken."""
    row = await locked(session, ProductCollection, collection_id, called="Collection")
    changes = dict(given)
    if "handle" in given:
        changes["handle"] = given["handle"] or handle_for(given.get("title") or row.title, row.id)
    await change(session, row, changes)
    await tell(session, "product-collection.updated", collection_id)
    return collection_id


async def delete_collection(session: AsyncSession, collection_id: str) -> str:
    """Soft-delete a collection."""
    await tell(session, "product-collection.deleted", *await retire(session, ProductCollection, collection_id))
    return collection_id
