"""How far incremental loads came, and what a refinement leaves to its publishing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database, Driver
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.names import qualified
from engine.adapters.postgres.staging import STAGED
from engine.adapters.postgres.tables import increments, watermarks
from engine.catalog.model import DatasetName, Layer, Table
from engine.clock import Clock
from engine.quality.merging import Part
from engine.runs.model import Run, staged_name


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the last published refinement of a dataset came, and in which form it wrote."""

    bronze_row: int
    newest: str | None
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Carried:
    """The parts of a table's numbers that its next version carries on, and where they are of."""

    relation: int | None = None
    """The file of the table: another one may hold anything."""
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Increment:
    """What a refinement staged, so that its publishing can merge it without the project."""

    whole: bool
    key: tuple[str, ...]
    watermark: str
    watermark_type: str
    deleted: str | None
    history: bool
    form: Mapping[str, str]
    upto: int | None
    """The last row of bronze that was read; None where the mark must stay."""
    left: int = 0
    """Rows that were good and are not staged: deleted ones, or of a delta late ones."""
    carried: Carried = Carried()
    """What the gate found of the table as it will be."""


_INCREMENT = TypeAdapter(Increment)
_CARRIED = TypeAdapter(Carried)
_PARTS = TypeAdapter(dict[str, Part])


class Increments:
    """Marks and increments, in the transaction of whoever holds the connection."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def mark(self, dataset: DatasetName) -> Mark | None:
        """Where the last published refinement ended; None where there was none."""
        found = await self._connection.execute(
            select(watermarks).where(watermarks.c.dataset == str(dataset))
        )
        row = found.one_or_none()
        return None if row is None else Mark(row.bronze_row, row.newest, row.form)

    async def read_since(self, table: Table) -> str | None:
        """The newest watermark of silver less the table's overlap, as text."""
        mark = await self.mark(table.silver)
        if mark is None or mark.newest is None or not table.load.overlap:
            return None if mark is None else mark.newest
        newest, overlap = "CAST(CAST(:newest AS text) AS timestamptz)", "CAST(:overlap AS interval)"
        earlier: str | None = await self._connection.scalar(
            text(f"SELECT ({newest} - {overlap})::text"),
            {"newest": mark.newest, "overlap": table.load.overlap},
        )
        return earlier

    async def leave(self, run: Run, dataset: DatasetName, increment: Increment) -> None:
        """Keep what the publishing needs."""
        await self.take(run, dataset)
        plan = _INCREMENT.dump_python(increment, mode="json")
        await self._connection.execute(
            insert(increments).values(run_id=run.id, dataset=str(dataset), plan=plan)
        )

    async def take(self, run: Run, dataset: DatasetName) -> Increment | None:
        """What the refinement left, once; None where the dataset is not loaded incrementally."""
        found = await self._connection.execute(
            delete(increments)
            .where(increments.c.run_id == run.id, increments.c.dataset == str(dataset))
            .returning(increments.c.plan)
        )
        plan = found.scalar_one_or_none()
        return None if plan is None else _INCREMENT.validate_python(plan)

    async def move(
        self, run: Run, dataset: DatasetName, increment: Increment, newest: str | None
    ) -> None:
        """Set the mark; a backfill leaves the row of bronze where it was."""
        changes: dict[str, object] = {
            "newest": newest,
            "form": dict(increment.form),
            "run_id": run.id,
            "at": self._clock.now(),
            "carried": _CARRIED.dump_python(increment.carried, mode="json"),
        }
        if increment.upto is not None:
            changes["bronze_row"] = increment.upto
        written = upsert(watermarks).values(dataset=str(dataset), **{"bronze_row": 0, **changes})
        await self._connection.execute(
            written.on_conflict_do_update(index_elements=["dataset"], set_=changes)
        )


_KEEP = text(
    """UPDATE atlas.increments SET plan = plan || jsonb_build_object('carried', jsonb_build_object(
  'parts', CAST(:parts AS jsonb), 'relation', pg_relation_filenode(
    CASE WHEN (plan ->> 'whole')::boolean
      THEN to_regclass(:staged) ELSE to_regclass(:published) END)::bigint))
WHERE run_id = :run_id AND dataset = :dataset"""
)
"""What is whole takes the published table's place; all else is merged into it."""


async def keep_parts(
    connection: AsyncConnection, run_id: str, dataset: DatasetName, parts: Mapping[str, Part]
) -> None:
    """Have the publishing of a run keep the parts with what it publishes."""
    given = {
        "run_id": run_id,
        "dataset": str(dataset),
        "parts": _PARTS.dump_json(dict(parts)).decode(),
        "staged": qualified(dataset.layer, staged_name(run_id, dataset)),
        "published": quoted(dataset),
    }
    await connection.execute(_KEEP, given)


async def forget_parts(connection: Driver, dataset: DatasetName) -> None:
    """Have the next gate read the whole table, whose rows were changed by somebody else."""
    await connection.execute(
        "UPDATE atlas.watermarks SET carried = '{}' WHERE dataset = $1", str(dataset)
    )


@dataclass(frozen=True, slots=True)
class StagedIncrement:
    """What a run staged of a table, and what is known of the version that it changes."""

    increment: Increment
    parts: Mapping[str, Part]


_STAGED_INCREMENT = text(
    """SELECT plan, carried FROM atlas.increments
LEFT JOIN atlas.watermarks ON watermarks.dataset = increments.dataset
  AND (watermarks.carried ->> 'relation')::bigint = pg_relation_filenode(to_regclass(:published))
WHERE increments.run_id = :run_id AND increments.dataset = :dataset"""
)


class StagedIncrements:
    """Finds what is staged by the name that it is staged under."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, layer: Layer, table: str) -> StagedIncrement | None:
        """None of a table that no run staged, or that is not loaded incrementally."""
        found = STAGED.fullmatch(table)
        if found is None:
            return None
        dataset = DatasetName(layer, found[1])
        given = {"run_id": found[2].upper(), "dataset": str(dataset), "published": quoted(dataset)}
        async with self._database.connect() as connection:
            row = (await connection.execute(_STAGED_INCREMENT, given)).one_or_none()
        if row is None:
            return None
        carried = _CARRIED.validate_python(row.carried or {})
        return StagedIncrement(_INCREMENT.validate_python(row.plan), carried.parts)
