"""A table of another PostgreSQL as a delivery: all of it or its newer rows, at that moment."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from engine.adapters.postgres.names import ident, text_literal
from engine.catalog.model import PostgresSource, column_name
from engine.clock import Clock
from engine.errors import ConfigurationError, SourceAway, SourceUnreadable
from engine.runs.ports import CopyFormat

CONNECT_TIMEOUT = 10.0
PIECES_AHEAD = 16
"""How many pieces may wait between the two databases: the slower one sets the pace."""


_NUMERIC = "N"
_ORDERED = ("D", _NUMERIC)
"""PostgreSQL's categories of types for dates and times, and for numbers."""

Pieces = asyncio.Queue[bytes | SourceUnreadable | None]


@dataclass(frozen=True, slots=True)
class Newer:
    """Which rows of a foreign table are wanted: those at or above a watermark."""

    watermark: str
    since: str


@dataclass(frozen=True, slots=True)
class ForeignDelivery:
    """The rows of a foreign table, read while they are written."""

    name: str
    fingerprint: str
    headers: tuple[str, ...]
    url: str = field(repr=False)
    table: str = ""
    where: str = ""
    format: CopyFormat = field(default_factory=CopyFormat)
    types: tuple[str, ...] = ()

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
                f"SELECT {columns} FROM {_quoted(self.table)}{self.where}",  # noqa: S608  # all names are quoted
                output=pieces.put,
                format="csv",
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise _refused(self.name, error) from None
        finally:
            await connection.close(timeout=CONNECT_TIMEOUT)


async def foreign_table(
    source: PostgresSource, clock: Clock, newer: Newer | None = None
) -> ForeignDelivery:
    """The table as it is now; its rows are never «loaded already», silver keeps the newest."""
    url = os.environ.get(source.url_env)
    name = f"{source.url_env}/{source.table}"
    if not url:
        message = f"The environment variable {source.url_env} is not set."
        raise ConfigurationError(message, "Set it to the address of the source database.")
    connection = await _connected(url, name)
    try:
        columns = await _columns(connection, source.table)
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT)
    if not columns:
        message = f"{name}: there is no such table, or it can't be read."
        raise SourceUnreadable(message, "Check `table` under `source`, and the user's rights.")
    where = _where({each.name: each.category for each in columns}, newer) if newer else ""
    return ForeignDelivery(
        name,
        _moment(clock.now()),
        tuple(each.name for each in columns),
        url,
        source.table,
        where,
        types=tuple(each.type for each in columns),
    )


def _where(kinds: Mapping[str, str], newer: Newer) -> str:
    """Newer rows, where the source itself can order them; rows without a watermark come again."""
    header = next((each for each in kinds if column_name(each) == newer.watermark), None)
    if header is None or kinds[header] not in _ORDERED:
        return ""
    literal = text_literal(newer.since)
    if kinds[header] == _NUMERIC and not newer.since.lstrip("-").isdigit():
        literal = f"{literal}::numeric"
    return f" WHERE {ident(header)} >= {literal} OR {ident(header)} IS NULL"


def _moment(now: datetime) -> str:
    return now.isoformat()


async def _connected(url: str, name: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        message = f"The source database of {name} can't be reached ({type(error).__name__})."
        kind = SourceAway if _passes(error) else SourceUnreadable
        # the driver's error stays out of the chain: it may hold the address with its password
        raise kind(message, "Check that it runs and that its address is right.") from None


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    category: str
    type: str


async def _columns(
    connection: "asyncpg.Connection[asyncpg.Record]", table: str
) -> tuple[_Column, ...]:
    """The columns of a table with their types, and the categories of these."""
    rows = await connection.fetch(
        "SELECT attname, typcategory::text, format_type(atttypid, atttypmod) FROM pg_attribute "
        "JOIN pg_type t ON t.oid = atttypid WHERE attrelid = to_regclass($1) "
        "AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        _quoted(table),
    )
    return tuple(_Column(*row) for row in rows)


def _quoted(table: str) -> str:
    return ".".join(ident(part) for part in table.split("."))


def _refused(name: str, error: Exception) -> SourceUnreadable:
    kind = getattr(error, "sqlstate", None) or type(error).__name__
    if _passes(error):
        message = f"{name}: the source database broke off while it gave its rows ({kind})."
        return SourceAway(message, "Check that it runs, then run it again.")
    message = f"{name}: the source database refused to give its rows ({kind})."
    return SourceUnreadable(message, "Check the rights of its user, then run it again.")


def _passes(error: Exception) -> bool:
    """Whether it is about the connection: nobody answers, the server stops, or has no place."""
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, ValueError):  # an address that is none
        return False
    lost = isinstance(error, OSError | asyncpg.InterfaceError)
    return lost or state.startswith(("08", "57P")) or state == "53300"
