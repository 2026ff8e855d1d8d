"""What every table shares: the base class, column types, ids, timestamps, soft deletion."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, MetaData, Numeric, Text, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from kit import clock, search
from kit.ids import new_id

MOMENT = TIMESTAMP(timezone=True, precision=3)  # published at milliseconds; a hidden microsecond would miss `$lte`

Amount = Annotated[Decimal, mapped_column(Numeric)]
Metadata = Annotated[dict[str, Any] | None, mapped_column(JSONB(none_as_null=True))]
Json = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'::jsonb"))]
Moment = Annotated[datetime, mapped_column(MOMENT)]


class Base(DeclarativeBase):
    """The declarative base: one metadata, one naming convention, so that constraints can be named in code."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: BigInteger,
        Decimal: Numeric,
        datetime: MOMENT,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Identified:
    """A table whose id names its kind; `prefix` is one of contract section 5."""

    prefix: ClassVar[str]

    @declared_attr
    def id(cls) -> Mapped[str]:  # noqa: N805 - a declared_attr receives the class
        """Return the id column."""
        return mapped_column(Text, primary_key=True, default=partial(new_id, cls.prefix), sort_order=-10)


class Timestamped:
    """A table with the three moments that every Medusa entity shows."""

    created_at: Mapped[Moment] = mapped_column(default=clock.now, server_default=text("now()"), sort_order=10)
    updated_at: Mapped[Moment] = mapped_column(
        default=clock.now, onupdate=clock.now, server_default=text("now()"), sort_order=11
    )
    deleted_at: Mapped[datetime | None] = mapped_column(sort_order=12)


class Entity(Identified, Timestamped, Base):
    """What most tables are: rows with an id, the three moments, and soft deletion."""

    __abstract__ = True


def live_unique(table: str, *columns: str) -> Index:
    """Return a unique index over the rows that are not soft-deleted."""
    return Index(f"uq_{table}_{'_'.join(columns)}", *columns, unique=True, postgresql_where=text("deleted_at IS NULL"))


def live_index(table: str, *columns: str, include: tuple[str, ...] = ()) -> Index:
    """Return an index over the rows that are not soft-deleted, for what lists are sorted by.

    It ends with the id, as every order does, so that a page far down a list is found in the index alone; `include` are
    columns that the scope of a list looks at.
    """
    name = f"ix_{table}_live_{'_'.join(columns)}"
    keys = columns if columns[-1] == "id" else (*columns, "id")
    where = text("deleted_at IS NULL")
    return Index(name, *keys, postgresql_where=where, postgresql_include=include or None)


def trigram_index(table: str, *columns: str) -> Index:
    """Return the index by which `q` finds what contains a text in any of `columns`; one a table.

    The columns are those of the resource's `search`, in its order, SQL over `{t}` among them: both are one expression
    (kit/search). It is no part of a migration: a server may lack the extension (migrations/search.py, docs/adr/0006).
    """
    expression = search.sought("", *columns)
    searched: Any = literal_column(expression).label("sought")
    return Index(
        f"search_{table}_{hashlib.sha256(expression.encode()).hexdigest()[:6]}",
        searched,
        postgresql_using="gin",
        postgresql_ops={"sought": "gin_trgm_ops"},
        # Every search reads what waits to be sorted in: kB of it, not MB.
        postgresql_with={"gin_pending_list_limit": 256},
        info={"extension": search.EXTENSION},
    )


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return a CHECK that `column` holds one of the enum's values."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(v)) for v in values)})", name=column)


def finite(*columns: str) -> CheckConstraint:
    """Return a CHECK that the amounts are numbers: JSON has no NaN and no Infinity."""
    bad = "('NaN', 'Infinity', '-Infinity')"
    return CheckConstraint(" AND ".join(f"{c} NOT IN {bad}" for c in columns), name="finite")
