"""Publishes what was staged: a whole table is swapped in, a delta merged."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import history_sql, merge_sql, quarantine_sql
from engine.adapters.postgres.database import Driver, driver
from engine.adapters.postgres.furnishing_sql import KEY_INDEX
from engine.adapters.postgres.increments import Increment, Increments
from engine.adapters.postgres.names import ident
from engine.adapters.postgres.staging import Staging, types_of
from engine.adapters.postgres.swap import Relation, locked, require_swappable, swap
from engine.catalog.model import DatasetName, Layer
from engine.clock import Clock
from engine.errors import RowsNotConserved
from engine.runs.drift import narrowing_question
from engine.runs.model import Counts, Run


class Publishing:
    """Changes what is published, in the transaction of whoever holds the connection."""

    def __init__(self, connection: AsyncConnection, clock: Clock, swap_lock_timeout: float) -> None:
        self._connection = connection
        self._increments = Increments(connection, clock)
        self._swap_lock_timeout = swap_lock_timeout

    async def publish(self, run: Run, dataset: DatasetName) -> Counts:
        """Put what the run staged in place; raises DriftQuestion, SwapRefused or TableBusy."""
        connection = await driver(self._connection)
        # before the swap: the published table is locked for no longer than that takes
        released = await _released(connection, run, dataset)
        counts = await self._publish(connection, run, dataset)
        return replace(counts, released=released)

    async def _publish(self, connection: Driver, run: Run, dataset: DatasetName) -> Counts:
        place = Staging.of(run, dataset)
        increment = await self._increments.take(run, dataset)
        if increment is None or increment.whole:
            await _refuse_narrower(connection, run, dataset)
        if increment is not None:
            return await self._load(connection, run, dataset, increment)
        counts = Counts()
        if dataset.layer is not Layer.GOLD:
            rows = await connection.fetchval(f"SELECT count(*) FROM {place.staged.quoted}")
            counts = Counts(published=rows)
        await swap(connection, place.staged, place.published, self._swap_lock_timeout)
        return counts

    async def _load(
        self, connection: Driver, run: Run, dataset: DatasetName, increment: Increment
    ) -> Counts:
        """Change silver, and move the mark with it."""
        place = Staging.of(run, dataset)
        written = place.staged if increment.whole else place.delta
        newest = await self._newest(connection, dataset, increment, written)
        if increment.whole:
            counts = await self._swap(connection, place, increment)
        else:
            counts = await self._merge(connection, place, increment)
        await self._increments.move(run, dataset, increment, newest)
        return counts

    async def _newest(
        self, connection: Driver, dataset: DatasetName, increment: Increment, written: Relation
    ) -> str | None:
        mark = await self._increments.mark(dataset)
        known = mark.newest if mark is not None and not increment.whole else None
        newest: str | None = await connection.fetchval(
            merge_sql.newest(written.quoted, increment, known)
        )
        return newest

    async def _swap(self, connection: Driver, place: Staging, increment: Increment) -> Counts:
        """Swap, with the unique index that later merges go by."""
        rows = await connection.fetchval(f"SELECT count(*) FROM {place.staged.quoted}")
        interim = Relation(place.staged.schema, f"{place.staged.name}_key")
        await connection.execute(merge_sql.unique_key(interim.name, place.staged.quoted, increment))
        await swap(connection, place.staged, place.published, self._swap_lock_timeout)
        name = ident(place.published.name + KEY_INDEX)
        await connection.execute(f"ALTER INDEX {interim.quoted} RENAME TO {name}")
        return Counts(
            published=rows + increment.left,
            inserted=rows,
            updated=0,
            unchanged=0,
            deleted=increment.left,
        )

    async def _merge(self, connection: Driver, place: Staging, increment: Increment) -> Counts:
        await self._add_columns(connection, place)
        types = await types_of(connection, place.delta)
        columns = [name for name in types if name != history_sql.GONE]
        merge = _merged_history if increment.history else _merged_rows
        counts = await merge(connection, place, columns, increment)
        _require_conserved(place, counts)
        await place.drop(connection)
        return counts

    async def _add_columns(self, connection: Driver, place: Staging) -> None:
        """Columns that came since silver was written."""
        there = await types_of(connection, place.published)
        delta = await types_of(connection, place.delta)
        new = {n: t for n, t in delta.items() if n not in there and n != history_sql.GONE}
        if new:
            added = ", ".join(f"ADD COLUMN {ident(name)} {kind}" for name, kind in new.items())
            async with locked(connection, place.published, (), self._swap_lock_timeout):
                await connection.execute(f"ALTER TABLE {place.published.quoted} {added}")


async def _released(connection: Driver, run: Run, dataset: DatasetName) -> int | None:
    """Let go of the rows in quarantine that this publishing has; None where none was expected."""
    quarantine = Relation("quarantine", dataset.table)
    if dataset.layer is not Layer.SILVER:
        return None
    if "leaving" not in await types_of(connection, quarantine):
        return None
    status = await connection.execute(quarantine_sql.leave(dataset.table), run.id)
    left = int(status.rpartition(" ")[2])
    return left if left or run.parameters.release else None


async def _refuse_narrower(connection: Driver, run: Run, dataset: DatasetName) -> None:
    place = Staging.of(run, dataset)
    before = await types_of(connection, place.published)
    after = await types_of(connection, place.staged)
    question = narrowing_question(run, dataset, before, after)
    if question is not None:
        # what no answer could allow is told first
        await require_swappable(connection, place.staged, place.published)
        raise question


def _require_conserved(place: Staging, counts: Counts) -> None:
    """Raise RowsNotConserved where more was changed than was to be merged."""
    if counts.unchanged is not None and counts.unchanged < 0:
        message = f"{place.published.shown}: {counts.published} rows changed more of them."
        raise RowsNotConserved(message, "Nothing was published. Please report this as a defect.")


async def _merged_rows(
    connection: Driver, place: Staging, columns: list[str], increment: Increment
) -> Counts:
    rows = await connection.fetchval(f"SELECT count(*) FROM {place.delta.quoted}")
    await connection.execute(merge_sql.BY_INDEX)
    record = await connection.fetchrow(
        merge_sql.merge(place.published.quoted, place.delta.quoted, columns, increment)
    )
    done = dict(record.items()) if record is not None else {}
    rows += increment.left
    return Counts(published=rows, unchanged=rows - sum(done.values()), **done)


async def _merged_history(
    connection: Driver, place: Staging, columns: list[str], increment: Increment
) -> Counts:
    rows, gone = await _rows_and_gone(connection, place)
    done = []
    for statement in history_sql.merge(
        place.published.quoted, place.delta.quoted, columns, increment
    ):
        status = await connection.execute(statement)
        done.append(int(status.rpartition(" ")[2]))
    _, ended, changed, inserted = done
    updated = ended + changed
    return Counts(
        published=rows,
        inserted=inserted,
        updated=updated,
        unchanged=rows - gone - inserted - updated,
        deleted=gone,
    )


async def _rows_and_gone(connection: Driver, place: Staging) -> tuple[int, int]:
    record = await connection.fetchrow(
        f"SELECT count(*) AS rows, count(*) FILTER (WHERE {history_sql.GONE}) AS gone "
        f"FROM {place.delta.quoted}"
    )
    return (record["rows"], record["gone"]) if record is not None else (0, 0)
