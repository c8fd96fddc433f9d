"""The chunks of free text that somebody is to read, one row each until it was read."""

from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter
from sqlalchemy import Row, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.reading_tables import text_chunks
from engine.privacy.chunks import Chunk, Reading, TextColumn

CHUNKS_QUEUE = "chunks"

_WITHDRAW = text(
    "DELETE FROM atlas.text_chunks "
    "WHERE run_id = :run_id AND table_name = :table_name AND attempt <= :attempt"
)

_WHOSE = """EXISTS (SELECT FROM atlas.runs WHERE runs.id = chunk.run_id
    AND runs.attempt = chunk.attempt AND runs.status = 'running' AND runs.cancelled_by IS NULL)"""

_FREE = """(taken_until IS NULL OR taken_until < clock_timestamp() OR NOT EXISTS (
      SELECT FROM pg_stat_activity WHERE starts_with(application_name, chunk.taken_by)))"""
"""Nobody reads it, or its reader is late or has no session any more: it was killed.

Should it be alive after all, two read the same and find the same.
"""

_TAKE = text(
    f"""UPDATE atlas.text_chunks
SET taken_by = :worker, taken_until = clock_timestamp() + make_interval(secs => :lease)
WHERE (run_id, table_name, number) = (
  SELECT run_id, table_name, number FROM atlas.text_chunks chunk
  WHERE terms = :terms AND {_FREE} AND {_WHOSE}
    AND (CAST(:run_id AS text) IS NULL OR run_id = :run_id AND table_name = :table_name)
  ORDER BY taken_until IS NOT NULL, number LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *"""
)
_LEFT = text(
    "SELECT count(*) FROM atlas.text_chunks "
    "WHERE run_id = :run_id AND table_name = :table_name AND attempt = :attempt"
)

_DONE = text(
    "DELETE FROM atlas.text_chunks WHERE run_id = :run_id AND table_name = :table_name "
    "AND number = :number AND attempt = :attempt"
)

_COLUMNS = TypeAdapter(tuple[TextColumn, ...])


async def finish(connection: AsyncConnection, chunk: Chunk) -> bool:
    """Take a chunk away once it was read, whoever read it; False where it is gone already."""
    told = {**_key(chunk.run_id, chunk.table, chunk.attempt), "number": chunk.number}
    return bool((await connection.execute(_DONE, told)).rowcount)


class PostgresChunks:
    """Chunks of every run, for every process on the database."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def publish(self, reading: Reading, chunks: Sequence[Chunk]) -> None:
        """In place of those of earlier attempts."""
        async with self._database.begin() as connection:
            await connection.execute(_WITHDRAW, _of(reading))
            if chunks:
                await connection.execute(insert(text_chunks), [_row(each) for each in chunks])

    async def take(
        self, terms: bytes, lease: float, reading: Reading | None = None
    ) -> Chunk | None:
        """Lock the row for as long as it takes to write who has it."""
        wanted = {"terms": terms, "lease": lease, "worker": self._worker}
        of = _of(reading) if reading else {"run_id": None, "table_name": None}
        async with self._database.begin() as connection:
            found = (await connection.execute(_TAKE, wanted | of)).first()
        return None if found is None else _chunk(found)

    async def left(self, reading: Reading) -> int:
        """Count the rows."""
        async with self._database.connect() as connection:
            return int(await connection.scalar(_LEFT, _of(reading)) or 0)

    async def withdraw(self, reading: Reading) -> None:
        """Delete the rows."""
        async with self._database.begin() as connection:
            await connection.execute(_WITHDRAW, _of(reading))


def _key(run_id: str, table: str, attempt: int) -> dict[str, object]:
    return {"run_id": run_id, "table_name": table, "attempt": attempt}


def _of(reading: Reading) -> dict[str, object]:
    return _key(reading.run_id, reading.table.name, reading.attempt)


def _row(chunk: Chunk) -> Mapping[str, object]:
    return {
        **_key(chunk.run_id, chunk.table, chunk.attempt),
        "number": chunk.number,
        "columns": _COLUMNS.dump_python(chunk.columns, mode="json"),
        "first_page": chunk.first,
        "end_page": chunk.end,
        "after_row": chunk.after,
        "terms": chunk.terms,
    }


def _chunk(row: "Row[tuple[object, ...]]") -> Chunk:
    return Chunk(
        run_id=row.run_id,
        attempt=row.attempt,
        table=row.table_name,
        number=row.number,
        columns=_COLUMNS.validate_python(row.columns, strict=False),
        first=row.first_page,
        end=row.end_page,
        after=row.after_row,
        terms=row.terms,
    )
