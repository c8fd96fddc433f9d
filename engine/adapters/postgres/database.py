"""Connections and transactions; the driver's errors become the engine's here."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, cast

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from engine.adapters.postgres.faults import FAULTS, translated
from engine.adapters.postgres.names import text_literal
from engine.errors import ConfigurationError

CONNECT_TIMEOUT = 10.0
ROLLBACK_TIMEOUT = 5.0

Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """How long PostgreSQL may take, in seconds, and how many connections are kept."""

    statement_timeout: float = 3600.0
    lock_timeout: float = 30.0
    connections: int = 12
    name: str = "atlas"
    """What its sessions are called in pg_stat_activity."""
    swap_lock_timeout: float = 2.0


def async_url(url: str) -> URL:
    """An address in SQLAlchemy's form for asyncpg; raises ConfigurationError."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # the parser's error stays out of the chain: it may have taken the password for a port
        raise _not_an_address() from None
    if not parsed.drivername.startswith("postgres"):
        raise _not_an_address()
    return parsed.set(drivername="postgresql+asyncpg")


def _not_an_address() -> ConfigurationError:
    return ConfigurationError(
        "ATLAS_DATABASE_URL is no address of a PostgreSQL.",
        "Write it as postgresql://user:password@host:5432/database.",
    )


class Database:
    """A pool of connections to one PostgreSQL."""

    def __init__(self, url: str, limits: DatabaseLimits) -> None:
        self.limits = limits
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=limits.connections,
            max_overflow=0,
            # few connections stay warm, instead of all of them lukewarm
            pool_use_lifo=True,
            # SQLAlchemy's own BEGIN would be one more round trip for each transaction
            isolation_level="AUTOCOMMIT",
            # neither its log lines nor its errors show what a statement was given
            hide_parameters=True,
            connect_args={
                "timeout": CONNECT_TIMEOUT,
                "server_settings": {
                    "application_name": limits.name,
                    "TimeZone": "UTC",
                    "statement_timeout": str(int(limits.statement_timeout * 1000)),
                    "lock_timeout": str(int(limits.lock_timeout * 1000)),
                    "idle_in_transaction_session_timeout": "600000",
                    # what a process that was killed had asked for is not worked to its end
                    "client_connection_check_interval": "1000",
                    "jit": "off",
                },
            },
        )

        _ping_after_a_rest(self.engine)

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @asynccontextmanager
    async def begin(self, session: str | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction; raises DatabaseError for whatever PostgreSQL or its driver raises.

        Until its end its session is called as given.
        """
        try:
            async with self.engine.connect() as connection, _transaction(connection, session):
                yield connection
        except FAULTS as error:
            # the driver's error stays out of the chain: its text may hold values of rows
            raise translated(error) from None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection for session-level work such as advisory locks, in autocommit."""
        try:
            async with self.engine.connect() as connection:
                yield connection
        except FAULTS as error:
            raise translated(error) from None

    async def ping(self) -> None:
        """Raise DatabaseError where PostgreSQL doesn't answer."""
        async with self.begin() as connection:
            await connection.execute(text("SELECT 1"))


RESTED = 1.0
"""Seconds after which a connection is asked whether it still lives before it is used again."""


def _ping_after_a_rest(engine: AsyncEngine) -> None:
    """What `pool_pre_ping` does, without its round trip for connections that were just in use.

    Where one connection was lost, those that rested meanwhile are asked in any case.
    """
    lost_at = 0.0

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "invalidate")
    def lose(_: DBAPIConnection, __: ConnectionPoolEntry, ___: BaseException | None) -> None:
        nonlocal lost_at
        lost_at = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        since = record.info.get("rests_since")
        if since is None or (since > lost_at and time.monotonic() - since < RESTED):
            return
        try:
            engine.sync_engine.dialect.do_ping(connection)
        except Exception as error:  # whatever it raises, the pool opens another connection
            raise DisconnectionError from error


async def driver(connection: AsyncConnection) -> Driver:
    """The asyncpg connection beneath, in the same transaction."""
    raw = await connection.get_raw_connection()
    return cast("Driver", raw.driver_connection)


@asynccontextmanager
async def _transaction(connection: AsyncConnection, session: str | None) -> AsyncIterator[None]:
    """BEGIN and COMMIT; whatever goes wrong between, the connection is left without either."""
    raw = await driver(connection)
    try:
        await raw.execute(_begin(session))
        yield
        await raw.execute("COMMIT")
    except BaseException:
        await _rolled_back(connection, raw)
        raise


@lru_cache(maxsize=64)
def _begin(session: str | None) -> str:
    if session is None:
        return "BEGIN"
    return f"BEGIN; SET LOCAL application_name = {text_literal(session)}"


async def _rolled_back(connection: AsyncConnection, raw: Driver) -> None:
    """ROLLBACK; a connection that doesn't take it in time is not used again."""
    try:
        async with asyncio.timeout(ROLLBACK_TIMEOUT):
            await raw.execute("ROLLBACK")
    except (*FAULTS, asyncio.CancelledError):
        await connection.invalidate()
