"""How far incremental loads came, and what a refinement leaves to its publishing."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.tables import increments, watermarks
from engine.catalog.model import DatasetName, Table
from engine.clock import Clock
from engine.runs.model import Run


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the last published refinement of a dataset came, and in which form it wrote."""

    bronze_row: int
    newest: str | None
    form: Mapping[str, str]


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


_INCREMENT = TypeAdapter(Increment)


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
        }
        if increment.upto is not None:
            changes["bronze_row"] = increment.upto
        written = upsert(watermarks).values(dataset=str(dataset), **{"bronze_row": 0, **changes})
        await self._connection.execute(
            written.on_conflict_do_update(index_elements=["dataset"], set_=changes)
        )
