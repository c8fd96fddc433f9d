"""The line of runs: procrastinate's jobs are the tickets, the state tables say who may go."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import driver
from engine.adapters.postgres.run_store import PostgresRunStore
from engine.runs.line import PATIENCE, Waiting, first_in_line
from engine.runs.model import Run

QUEUE = "runs"
TASK = "work_run"

_LOCK_IF_FREE = "SELECT pg_try_advisory_xact_lock(hashtextextended('atlas line', 0))"
"""Whoever lets runs in is alone in it until the commit."""

_PATIENCE = " ".join(
    f"WHEN {each:d} THEN interval '{patience.total_seconds():.0f} seconds'"
    for each, patience in PATIENCE.items()
)


def _since(run: str) -> str:
    return f"({run}.requested_at + CASE {run}.priority {_PATIENCE} END)"


def _place(run: str) -> str:
    """`engine.runs.line.place` in SQL."""
    return f"({_since(run)}, {run}.id)"


_DEFER = f"""(atlas.procrastinate_defer_jobs_v1(ARRAY[ROW(
  '{QUEUE}', '{TASK}', -extract(epoch FROM {_since("runs")} - timestamptz '2026-01-01 UTC')::int,
  NULL, NULL, jsonb_build_object('run_id', runs.id), NULL
)]::atlas.procrastinate_job_to_defer_v1[]))[1]"""
"""Where few workers are free, tickets are drawn in the order of the line: to the second."""

_GOES_BEFORE = f"""other.id <> runs.id AND other.status IN ('queued', 'running')
    AND other.targets && runs.targets
    AND (other.job_id IS NOT NULL OR {_place("other")} < {_place("runs")})"""
"""It writes one of the same datasets and is before.

Who has a ticket keeps the datasets until the run ended, also while its worker is dead.
"""

_AHEAD = text(
    f"""SELECT other.id FROM atlas.runs, atlas.runs other
WHERE runs.id = :run_id AND runs.status = 'queued' AND runs.job_id IS NULL AND {_GOES_BEFORE}
ORDER BY other.job_id IS NULL, {_place("other")} LIMIT 1"""
)

_IN_LINE = f"""SELECT id, targets, gone FROM (
  SELECT DISTINCT ON (gone, targets, alone) id, targets, gone, place
  FROM (SELECT id, targets, {_place("runs")} AS place,
      status = 'running' OR job_id IS NOT NULL AS gone,
      CASE WHEN targets = '{{}}' THEN id END AS alone
    FROM atlas.runs WHERE status IN ('queued', 'running')) run
  WHERE NOT (gone AND targets = '{{}}')
  ORDER BY gone, targets, alone, place) first
ORDER BY place"""
"""Of those that write the same datasets the first: whoever waits for another of them waits for it.

A long line is mostly of the same few pipelines, and would take long to read.
"""

# a row that somebody holds, such as who cancels it, is left to the next look: waiting for it while
# holding the line could wait in a circle
_LET_IN = f"""UPDATE atlas.runs SET job_id = {_DEFER} WHERE id IN (
  SELECT id FROM atlas.runs WHERE id = ANY($1) AND status = 'queued' AND job_id IS NULL
  FOR UPDATE SKIP LOCKED)"""

_TAKE_TICKET = text("UPDATE atlas.runs SET job_id = NULL WHERE id = :run_id")

_NEW_TICKET = text(f"UPDATE atlas.runs SET job_id = {_DEFER} WHERE id = :run_id")

_DROP_TICKET = text(
    "DELETE FROM atlas.procrastinate_jobs "
    "WHERE id = (SELECT job_id FROM atlas.runs WHERE id = :run_id)"
)

_ASK_TO_STOP = text(
    "SELECT atlas.procrastinate_cancel_job_v1(job_id, true, false) "
    "FROM atlas.runs WHERE id = :run_id AND job_id IS NOT NULL"
)

_WHO = text(
    "SELECT job_id FROM atlas.runs "
    "WHERE id = :run_id AND status IN ('queued', 'running') FOR UPDATE"
)

_GIVE = text("UPDATE atlas.runs SET worker = :worker WHERE id = :run_id")

_SILENT = """job.status = 'doing' AND (worker.id IS NULL
  OR worker.last_heartbeat < now() - make_interval(secs => :silent))"""

_UNFINISHED = """atlas.runs
  LEFT JOIN atlas.procrastinate_jobs job ON job.id = runs.job_id
  LEFT JOIN atlas.procrastinate_workers worker ON worker.id = job.worker_id
WHERE runs.status IN ('queued', 'running') AND runs.job_id IS NOT NULL"""

_SILENT_WORKERS = text(
    f"SELECT DISTINCT runs.worker FROM {_UNFINISHED} AND runs.worker <> '' AND {_SILENT}"
)

_LEFT_BEHIND = text(
    f"SELECT runs.id FROM {_UNFINISHED} "
    f"AND (job.id IS NULL OR job.status NOT IN ('todo', 'doing') OR {_SILENT}) "
    "ORDER BY runs.id FOR UPDATE OF runs SKIP LOCKED"
)


_DROP_VOID = text(
    f"""DELETE FROM atlas.procrastinate_jobs WHERE id IN (
  SELECT job.id FROM atlas.procrastinate_jobs job
  LEFT JOIN atlas.procrastinate_workers worker ON worker.id = job.worker_id
  WHERE job.queue_name = '{QUEUE}' AND {_SILENT}
    AND NOT EXISTS (SELECT FROM atlas.runs
      WHERE runs.job_id = job.id AND runs.status IN ('queued', 'running')))"""
)
"""A worker was killed between drawing a ticket that was void and dropping it."""


class PostgresRunQueue:
    """The line on one connection, in the transaction of whoever holds it.

    `moved` is told when somebody may have become first in line, which shows after the commit.
    """

    def __init__(self, connection: AsyncConnection, moved: Callable[[], None]) -> None:
        self._connection = connection
        self._moved = moved

    async def join(self, run: Run) -> None:
        """Its row is its place; a ticket that it had before is void."""
        if run.attempt > 1:
            await self._connection.execute(_TAKE_TICKET, {"run_id": run.id})
        self._moved()

    async def leave(self, run: Run) -> None:
        """Drop its ticket."""
        await self._connection.execute(_DROP_TICKET, {"run_id": run.id})
        self._moved()

    async def let_in(self) -> bool:
        """Give tickets to the first in line; who is at it may be frozen, so nobody waits."""
        connection = await driver(self._connection)
        if not await connection.fetchval(_LOCK_IF_FREE):
            return False
        rows = await connection.fetch(_IN_LINE)
        taken = {target for row in rows if row["gone"] for target in row["targets"]}
        waiting = [Waiting(row["id"], row["targets"]) for row in rows if not row["gone"]]
        if first := list(first_in_line(waiting, taken)):
            await connection.execute(_LET_IN, first)
        return True

    async def again(self, run: Run) -> None:
        """A new ticket in place of the one that the run has."""
        await self._connection.execute(_DROP_TICKET, {"run_id": run.id})
        await self._connection.execute(_NEW_TICKET, {"run_id": run.id})

    async def claim(self, run_id: str, ticket: int, worker: str) -> Run | None:
        """Lock the run where its ticket is this one, and write the worker's name on it."""
        row = (await self._connection.execute(_WHO, {"run_id": run_id})).first()
        if row is None or row.job_id != ticket:
            return None
        await self._connection.execute(_GIVE, {"run_id": run_id, "worker": worker})
        return await PostgresRunStore(self._connection).get(run_id)

    async def ahead(self, run: Run) -> Run | None:
        """Who has a ticket comes before those that wait."""
        other = await self._connection.scalar(_AHEAD, {"run_id": run.id})
        return None if other is None else await PostgresRunStore(self._connection).get(other)

    async def interrupt(self, run: Run) -> None:
        """Have procrastinate abort the job: its worker hears of it at the commit."""
        await self._connection.execute(_ASK_TO_STOP, {"run_id": run.id})

    async def silent_workers(self, silent: float) -> frozenset[str]:
        """The names on runs whose ticket a worker without a heartbeat has."""
        names = await self._connection.execute(_SILENT_WORKERS, {"silent": silent})
        return frozenset(names.scalars())

    async def left_behind(self, silent: float) -> tuple[Run, ...]:
        """The runs whose ticket is lost, or in the hands of a worker without a heartbeat."""
        ids = (await self._connection.execute(_LEFT_BEHIND, {"silent": silent})).scalars().all()
        store = PostgresRunStore(self._connection)
        found = [await store.get(run_id) for run_id in ids]
        return tuple(run for run in found if run is not None)

    async def drop_void(self, silent: float) -> None:
        """Delete jobs that workers without a heartbeat have and no run knows of."""
        await self._connection.execute(_DROP_VOID, {"silent": silent})
