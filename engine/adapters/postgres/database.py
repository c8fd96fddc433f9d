"""Connections and transactions; the driver's errors become the engine's here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.adapters.postgres.faults import FAULTS, translated
from engine.errors import ConfigurationError

CONNECT_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """How long PostgreSQL may take, in seconds, and how many connections are kept."""

    statement_timeout: float = 3600.0
    lock_timeout: float = 30.0
    connections: int = 12


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
        self._limits = limits
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=limits.connections,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                "timeout": CONNECT_TIMEOUT,
                "server_settings": {
                    "application_name": "atlas",
                    "TimeZone": "UTC",
                    "statement_timeout": str(int(limits.statement_timeout * 1000)),
                    "lock_timeout": str(int(limits.lock_timeout * 1000)),
                    "idle_in_transaction_session_timeout": "600000",
                    "jit": "off",
                },
            },
        )

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction; raises DatabaseError for whatever PostgreSQL or its driver raises."""
        try:
            async with self.engine.begin() as connection:
                yield connection
        except FAULTS as error:
            # the driver's error stays out of the chain: its text may hold values of rows
            raise translated(error) from None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection for session-level work such as advisory locks, in autocommit."""
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                yield connection
        except FAULTS as error:
            raise translated(error) from None

    async def ping(self) -> None:
        """Raise DatabaseError where PostgreSQL doesn't answer."""
        async with self.begin() as connection:
            await connection.execute(text("SELECT 1"))


async def driver(connection: AsyncConnection) -> "asyncpg.Connection[asyncpg.Record]":
    """The asyncpg connection beneath, for COPY, inside the transaction that was begun."""
    await connection.execute(text("SELECT 1"))  # SQLAlchemy begins with the first statement only
    raw = await connection.get_raw_connection()
    return cast("asyncpg.Connection[asyncpg.Record]", raw.driver_connection)
