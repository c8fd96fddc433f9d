"""Looks at what a run would do, in a transaction that can't write."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import preview_sql
from engine.adapters.postgres.database import Database, driver
from engine.adapters.postgres.increments import Increments
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.row_rules import referred
from engine.adapters.postgres.warehouse import PostgresWarehouse
from engine.cards import counted
from engine.catalog.model import DatasetName, FileSource, Layer, Project, Table
from engine.clock import Clock
from engine.errors import SourceUnreadable
from engine.privacy.policy import TableRules
from engine.runs.model import Parameters, Step, StepKind
from engine.runs.ports import Deliveries, Delivery
from engine.runs.preview import Standing, StepPreview

_READ_ONLY = (
    text("SET TRANSACTION READ ONLY"),
    text("SET LOCAL statement_timeout = '5s'"),
    text("SET LOCAL lock_timeout = '2s'"),
)

_SIZE = text(
    "SELECT reltuples::bigint AS rows, pg_total_relation_size(oid) AS bytes "
    "FROM pg_class WHERE oid = to_regclass(:name)"
)

COUNTED_BYTES = 16_000_000
"""A table up to this size is counted; of a larger one PostgreSQL's estimate is told."""

READ_BYTES = 16_000_000
"""So much of a delivery is read to count its lines."""


class PostgresPreviews:
    """Previews of runs on one database."""

    def __init__(
        self,
        project: Project,
        database: Database,
        deliveries: Deliveries,
        protecting: Protecting,
        clock: Clock,
    ) -> None:
        self._project = project
        self._database = database
        self._deliveries = deliveries
        self._protecting = protecting
        self._clock = clock

    async def of(self, steps: Sequence[Step], parameters: Parameters) -> tuple[StepPreview, ...]:
        """Look at each step in order; what one would write is what the next one would read."""
        async with self._database.begin() as connection:
            for statement in _READ_ONLY:
                await connection.execute(statement)
            warehouse = PostgresWarehouse(connection, self._protecting, self._clock)
            looking = _Looking(
                self._project, connection, warehouse, self._deliveries, self._clock, parameters
            )
            return tuple([await looking.at(step) for step in steps])


@dataclass(slots=True)
class _Looking:
    """One look; `expected` knows how many rows the steps before would leave."""

    project: Project
    connection: AsyncConnection
    warehouse: PostgresWarehouse
    deliveries: Deliveries
    clock: Clock
    parameters: Parameters
    expected: dict[DatasetName, int | None] = field(default_factory=dict)

    async def at(self, step: Step) -> StepPreview:
        match step.kind:
            case StepKind.INGEST:
                return await self._ingest(step)
            case StepKind.REFINE:
                return await self._refine(step)
            case StepKind.BUILD:
                return await self._build(step)
            case StepKind.PUBLISH:
                return await self._publish(step)
            case _:
                return self._check(step)

    async def _ingest(self, step: Step) -> StepPreview:
        table = self.project.source_table(step.dataset)
        before = await self._standing(step.dataset)
        rows_before = before.rows if before else 0
        try:
            loaded = await self.warehouse.loaded(table)
            since = await self.warehouse.read_since(table)
            arrived = await self.deliveries.next_for(table, loaded, since)
        except SourceUnreadable as error:
            self.expected[step.dataset] = rows_before
            does = f"append to {step.dataset}"
            return StepPreview(step, does, fails=f"{error.message} {error.hint}".strip())
        found = arrived.delivery
        if found is None:
            self.expected[step.dataset] = rows_before
            does = "nothing: there is no new delivery"
            return StepPreview(step, does, 0, notes=arrived.left)
        rows, more = await _lines(table, found)
        self.expected[step.dataset] = _sum(rows_before, None if more else rows)
        counted = (f"more than {rows:,} rows: only the beginning was counted",) if more else ()
        sql = (preview_sql.copy(table, found.headers, found.format.delimiter),)
        does = f"append {found.name} to {step.dataset}"
        return StepPreview(
            step, does, None if more else rows, notes=(*counted, *arrived.left), sql=sql
        )

    async def _refine(self, step: Step) -> StepPreview:
        table = self.project.source_table(step.dataset)
        fields = await self.warehouse.columns(table.bronze)
        present = [each.name for each in fields] or [each.name for each in table.columns]
        mark = await self._mark(table)
        rows = await self._rows_to_read(table, mark)
        self.expected[step.dataset] = rows
        read = f"all of {table.bronze}" if mark is None else f"what is new in {table.bronze}"
        rules = TableRules.of(self.project, table)
        told = (f"only rows of {table.bronze} after row {mark:,}",) if mark is not None else ()
        others = await referred(await driver(self.connection), table)
        return StepPreview(
            step,
            f"{'full' if mark is None else 'incremental'}: clean, cast and protect {read}",
            rows,
            notes=told,
            undecided=rules.undecided(present),
            fails=await self._missing([table.bronze]),
            sql=preview_sql.refine(table, present, rules.coverages(present), others),
        )

    async def _mark(self, table: Table) -> int | None:
        """The row of bronze after which an incremental load reads; None where it reads all."""
        if not table.load.incremental or self.parameters.full_refresh:
            return None
        if await self._standing(table.silver) is None:
            return None
        mark = await Increments(self.connection, self.clock).mark(table.silver)
        return None if mark is None else mark.bronze_row

    async def _rows_to_read(self, table: Table, mark: int | None) -> int | None:
        """All of bronze with what would be appended, or what of it comes after the mark."""
        before = await self._standing(table.bronze)
        there = before.rows if before else 0
        then = self.expected.get(table.bronze, there)
        if mark is None:
            return then
        new = await self._count(f"{quoted(table.bronze)} WHERE _row > :mark", mark=mark)
        return _sum(new, _difference(then, there))

    async def _count(self, what: str, **values: object) -> int | None:
        """How many there are; None where it takes too long to count them."""
        try:
            async with _savepoint(self.connection):
                found = await self.connection.scalar(text(f"SELECT count(*) FROM {what}"), values)
                return int(found or 0)
        except DBAPIError:
            return None

    async def _build(self, step: Step) -> StepPreview:
        model = self.project.gold_model(step.dataset)
        rows = await self._planned_rows(model.sql)
        self.expected[step.dataset] = rows
        reads = ", ".join(str(each) for each in model.upstream)
        fails = await self._missing(model.upstream)
        unknown = rows is None and fails is None
        return StepPreview(
            step,
            f"full: work it out from {reads}",
            rows,
            notes=("how many rows is known once what it reads is there",) if unknown else (),
            fails=fails,
            sql=(preview_sql.build(model),),
        )

    async def _missing(self, datasets: Sequence[DatasetName]) -> str | None:
        """Which of them neither is there nor would be written by a step before."""
        absent = [
            str(each)
            for each in datasets
            if each not in self.expected and await self._standing(each) is None
        ]
        return f"{', '.join(absent)} does not exist." if absent else None

    async def _planned_rows(self, query: str) -> int | None:
        """How many rows PostgreSQL plans with; None where it can't plan the query."""
        try:
            async with _savepoint(self.connection):
                found = await self.connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {query}")
                (plan,) = found.scalar_one_or_none() or ({},)
        except DBAPIError:
            return None
        return _planned(plan)

    async def _publish(self, step: Step) -> StepPreview:
        before = await self._standing(step.dataset)
        silver = step.dataset.layer is Layer.SILVER
        table = self.project.table(step.dataset.table) if silver else None
        rows = self.expected.get(step.dataset)
        if table is not None and await self._mark(table) is not None:
            does = f"merge the new rows into {step.dataset}"
            return StepPreview(step, does, rows, before, sql=preview_sql.merge(table))
        does = f"take the place of {step.dataset}" if before else f"become {step.dataset}"
        sql = preview_sql.swap(step.dataset, there=before is not None)
        return StepPreview(step, does, rows, before, sql=sql)

    def _check(self, step: Step) -> StepPreview:
        checks = self.project.checks_of(step.dataset)
        is_bronze = step.dataset.layer is Layer.BRONZE
        held = f"silver.{step.dataset.table}" if is_bronze else str(step.dataset)
        verb = "holds" if len(checks) == 1 else "hold"
        does = f"hold {held} back unless {counted(len(checks), 'check')} {verb}"
        notes = tuple(each.title for each in checks)
        return StepPreview(step, does if checks else "nothing: no checks", notes=notes)

    async def _standing(self, dataset: DatasetName) -> Standing | None:
        name = quoted(dataset)
        row = (await self.connection.execute(_SIZE, {"name": name})).first()
        if row is None:
            return None
        rows: int | None = row.rows if row.rows >= 0 else None
        if row.bytes <= COUNTED_BYTES:
            rows = await self._count(name)
        return Standing(dataset, rows, row.bytes)


@asynccontextmanager
async def _savepoint(connection: AsyncConnection) -> AsyncIterator[None]:
    """What fails in the block leaves the transaction as it was."""
    await connection.execute(text("SAVEPOINT look"))
    try:
        yield
    finally:
        await connection.execute(text("ROLLBACK TO SAVEPOINT look"))


def _planned(plan: object) -> int | None:
    node = plan.get("Plan") if isinstance(plan, Mapping) else None
    rows = node.get("Plan Rows") if isinstance(node, Mapping) else None
    return int(rows) if isinstance(rows, int | float) else None


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


async def _lines(table: Table, delivery: Delivery) -> tuple[int | None, bool]:
    """The rows of a delivered file by its line ends, and whether there are more than were read."""
    if not isinstance(table.source, FileSource):
        return None, False
    rows, size, last = 0, 0, b"\n"
    async for chunk in delivery.chunks():
        rows, size, last = rows + chunk.count(b"\n"), size + len(chunk), chunk[-1:] or last
        if size > READ_BYTES:
            return rows, True
    return rows + (last != b"\n") - delivery.format.header, False
