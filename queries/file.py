"""Kept files. They are no rows: a provider keeps them, and only `fields` is read with this."""

from __future__ import annotations

from typing import Final

from kit.query import Column, Fragment, Resource

FILE: Final[Resource] = Resource(
    Fragment("", {"id": Column("id"), "url": Column("url")}), key="file", plural="files", defaults=("id", "url")
)
