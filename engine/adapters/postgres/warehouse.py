"""The tables of bronze, silver and gold in PostgreSQL; rows stay there."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import asyncpg
from sqlalchemy import delete, exists, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import tables
from engine.adapters.postgres.cell_sql import silver_columns
from engine.adapters.postgres.database import driver
from engine.adapters.postgres.gold_cells import redact_unwanted
from engine.adapters.postgres.incremental import IncrementalLoad, index_rows
from engine.adapters.postgres.increments import Increments
from engine.adapters.postgres.leftovers import leftovers
from engine.adapters.postgres.memory import GROUPING, have_memory
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.names import ident, qualified
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.publishing import Publishing
from engine.adapters.postgres.refining import Refined, refine_into
from engine.adapters.postgres.row_rules import referred, row_rules
from engine.adapters.postgres.sampling import sampled
from engine.adapters.postgres.staging import Staging
from engine.adapters.postgres.swap import Relation
from engine.alerts.model import Brought
from engine.catalog.model import DatasetName, Layer, Model, Table, column_names
from engine.clock import Clock
from engine.errors import SourceUnreadable
from engine.lineage.model import Field
from engine.privacy.coverage import Coverage, Spotted
from engine.privacy.gold import Unwanted
from engine.privacy.model import ColumnSample
from engine.privacy.recognition import STANDARD, Recognition
from engine.privacy.terms import terms
from engine.runs.drift import refuse_missing
from engine.runs.model import Counts, Run, staged_table
from engine.runs.ports import Delivery, Leftover, Loaded, Refinement

_ENCODINGS = {"utf-8": "UTF8", "latin-1": "LATIN1", "windows-1252": "WIN1252"}

_BRONZE_COLUMNS = (
    # COPY can't compute columns, so the run and the source come from settings of the transaction
    "_row bigint GENERATED ALWAYS AS IDENTITY",
    "_run_id text NOT NULL DEFAULT current_setting('atlas.run_id')",
    "_source text NOT NULL DEFAULT current_setting('atlas.source')",
    "_loaded_at timestamptz NOT NULL DEFAULT now()",
)

_OWN_COLUMNS = r"\_%"


async def columns_of(connection: AsyncConnection, dataset: DatasetName) -> tuple[Field, ...]:
    """The columns of a dataset without Atlas's own; empty where it does not exist."""
    rows = await connection.execute(
        text(
            "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute "
            "WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped "
            "AND attname NOT LIKE :own ORDER BY attnum"
        ),
        {"name": quoted(dataset), "own": _OWN_COLUMNS},
    )
    return tuple(Field(row.attname, row.type) for row in rows)


class PostgresWarehouse:
    """Data work on one connection, in the transaction of whoever holds it."""

    def __init__(
        self,
        connection: AsyncConnection,
        protecting: Protecting,
        clock: Clock,
        swap_lock_timeout: float = 2.0,
    ) -> None:
        self._connection = connection
        self._protecting = protecting
        self._clock = clock
        self._swap_lock_timeout = swap_lock_timeout

    async def loaded(self, table: Table) -> Mapping[str, str]:
        """The newest fingerprint of each delivery that is in bronze already."""
        known = tables.deliveries.c
        rows = await self._connection.execute(
            select(known.name, known.fingerprint)
            .where(known.table_name == table.name)
            .order_by(known.loaded_at)
        )
        return {row.name: row.fingerprint for row in rows}

    async def read_since(self, table: Table) -> str | None:
        """The newest watermark in silver, less the overlap."""
        if not table.load.incremental:
            return None
        return await Increments(self._connection, self._clock).read_since(table)

    async def load(self, run: Run, table: Table, delivery: Delivery) -> Loaded:
        """COPY a delivery into bronze."""
        columns = column_names(delivery.headers)
        # first: a line without the key may be no header, and then its names are somebody's values
        _refuse_without_key(table, delivery, columns)
        _refuse_repeated(delivery, columns)
        refuse_missing(run, table, delivery.name, columns, await self._last_columns(table))
        declared = [column.name for column in table.columns]
        new = await self._prepare_bronze(run, table, delivery, [*declared, *columns])
        rows = await self._copy(table, delivery, columns, frozen=new)
        if table.load.incremental:
            await index_rows(await driver(self._connection), table)
        await self._remember(run, table, delivery, columns, rows)
        known = [name for name in columns if name in declared]
        return Loaded(
            rows=rows,
            extra=tuple(name for name in columns if name not in declared),
            missing=tuple(name for name in declared if name not in columns),
            reordered=known != [name for name in declared if name in known],
        )

    async def _prepare_bronze(
        self, run: Run, table: Table, delivery: Delivery, columns: Sequence[str]
    ) -> bool:
        """Have a table with these columns; whether it was not there before."""
        for setting, value in (("atlas.run_id", run.id), ("atlas.source", delivery.name)):
            await self._connection.execute(
                text("SELECT set_config(:setting, :value, true)"),
                {"setting": setting, "value": value},
            )
        connection = await driver(self._connection)
        name = quoted(table.bronze)
        there = await connection.fetchval("SELECT to_regclass($1)", name)
        if not there:
            await connection.execute(f"CREATE TABLE {name} ({', '.join(_BRONZE_COLUMNS)})")
        present = {field.name for field in await self.columns(table.bronze)}
        new = [column for column in dict.fromkeys(columns) if column not in present]
        if new:
            added = ", ".join(f"ADD COLUMN {ident(column)} text" for column in new)
            await connection.execute(f"ALTER TABLE {name} {added}")
        return not there

    async def _copy(
        self, table: Table, delivery: Delivery, columns: Sequence[str], *, frozen: bool
    ) -> int:
        """COPY; nobody sees a table that is new, so its rows need no second look who may."""
        connection = await driver(self._connection)
        try:
            status = await connection.copy_to_table(
                table.name,
                schema_name=Layer.BRONZE,
                source=delivery.chunks(),
                columns=columns,
                format="csv",
                delimiter=delivery.format.delimiter,
                header=delivery.format.header,
                encoding=_ENCODINGS[delivery.format.encoding],
                freeze=frozen,
            )
        except asyncpg.DataError as error:
            # the driver's error stays out of the chain: its text holds the line
            raise _unreadable(delivery, error) from None
        return int(status.removeprefix("COPY "))

    async def _last_columns(self, table: Table) -> Sequence[str]:
        """The columns of the delivery that was loaded last, as far as that was noted."""
        known = tables.deliveries.c
        columns = await self._connection.scalar(
            select(known.columns)
            .where(known.table_name == table.name, known.columns.is_not(None))
            .order_by(known.loaded_at.desc())
            .limit(1)
        )
        return columns or ()

    async def _remember(
        self, run: Run, table: Table, delivery: Delivery, columns: Sequence[str], rows: int
    ) -> None:
        await self._forget_overtaken(table, delivery)
        await self._connection.execute(
            insert(tables.deliveries).values(
                table_name=table.name,
                name=delivery.name,
                fingerprint=delivery.fingerprint,
                rows=rows,
                run_id=run.id,
                loaded_at=self._clock.now(),
                columns=list(columns),
                types=list(delivery.types) or None,
            )
        )

    async def _forget_overtaken(self, table: Table, delivery: Delivery) -> None:
        """A file that became again what it once was is loaded again, as if for the first time."""
        known = tables.deliveries
        newer = known.alias()
        await self._connection.execute(
            delete(known).where(
                known.c.table_name == table.name,
                known.c.name == delivery.name,
                known.c.fingerprint == delivery.fingerprint,
                exists().where(
                    newer.c.table_name == known.c.table_name,
                    newer.c.name == known.c.name,
                    newer.c.loaded_at > known.c.loaded_at,
                ),
            )
        )

    async def refine(
        self,
        run: Run,
        table: Table,
        coverages: Sequence[Coverage],
        recognition: Recognition = STANDARD,
    ) -> Refinement:
        """Split bronze into the staged silver table and quarantine; raises RowsNotConserved."""
        present = [field.name for field in await self.columns(table.bronze)]
        columns = silver_columns(table, present, coverages)
        spotted: list[Spotted] = []

        async def refining(table: Table, target: str, source: str | None) -> Refined:
            connection = await driver(self._connection)
            fill = self._protecting.fill
            spotted.extend(await fill(connection, table, columns, source, recognition))
            rules = row_rules(table, columns, await referred(connection, table))
            return await refine_into(
                connection, table, columns, target, run.id, source=source, rules=rules
            )

        if table.load.incremental:
            version = self._protecting.key_version
            under = partial(terms, key_version=version, recognition=recognition)
            load = IncrementalLoad(self._connection, self._clock, under)
            refined = await load.refine(run, table, columns, refining)
        else:
            staged = qualified(Layer.SILVER, staged_table(run, table.silver))
            refined = await refining(table, staged, None)
        counts = Counts(
            rows_in=refined.rows_in,
            quarantined=refined.quarantined,
            deduplicated=refined.deduplicated,
            protected=sum(each.protection is not None for each in columns),
        )
        return Refinement(counts, tuple(spotted))

    async def build(self, run: Run, model: Model) -> Counts:
        """CREATE TABLE AS the model's SELECT."""
        connection = await driver(self._connection)
        staged = qualified(Layer.GOLD, staged_table(run, model.gold))
        await have_memory(connection, GROUPING)
        status = await connection.execute(f"CREATE TABLE {staged} AS\n{model.sql}")
        await connection.execute(f"ANALYZE {staged}")
        return Counts(built=int(status.rpartition(" ")[2]))

    async def redact(self, run: Run, model: Model, unwanted: Unwanted) -> Mapping[str, int]:
        """Rewrite the staged table, where some cell has to change."""
        staged = Relation(Layer.GOLD, staged_table(run, model.gold))
        return await redact_unwanted(await driver(self._connection), staged, unwanted)

    async def publish(self, run: Run, dataset: DatasetName) -> Counts:
        """Swap by rename, or merge; what people put on the published table stays on it."""
        publishing = Publishing(self._connection, self._clock, self._swap_lock_timeout)
        return await publishing.publish(run, dataset)

    async def discard(self, run: Run, dataset: DatasetName) -> None:
        """Drop what is staged."""
        await Staging.of(run, dataset).drop(await driver(self._connection))
        await Increments(self._connection, self._clock).take(run, dataset)

    async def leftovers(self, dataset: DatasetName | None = None) -> tuple[Leftover, ...]:
        """Tables with the name of a staged one."""
        return await leftovers(self._connection, dataset)

    async def columns(self, dataset: DatasetName) -> tuple[Field, ...]:
        """The columns as pg_catalog knows them."""
        return await columns_of(self._connection, dataset)

    async def brought(
        self, runs: Collection[str], datasets: Collection[DatasetName]
    ) -> tuple[Brought, ...]:
        """By the name that a delivery was noted under, in which nothing means a person."""
        known = tables.deliveries.c
        rows = await self._connection.execute(
            select(known.name, known.rows)
            .where(known.run_id.in_(runs), known.table_name.in_({each.table for each in datasets}))
            .order_by(known.loaded_at.desc(), known.name)
        )
        return tuple(Brought(row.name, row.rows) for row in rows)

    async def longest(self, dataset: DatasetName, columns: Sequence[str]) -> Mapping[str, int]:
        """All columns in one pass."""
        if not columns:
            return {}
        connection = await driver(self._connection)
        lengths = ", ".join(
            f"coalesce(max(octet_length({ident(column)}::text)), 0)" for column in columns
        )
        record = await connection.fetchrow(f"SELECT {lengths} FROM {quoted(dataset)}")
        return dict(zip(columns, record or (), strict=True))

    async def sample(
        self, dataset: DatasetName, columns: Sequence[str], size: int
    ) -> tuple[ColumnSample, ...]:
        """The values with the lowest hashes: different ones, spread, and the same each time."""
        return await sampled(await driver(self._connection), dataset, columns, size)


def _refuse_repeated(delivery: Delivery, columns: Sequence[str]) -> None:
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        message = f"{delivery.name} has the column {', '.join(repeated)} more than once."
        raise SourceUnreadable(message, "Give each column of the header a name of its own.")


def _refuse_without_key(table: Table, delivery: Delivery, columns: Sequence[str]) -> None:
    """Rows without a key would all go to quarantine; most often a header line is missing."""
    missing = [key for key in table.key if key not in columns]
    if missing:
        message = f"{delivery.name} has no column {', '.join(missing)}, the key of {table.name}."
        raise SourceUnreadable(message, "Does its first line name the columns?")


def _unreadable(delivery: Delivery, error: asyncpg.DataError) -> SourceUnreadable:
    """What is wrong with a delivery's bytes, by line number only."""
    found = re.search(r"line (\d+)", str(getattr(error, "context", "") or ""))
    place = f"{delivery.name}, line {found[1]}" if found else delivery.name
    if str(error.args[0]).endswith(": 0x00"):
        return SourceUnreadable(
            f"{place}: there is a null byte, which PostgreSQL's text can't hold.",
            "Nothing of this delivery was loaded. Ask its sender for the file again.",
        )
    if isinstance(
        error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError
    ):
        return SourceUnreadable(
            f"{place}: the text is not {delivery.format.encoding}.",
            "Set `encoding` under `source` of the table: utf-8, latin-1 or windows-1252.",
        )
    said = str(error.args[0]) if isinstance(error, asyncpg.BadCopyFileFormatError) else ""
    problem = re.sub(r'"[^"]*"', "a column", said) or "its values can't be read as CSV"
    return SourceUnreadable(
        f"{place}: {problem}.",
        "Nothing of this delivery was loaded. Mend or remove that line, then run it again.",
    )
