"""Asks PostgreSQL for what checks need: many expressions in one SELECT, in the time there is."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import check_sql, merge_sql
from engine.adapters.postgres.check_sql import ROWS, Aggregate, Question, Shape
from engine.adapters.postgres.database import Database, driver
from engine.adapters.postgres.names import ident
from engine.errors import DatabaseRefused, StatementFailed
from engine.quality.judge import Number, Unknown

_MEMORY = "128MB"
"""For sorting the values of a million rows without the disk."""

Answer = Number | Decimal | Unknown | None
"""A number, NULL, or why there is neither."""

Answers = Mapping[str, Answer]
"""By the SQL that was asked."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Expressions of one SELECT, or a statement by itself."""

    expressions: tuple[str, ...]
    is_statement: bool = False
    is_spread: bool = False
    """Worth several processes, which cost cheap expressions more than they bring; gives one row."""


class Asking:
    """The statements of one table, each with a part of the time that is left to all of them."""

    def __init__(
        self, database: Database, free: asyncio.Semaphore, shape: Shape, timeout: float
    ) -> None:
        self._database = database
        self._free = free
        self._shape = shape
        self._left = timeout

    async def ask(self, batch: Batch) -> Answers:
        """All answers; an expression that breaks its SELECT is found by halving it."""
        try:
            return await self._asked(batch)
        except (StatementFailed, DatabaseRefused) as error:
            if len(batch.expressions) == 1:
                return {batch.expressions[0]: Unknown(error.message)}
        middle = len(batch.expressions) // 2
        halves = batch.expressions[:middle], batch.expressions[middle:]
        return {**await self.ask(Batch(halves[0])), **await self.ask(Batch(halves[1]))}

    async def _asked(self, batch: Batch) -> Answers:
        async with self._free:
            if batch.is_statement:
                (statement,) = batch.expressions
                row = await self._row(statement, is_spread=batch.is_spread)
                return {statement: _only_number(row)}
            selected = check_sql.selected(self._shape, batch.expressions)
            row = await self._row(selected, is_spread=batch.is_spread)
            values = row.values() if row is not None else ()
            return dict(zip(batch.expressions, map(_number, values), strict=True))

    async def changed(self, sql: str) -> Sequence[object]:
        """The values of the one row that a SELECT of few others gives, which an index finds."""
        async with self._free:
            row = await self._row(sql, merge_sql.BY_INDEX)
            return tuple(row.values()) if row is not None else ()

    async def _row(
        self, sql: str, before: str = "", *, is_spread: bool = False
    ) -> "asyncpg.Record | None":
        """The first row; the only one where PostgreSQL may spread the work over the processors."""
        # one that hangs leaves time for those that shared its SELECT
        seconds = self._left / 2
        if seconds < _LEAST:
            raise StatementFailed("It took too long.")
        began = time.monotonic()
        try:
            async with self._database.begin() as connection:
                raw = await _prepared(connection, self._shape.name[0], seconds, before)
                # a kept plan would not fit a table that took this one's place
                statement = await raw.prepare(sql)
                if not is_spread:
                    return await statement.fetchrow()
                # one of which a single row is asked for is not spread over the processors
                return next(iter(await statement.fetch()), None)
        finally:
            self._left -= time.monotonic() - began


_LEAST = 0.05
"""Seconds below which asking is of no use."""


async def _prepared(
    connection: AsyncConnection, schema: str, seconds: float, before: str
) -> "asyncpg.Connection[asyncpg.Record]":
    """A transaction in which people's SQL reads, finds its own layer, and does nothing else."""
    raw = await driver(connection)
    await raw.execute(
        "SET TRANSACTION READ ONLY; "
        f"SET LOCAL search_path = {ident(schema)}, public; "
        f"SET LOCAL statement_timeout = {int(seconds * 1000)}; "
        f"SET LOCAL work_mem = '{_MEMORY}'; {before}"
    )
    return raw


def batches(
    questions: Iterable[Question | Unknown | None], *, are_rows_known: bool = False
) -> Sequence[Batch]:
    """The cheap expressions in one SELECT, the costly ones in two others, statements alone."""
    cheap = [] if are_rows_known else [ROWS]
    costly, statements = dict[str, None](), dict[str, Batch]()
    for each in questions:
        if isinstance(each, Aggregate):
            if each.is_costly:
                costly[each.sql] = None
            else:
                cheap.append(each.sql)
        elif isinstance(each, check_sql.Statement):
            statements[each.sql] = Batch(
                (each.sql,), is_statement=True, is_spread=not each.is_written
            )
    halves = [Batch(each, is_spread=True) for each in (tuple(costly)[::2], tuple(costly)[1::2])]
    shared = [*halves, Batch(tuple(dict.fromkeys(cheap)))]
    return [*(each for each in shared if each.expressions), *statements.values()]


def _number(value: object) -> Answer:
    if value is None or isinstance(value, int | float | Decimal):
        return value
    return Unknown(f"it measured a {type(value).__name__}, not a number")


def _only_number(row: "asyncpg.Record | None") -> Answer:
    """The last value of the first row, as Soda takes it from a person's query."""
    values = [value for value in (row or {}).values() if value is not None]
    return _number(values[-1]) if values else None
