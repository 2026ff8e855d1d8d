"""The database: engine, the one transaction runner, driver SQL helpers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, NoReturn, TypeVar

import asyncpg
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from kit import failpoints
from kit.errors import BUSY, CommerceError, chain, conflict, invalid_data, not_found, unavailable

T = TypeVar("T")

ATTEMPTS: Final = 3
FAILURES: Final = (DBAPIError, PoolTimeoutError, OSError, asyncpg.InterfaceError)
FLAG: Final = re.compile("is_|has_")
BOOLEANS: Final = {"t": "true", "f": "false"}  # as PostgreSQL reports them
RERUN: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock: nothing happened, run again


def asyncpg_url(url: str) -> str:
    """Return `url` with the driver named, since a bare `postgresql://` means another driver in SQLAlchemy 2.1."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def _reported(error: BaseException) -> asyncpg.PostgresError | None:
    """Return PostgreSQL's own error in what `error` came from."""
    return next((each for each in chain(error) if isinstance(each, asyncpg.PostgresError)), None)


def sqlstate(error: BaseException) -> str | None:
    """Return PostgreSQL's error code of `error`, or None when it does not come from PostgreSQL."""
    reported = _reported(error)
    return str(reported.sqlstate) if reported is not None else None


def constraint_name(error: BaseException) -> str | None:
    """Return the name of the constraint that `error` broke, if it broke one."""
    reported = _reported(error)
    name: str | None = reported.constraint_name if reported is not None else None
    return name


def translate(error: Exception) -> Exception:
    """Return what a caller should hear of a database error: busy is 409, overloaded or down is 503."""
    if isinstance(error, CommerceError):
        return error  # its words say more than its cause
    state = sqlstate(error)
    if state == "55P03" or state in RERUN:
        return conflict(BUSY)
    if state == "2201B":  # only `$re` of a query string hands PostgreSQL a pattern of a caller's
        return invalid_data("Invalid request: The pattern of '$re' is no regular expression")
    if state == "57014":
        return unavailable("The database took too long to answer. Try again.", retry_after=2)
    if isinstance(error, PoolTimeoutError):
        return unavailable("Too many requests wait for the database. Try again.", retry_after=2)
    away = unavailable("The database cannot be reached. Try again.", retry_after=2)
    return away if is_disconnect(error) else error


def _raise(error: Exception) -> NoReturn:
    """Raise what `error` means; an error must not become its own cause, or whoever walks its causes never ends."""
    heard = translate(error)
    if heard is error:
        raise error
    raise heard from error


def is_disconnect(error: BaseException) -> bool:
    """Tell whether `error` means that the connection was lost or refused."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate(error) or ""
    return state.startswith(("08", "57P")) or isinstance(error, (ConnectionError, OSError, asyncpg.InterfaceError))


class Database:
    """One engine with its two doors: `transact` for writes, `reading` for autocommitted reads."""

    def __init__(self, url: str, *, pool_size: int = 10, statement_timeout: str = "15s") -> None:
        settings = {
            "timezone": "UTC",
            "jit": "off",
            # Whoever asks for a page waits for few rows: workers would cost more CPU than they save, and an index
            # whose pages are in memory, as a shop's are, costs about what a table does.
            "max_parallel_workers_per_gather": "0",
            "random_page_cost": "1.1",
            "lock_timeout": "2s",
            "statement_timeout": statement_timeout,
            "idle_in_transaction_session_timeout": "10s",
        }
        self.engine: AsyncEngine = create_async_engine(
            asyncpg_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,  # an error's text must not hold them: they are what shoppers typed
            pool_use_lifo=True,  # a calm shop works on few connections, whose caches are warm
            # SQLAlchemy prepares each statement and keeps 100 a connection by default: the reads alone are more.
            connect_args={"server_settings": settings, "prepared_statement_cache_size": 500},
        )
        self._reads = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in autocommit: for reads, and for the one statement of kit/throttle."""
        try:
            async with self._reads.connect() as connection:
                yield connection
        except FAILURES as error:
            _raise(error)

    async def transact(self, work: Callable[[AsyncSession], Awaitable[T]], edge: str | None = None) -> T:
        """Run `work` in one READ COMMITTED transaction and commit it; run it again when it lost a race.

        `edge` names the transaction for kit/failpoints. Errors: CommerceError as `work` raises it, `conflict` on a
        lock time-out or when three runs lost, `unavailable` when the database is down.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(work, edge)
            except FAILURES as error:
                if sqlstate(error) in RERUN and attempt < ATTEMPTS:
                    await asyncio.sleep(0.01 * attempt)
                    continue
                _raise(error)
        raise AssertionError("unreachable")

    async def _once(self, work: Callable[[AsyncSession], Awaitable[T]], edge: str | None) -> T:
        if edge:
            failpoints.hit(f"{edge}/before")
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=True) as session:
            result = await work(session)
            await session.flush()
            if edge:
                failpoints.hit(f"{edge}/before-commit")
            await session.commit()
        if edge:
            failpoints.hit(f"{edge}/after-commit")
        return result


async def run(on: AsyncSession | AsyncConnection, sql: str, *params: object) -> Sequence[Row[Any]]:
    """Run one statement in PostgreSQL's own `$1` notation and return its rows (none for a statement without)."""
    connection = await on.connection() if isinstance(on, AsyncSession) else on
    result = await connection.exec_driver_sql(sql, params or None)
    return result.fetchall() if result.returns_rows else ()


async def one(on: AsyncSession | AsyncConnection, sql: str, *params: object) -> Row[Any] | None:
    """Run one statement and return its first row, or None."""
    rows = await run(on, sql, *params)
    return rows[0] if rows else None


async def value(on: AsyncSession | AsyncConnection, sql: str, *params: object) -> Any:  # noqa: ANN401 - a column of any type
    """Run one statement and return the first column of its first row, or None."""
    row = await one(on, sql, *params)
    return row[0] if row is not None else None


async def save(session: AsyncSession, *rows: object) -> None:
    """Add ORM rows and send them, so that their ids and constraints are known.

    Errors: as `worded`.
    """
    session.add_all(rows)
    with worded():
        await session.flush()


@contextmanager
def worded() -> Iterator[None]:
    """Say a broken constraint in the words of contract section 4.

    Errors: `invalid_data` when a unique value is taken, `not_found` when a row that is named is not there.
    """
    try:
        yield
    except IntegrityError as error:
        refusal = taken(error) or _dangling(error)
        if refusal is None:
            raise
        raise refusal from error


def _dangling(error: BaseException) -> CommerceError | None:
    """Return the refusal of a reference to a row that does not exist, else None."""
    broken = _reported(error)
    if not isinstance(broken, asyncpg.ForeignKeyViolationError):
        return None
    found = re.match(r"Key \((.*)\)=\((.*)\) is not present", broken.detail or "", re.DOTALL)
    if found is None:
        return None
    return not_found(f"You tried to set relationship {found[1]}: {found[2]}, but such entity does not exist")


def taken(error: BaseException) -> CommerceError | None:
    """Return "Product with handle: mug, already exists." for a broken unique constraint, else None."""
    broken = _reported(error)
    if not isinstance(broken, asyncpg.UniqueViolationError):
        return None
    found = re.match(r"Key \((.*)\)=\((.*)\) already exists", broken.detail or "", re.DOTALL)
    if found is None:
        return None
    thing = str(broken.table_name).replace("_", " ").capitalize()
    pairs = zip(found[1].split(", "), found[2].split(", "), strict=False)
    spelled = ((name, BOOLEANS.get(held, held) if FLAG.match(name) else held) for name, held in pairs)
    keys = {name: held for name, held in spelled if held and name.isidentifier()}
    refusal = invalid_data(f"{thing} with {', '.join(map(': '.join, keys.items()))}, already exists.")
    refusal.keys = keys
    return refusal
