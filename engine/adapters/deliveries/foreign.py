"""A table of another PostgreSQL as a delivery: all of it, as it is at that moment."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import asyncpg

from engine.adapters.postgres.names import ident
from engine.catalog.model import PostgresSource
from engine.clock import Clock
from engine.errors import ConfigurationError, SourceUnreadable
from engine.runs.ports import CopyFormat

CONNECT_TIMEOUT = 10.0
PIECES_AHEAD = 16
"""How many pieces may wait between the two databases: the slower one sets the pace."""


Pieces = asyncio.Queue[bytes | SourceUnreadable | None]


@dataclass(frozen=True, slots=True)
class ForeignDelivery:
    """The rows of a foreign table, read while they are written."""

    name: str
    fingerprint: str
    headers: tuple[str, ...]
    url: str = field(repr=False)
    table: str = ""
    format: CopyFormat = field(default_factory=CopyFormat)

    async def chunks(self) -> AsyncIterator[bytes]:
        """COPY out of the other database, piece by piece."""
        pieces: Pieces = asyncio.Queue(maxsize=PIECES_AHEAD)
        # no TaskGroup: it would wrap what is raised here, and another task may close a generator
        filling = asyncio.create_task(self._fill(pieces), name=f"copy out of {self.name}")  # noqa: TID251  # as said
        try:
            while (piece := await pieces.get()) is not None:
                if isinstance(piece, SourceUnreadable):
                    raise piece
                yield piece
        finally:
            filling.cancel()
            await asyncio.wait([filling])

    async def _fill(self, pieces: "Pieces") -> None:
        """Put in every piece, then None, or what kept the rest from coming."""
        try:
            await self._copy(pieces)
        except SourceUnreadable as error:
            await pieces.put(error)
        else:
            await pieces.put(None)

    async def _copy(self, pieces: "Pieces") -> None:
        connection = await _connected(self.url, self.name)
        columns = ", ".join(f"{ident(header)}::text" for header in self.headers)
        try:
            await connection.copy_from_query(
                f"SELECT {columns} FROM {_quoted(self.table)}",  # noqa: S608  # all names are quoted
                output=pieces.put,
                format="csv",
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise _refused(self.name, error) from None
        finally:
            await connection.close(timeout=CONNECT_TIMEOUT)


async def foreign_table(source: PostgresSource, clock: Clock) -> ForeignDelivery:
    """The table as it is now; its rows are never «loaded already», silver keeps the newest."""
    url = os.environ.get(source.url_env)
    name = f"{source.url_env}/{source.table}"
    if not url:
        message = f"The environment variable {source.url_env} is not set."
        raise ConfigurationError(message, "Set it to the address of the source database.")
    connection = await _connected(url, name)
    try:
        headers = await _columns(connection, source.table)
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT)
    if not headers:
        message = f"{name}: there is no such table, or it can't be read."
        raise SourceUnreadable(message, "Check `table` under `source`, and the user's rights.")
    return ForeignDelivery(name, _moment(clock.now()), headers, url, source.table)


def _moment(now: datetime) -> str:
    return now.isoformat()


async def _connected(url: str, name: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        message = f"The source database of {name} can't be reached ({type(error).__name__})."
        # the driver's error stays out of the chain: it may hold the address with its password
        raise SourceUnreadable(
            message, "Check that it runs and that its address is right."
        ) from None


async def _columns(connection: "asyncpg.Connection[asyncpg.Record]", table: str) -> tuple[str, ...]:
    rows = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) "
        "AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        _quoted(table),
    )
    return tuple(cast("str", row["attname"]) for row in rows)


def _quoted(table: str) -> str:
    return ".".join(ident(part) for part in table.split("."))


def _refused(name: str, error: Exception) -> SourceUnreadable:
    kind = getattr(error, "sqlstate", None) or type(error).__name__
    message = f"{name}: the source database refused to give its rows ({kind})."
    return SourceUnreadable(message, "Check the rights of its user, then run it again.")
