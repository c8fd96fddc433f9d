"""Refines only what is new: chooses rows of bronze, stages a delta, and shows silver as it will be.

The delta is a table; under the staged name stands a view of silver with the delta merged into it,
so that the checks judge what will be published.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import chosen_sql, history_sql, merge_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.chosen_sql import Seed
from engine.adapters.postgres.database import Driver, driver
from engine.adapters.postgres.increments import Increment, Increments, Mark
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.names import ident
from engine.adapters.postgres.refining import Refined, prepare_quarantine
from engine.adapters.postgres.staging import Staging, types_of
from engine.catalog.model import ColumnType, Table
from engine.clock import Clock
from engine.errors import ConfigurationError, DatabaseRefused
from engine.privacy.coverage import Coverage
from engine.runs.model import Parameters, Run

OLDEST_SERVER = 17
"""MERGE tells what it did since PostgreSQL 17."""

Refining: TypeAlias = Callable[[Table, str, str | None], Awaitable[Refined]]
"""Refines a table into a target from a source of bronze rows."""

Terms: TypeAlias = Callable[[Coverage | None], str]
"""What decides how a column is protected, in words that change with it."""

_MOMENTS = {
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp with time zone",
}
_TYPES = {**_MOMENTS, ColumnType.INTEGER: "bigint", ColumnType.NUMBER: "numeric"}


class IncrementalLoad:
    """Stages deltas, in the transaction of whoever holds the connection."""

    def __init__(self, connection: AsyncConnection, clock: Clock, terms: Terms) -> None:
        self._connection = connection
        self._increments = Increments(connection, clock)
        self._terms = terms

    async def refine(
        self, run: Run, table: Table, columns: Sequence[SilverColumn], refining: Refining
    ) -> Refined:
        """Stage what is new of a table, or all of it where that can't be merged."""
        connection = await driver(self._connection)
        require_merge(connection)
        place = Staging.of(run, table.silver)
        await place.drop(connection)
        increment, source = await self._chosen(connection, run, table, columns)
        if table.load.history:
            by_event = replace(table, key=(*table.key, increment.watermark))
            refined = await refining(by_event, place.events.quoted, source)
            refined, left = await _versions(connection, place, increment, refined)
        else:
            target = place.staged if increment.whole else place.delta
            refined = await refining(table, target.quoted, source)
            drop = _drop_deleted if increment.whole else _drop_late
            left = await drop(connection, place, increment)
        if not increment.whole:
            await _show_merged(connection, place, increment)
        await self._increments.leave(run, table.silver, replace(increment, left=left))
        return refined

    async def _chosen(
        self, connection: Driver, run: Run, table: Table, columns: Sequence[SilverColumn]
    ) -> tuple[Increment, str | None]:
        """What to stage, and the rows of bronze to stage it from; None for all of them."""
        mark = await self._increments.mark(table.silver)
        last, numbered = await _last_row(connection, table)
        whole = _increment(table, columns, last, self._terms)
        there = await types_of(connection, Staging.of(run, table.silver).published)
        fits = mark is not None and numbered >= mark.bronze_row and _fits(whole, mark, there)
        if mark is None or not fits or run.parameters.full_refresh:
            return whole, None
        seed = _seed(run.parameters, mark, last)
        increment = replace(whole, whole=False, upto=None if seed.again else seed.upto)
        return increment, await _source(connection, table, columns, seed)


async def index_rows(connection: Driver, table: Table) -> None:
    """Let the rows after a mark be found without reading all of bronze."""
    index = ident(f"{table.name}_atlas_row")
    await connection.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(table.bronze)} (_row)")


async def _last_row(connection: Driver, table: Table) -> tuple[int, int]:
    """The last row of bronze, and the last number given to one.

    Rows may have been removed; but where fewer numbers were given than a mark says, it is another
    table by the same name.
    """
    bronze = quoted(table.bronze)
    record = await connection.fetchrow(
        f"SELECT coalesce(max(_row), 0) AS last, coalesce(pg_sequence_last_value("
        f"pg_get_serial_sequence($1, '_row')::regclass), 0) AS numbered FROM {bronze}",
        bronze,
    )
    return (record["last"], record["numbered"]) if record is not None else (0, 0)


def require_merge(connection: Driver) -> None:
    """Raise DatabaseRefused where the server's MERGE can't tell what it did."""
    major = connection.get_server_version().major
    if major < OLDEST_SERVER:
        raise DatabaseRefused(
            f"This is PostgreSQL {major}; an incremental load needs {OLDEST_SERVER} or newer.",
            "Move to a newer server, or declare `load: {mode: full}`.",
        )


def _increment(table: Table, columns: Sequence[SilverColumn], upto: int, terms: Terms) -> Increment:
    """A whole refinement of the table as it is declared now."""
    watermark = table.watermark or ""
    declared = table.column(watermark)
    if declared is None:
        message = f"{table.name} is loaded incrementally and has no watermark."
        raise ConfigurationError(message, "Run `atlas check-project`.")
    increment = Increment(
        whole=True,
        key=table.key,
        watermark=watermark,
        watermark_type=_TYPES[declared.type],
        deleted=table.load.deleted,
        history=table.load.history,
        form={},
        upto=upto,
    )
    return replace(increment, form=_form(increment, columns, terms))


def _form(increment: Increment, columns: Sequence[SilverColumn], terms: Terms) -> Mapping[str, str]:
    """All that decides what a row becomes; where it changes, silver is written anew.

    So a new key or a new rule reaches the rows that were published before it, too.
    """
    form = {each.column.name: _column_form(each, terms) for each in columns}
    if increment.history:
        form |= {n: f"{t}; history" for n, t in history_sql.validity_types(increment).items()}
    rules = (*increment.key, "", increment.watermark, increment.deleted or "", increment.history)
    return form | {"": " ".join(map(str, rules))}


def _column_form(each: SilverColumn, terms: Terms) -> str:
    column = each.column
    parts = (
        "timestamp with time zone" if each.sql_type == "timestamptz" else each.sql_type,
        column.type,
        "required" if column.required else "",
        " ".join(column.clean),
        " ".join(column.formats),
        terms(each.coverage),
    )
    return "; ".join(parts)


def _fits(increment: Increment, mark: Mark, there: Mapping[str, str]) -> bool:
    """Whether silver is there, and as it would be written now; columns may have come since."""
    form = increment.form
    return (
        bool(there)
        and mark.form.items() <= form.items()
        and all(form.get(name, "").startswith(f"{kind};") for name, kind in there.items())
    )


def _seed(parameters: Parameters, mark: Mark, last: int) -> Seed:
    """What is asked for; a release leaves the rows to come to the run that will read them."""
    if parameters.release is not None:
        return Seed(mark.bronze_row, mark.bronze_row, release=parameters.release)
    upto = max(last, mark.bronze_row)
    return Seed(mark.bronze_row, upto, parameters.start, parameters.end)


async def _source(
    connection: Driver, table: Table, columns: Sequence[SilverColumn], seed: Seed
) -> str:
    """The rows of bronze to read: a history, and what may be deleted, need all of a key.

    So does a release: of rows with equal watermarks the one that was loaded last must win.
    """
    declared = table.column(table.watermark or "")
    if seed.by_day and (declared is None or declared.type not in _MOMENTS):
        message = f"The watermark of {table.name} is no date: its days can't be chosen."
        raise ConfigurationError(message, f"Say «run pipeline … for {table.name}» with all of it.")
    released = seed.release is not None
    whole_keys = table.load.history or table.load.deleted is not None or released
    if not seed.again and not whole_keys:
        return chosen_sql.new_rows(table, seed)
    if released:
        await prepare_quarantine(connection, table)
    await connection.execute(chosen_sql.choose(table, columns, seed, whole_keys=whole_keys))
    await connection.execute(f"ANALYZE {chosen_sql.CHOSEN}")
    return chosen_sql.chosen_rows(table)


async def _versions(
    connection: Driver, place: Staging, increment: Increment, refined: Refined
) -> tuple[Refined, int]:
    """Make versions of the events; those equal to the one before count as duplicates."""
    columns = list(await types_of(connection, place.events))
    target = place.staged if increment.whole else place.delta
    select = history_sql.versions(place.events.quoted, columns, increment)
    status = await connection.execute(f"CREATE TABLE {target.quoted} AS {select}")
    await connection.execute(f"DROP TABLE {place.events.quoted}")
    rows = _rows(status)
    left = 0
    if increment.whole:
        deleted = await connection.execute(f"DELETE FROM {target.quoted} WHERE {history_sql.GONE}")
        left = _rows(deleted)
        await connection.execute(f"ALTER TABLE {target.quoted} DROP COLUMN {history_sql.GONE}")
    await connection.execute(f"ANALYZE {target.quoted}")
    duplicates = refined.deduplicated + refined.published - rows
    return replace(refined, published=rows, deduplicated=duplicates), left


async def _drop_deleted(connection: Driver, place: Staging, increment: Increment) -> int:
    """Of a whole refinement; a delta keeps them, to take their rows out of silver."""
    if increment.deleted is None:
        return 0
    statement = merge_sql.drop_deleted(place.staged.quoted, increment.deleted)
    return _rows(await connection.execute(statement))


async def _drop_late(connection: Driver, place: Staging, increment: Increment) -> int:
    """Rows that change nothing, silver being newer."""
    await connection.execute(merge_sql.BY_INDEX)
    silver, delta = place.published.quoted, place.delta.quoted
    return _rows(await connection.execute(merge_sql.drop_late(silver, delta, increment)))


def _rows(status: str) -> int:
    """The count at the end of what PostgreSQL answers."""
    return int(status.rpartition(" ")[2])


async def _show_merged(connection: Driver, place: Staging, increment: Increment) -> None:
    """Put the view for the checks under the staged name."""
    there = await types_of(connection, place.published)
    delta = await types_of(connection, place.delta)
    columns = {name: kind for name, kind in delta.items() if name != history_sql.GONE}
    silver, changes = place.published.quoted, place.delta.quoted
    sql = history_sql if increment.history else merge_sql
    rows = sql.merged_rows(changes, increment)
    select = merge_sql.union(silver, changes, columns, there.keys(), rows)
    await connection.execute(f"CREATE VIEW {place.staged.quoted} AS {select}")
