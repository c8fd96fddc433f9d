"""Builders with defaults: runs, tables, a laboratory on a fresh database."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import cast
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

from engine.adapters.deliveries.sources import ProjectDeliveries
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.names import ident, qualified
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.transactions import PostgresTransactions
from engine.adapters.shields import Shields
from engine.catalog.model import (
    Column,
    DatasetName,
    FileFormat,
    FileSource,
    Model,
    Source,
    Table,
)
from engine.people import Asker
from engine.privacy.coverage import Coverage
from engine.privacy.model import Protection
from engine.privacy.protect import Keyring, SecretKey
from engine.runs.ids import new_run_id
from engine.runs.model import Counts, Parameters, Run, Step, StepKind, staged_table
from engine.runs.ports import Loaded, Refinement

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

KEY = SecretKey(bytes(range(32)))
KEYS = Keyring(KEY)
KEY_SPELLINGS = (KEY.master.hex(), base64.b64encode(KEY.master).decode())
"""How the secret key would read where it had leaked into text."""

SOMEBODY = Asker("web", "you", "You", "#general")

Cells = Sequence[str | None]
Values = dict[str, object]


class TickingClock:
    """A clock that starts at noon and is a second later at each look."""

    def __init__(self) -> None:
        self._looks = count()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=next(self._looks))

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


CLOCK = TickingClock()


def csv_source(path: str = "*.csv", delimiter: str = ",", encoding: str = "utf-8") -> FileSource:
    return FileSource(FileFormat.CSV, path, delimiter, encoding)


def a_table(
    *columns: Column | str,
    name: str = "people",
    key: tuple[str, ...] = ("id",),
    watermark: str | None = None,
    source: Source | None = None,
) -> Table:
    """A table with an `id` and the given columns; a plain name is a text column."""
    declared = [Column(each) if isinstance(each, str) else each for each in columns]
    if key == ("id",) and all(column.name != "id" for column in declared):
        declared.insert(0, Column("id", required=True))
    return Table(name, source or csv_source(), key, tuple(declared), watermark)


def a_model(sql: str, *upstream: DatasetName, name: str = "report") -> Model:
    return Model(name, sql, upstream)


def a_run(*steps: tuple[StepKind, DatasetName], run_id: str | None = None) -> Run:
    planned = tuple(Step(index, *step) for index, step in enumerate(steps))
    return Run(run_id or new_run_id(), "medallion", None, SOMEBODY, planned, NOON)


def refining(table: Table) -> Run:
    """A run that refines and publishes a table."""
    return a_run((StepKind.REFINE, table.silver), (StepKind.PUBLISH, table.silver))


def building(model: Model) -> Run:
    """A run that builds and publishes a model."""
    return a_run((StepKind.BUILD, model.gold), (StepKind.PUBLISH, model.gold))


def address(server: str, database: str) -> str:
    """The address of another database on the same server."""
    url = make_url(server).set(database=database)
    return url.render_as_string(hide_password=False)


async def execute(url: str, *statements: str) -> None:
    """Do some statements on a connection of their own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Lab:
    """The warehouse on an empty database, without runner and chat."""

    url: str
    database: Database
    folder: Path
    shields: Shields

    @property
    def transactions(self) -> PostgresTransactions:
        render = OpenLineageRenderer("postgres://localhost:5432", "test")
        protecting = Protecting(KEYS, self.shields)
        return PostgresTransactions(self.database, protecting, render, CLOCK)

    async def rows(self, query: str, *arguments: object) -> list[Values]:
        """What a query gives on a connection of its own."""
        connection = await asyncpg.connect(self.url)
        try:
            return [dict(record) for record in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: object) -> object:
        """The first value that a query gives."""
        (row, *_) = await self.rows(query, *arguments)
        return next(iter(row.values()))

    async def text(self, query: str) -> str:
        """All that a query gives, as PostgreSQL writes it in text."""
        return "\n".join(str(list(row.values())) for row in await self.rows(query))

    async def ingest(self, table: Table, run: Run | None = None) -> Loaded | None:
        """Load the next delivery of a table, in one transaction."""
        run = run or a_run((StepKind.INGEST, table.bronze))
        async with self.transactions.begin() as tx:
            loaded = await tx.warehouse.loaded(table)
            since = await tx.warehouse.read_since(table)
        arrived = await ProjectDeliveries(self.folder, CLOCK).next_for(table, loaded, since)
        if arrived.delivery is None:
            return None
        async with self.transactions.begin() as tx:
            return await tx.warehouse.load(run, table, arrived.delivery)

    def deliver(self, content: str | bytes, name: str = "1.csv") -> None:
        """Put a file where the tables of these tests look."""
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)

    async def bronze(self, table: Table) -> list[Values]:
        """The rows of bronze without Atlas's own columns, in their order."""
        bronze = qualified("bronze", table.name)
        rows = await self.rows(f"SELECT * FROM {bronze} ORDER BY _row")  # noqa: S608  # all names are quoted
        return [{k: v for k, v in row.items() if not k.startswith("_")} for row in rows]

    async def fill_bronze(self, table: Table, rows: Sequence[Cells], *extra: str) -> None:
        """Make the bronze table anew, with these rows of its declared and some extra columns."""
        names = [column.name for column in table.columns] + list(extra)
        bronze = qualified("bronze", table.name)
        connection = await asyncpg.connect(self.url)
        try:
            defined = ", ".join(f"{ident(name)} text" for name in names)
            await connection.execute(
                f"DROP TABLE IF EXISTS {bronze}; CREATE TABLE {bronze} "
                "(_row bigint GENERATED ALWAYS AS IDENTITY, _source text DEFAULT '1.csv', "
                f"{defined})"
            )
            await connection.copy_records_to_table(
                table.name, schema_name="bronze", records=list(rows), columns=names
            )
        finally:
            await connection.close()

    async def refine(self, table: Table, *protections: Protection) -> Counts:
        """Refine and publish what is in bronze, whatever was declared before."""
        return (await self.cover(table, *map(Coverage.whole, protections))).counts

    async def cover(self, table: Table, *coverages: Coverage) -> Refinement:
        """Refine and publish what is in bronze, with or without a look into its values."""
        run = replace(refining(table), parameters=Parameters(accept_drift=True))
        async with self.transactions.begin() as tx:
            done = await tx.warehouse.refine(run, table, coverages)
            published = await tx.warehouse.publish(run, table.silver)
            return replace(done, counts=done.counts + published)

    async def silver(self, table: Table) -> list[Values]:
        """The rows of silver, by key."""
        order = ", ".join(ident(key) for key in table.key)
        silver = qualified("silver", table.name)
        return await self.rows(f"SELECT * FROM {silver} ORDER BY {order}")  # noqa: S608  # all names are quoted

    async def quarantined(self, table: Table) -> list[Values]:
        """The rows in quarantine, in the order of bronze."""
        aside = qualified("quarantine", table.name)
        return await self.rows(f"SELECT * FROM {aside} ORDER BY bronze_row")  # noqa: S608  # all names are quoted

    async def refined(
        self, table: Table, rows: Sequence[Cells], *protections: Protection
    ) -> list[Values]:
        """The rows of silver that these rows of bronze become."""
        await self.fill_bronze(table, rows)
        await self.refine(table, *protections)
        return await self.silver(table)

    async def build(self, model: Model) -> Counts:
        """Build and publish a model."""
        run = building(model)
        async with self.transactions.begin() as tx:
            counts = await tx.warehouse.build(run, model)
            return counts + await tx.warehouse.publish(run, model.gold)

    async def staged(self, run: Run, dataset: DatasetName) -> bool:
        """Whether the run's staged table is there."""
        name = qualified(dataset.layer, staged_table(run, dataset))
        return await self.value("SELECT to_regclass($1) IS NOT NULL", name) is True


def column_of(rows: Sequence[Mapping[str, object]], name: str) -> list[object]:
    """One column of some rows."""
    return [row[name] for row in rows]


def reasons(row: Mapping[str, object]) -> list[str]:
    """Why a row is in quarantine."""
    return cast("list[str]", row["reasons"])


def fresh(prefix: str) -> str:
    """A name that nothing else on the server has."""
    return f"{prefix}_{uuid4().hex[:12]}"
