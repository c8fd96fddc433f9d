"""Forgets what is older than it is kept, a piece at a time, out of the way of everybody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.names import qualified
from engine.retention.model import Aging

_ALONE = text("SELECT pg_try_advisory_lock(hashtextextended('atlas retention', 0))")
_NOT_ALONE = text("SELECT pg_advisory_unlock(hashtextextended('atlas retention', 0))")

_LIMITS = (
    text("SET LOCAL statement_timeout = '30s'"),
    text("SET LOCAL lock_timeout = '1s'"),
)
"""Whoever needs a row that is to go has the right of way."""

_OLD_RUNS = text(
    """WITH newest AS (
  SELECT pipeline, table_name, status, max(requested_at) AS at FROM atlas.runs
  GROUP BY pipeline, table_name, status
), telling AS (
  SELECT step.dataset, step.kind, step.status, max(runs.requested_at) AS at
  FROM atlas.step_runs step JOIN atlas.runs ON runs.id = step.run_id
  GROUP BY step.dataset, step.kind, step.status
)
SELECT id FROM atlas.runs
WHERE status IN ('succeeded', 'failed', 'cancelled') AND finished_at < :before
  AND NOT EXISTS (SELECT FROM newest WHERE newest.pipeline = runs.pipeline
    AND newest.table_name IS NOT DISTINCT FROM runs.table_name
    AND newest.status = runs.status AND newest.at = runs.requested_at)
  AND NOT EXISTS (SELECT FROM atlas.step_runs step JOIN telling ON telling.dataset = step.dataset
      AND telling.kind = step.kind AND telling.status = step.status
    WHERE step.run_id = runs.id AND telling.at = runs.requested_at)
  AND (backfill IS NULL OR NOT EXISTS (
    SELECT FROM atlas.runs day WHERE day.backfill = runs.backfill
      AND (day.finished_at IS NULL OR day.finished_at >= :before)))
ORDER BY finished_at LIMIT :limit FOR UPDATE OF runs SKIP LOCKED"""
)
"""Of each pipeline and table the newest run of each state stays, and of each dataset the newest run
in which a step ended so; the days of a backfill go once all of them are old."""

_WITH_RUNS = tuple(
    text(f"DELETE FROM atlas.{table} WHERE {column} = ANY(:ids)")
    for table, column in (
        ("check_results", "run_id"),
        ("lineage_events", "run_id"),
        ("increments", "run_id"),
        ("runs", "id"),
    )
)

_AFTER_RUNS = (
    # the newest of its sort stays: what was announced once is not announced as new again
    text(
        """DELETE FROM atlas.findings old
WHERE NOT EXISTS (SELECT FROM atlas.runs WHERE runs.id = old.run_id)
  AND id NOT IN (SELECT max(id) FROM atlas.findings GROUP BY fingerprint)"""
    ),
    text(
        """DELETE FROM atlas.pii_findings old
WHERE NOT EXISTS (SELECT FROM atlas.runs WHERE runs.id = old.run_id)
  AND id NOT IN (SELECT max(id) FROM atlas.pii_findings GROUP BY dataset, "column")"""
    ),
    text(
        """DELETE FROM atlas.backfills WHERE requested_at < :before
AND NOT EXISTS (SELECT FROM atlas.runs WHERE runs.backfill = backfills.id)"""
    ),
)

_PIECES = {
    # a terminal's are for the process that put them in, another platform may have been taken out
    Aging.UNSENT: text(
        """UPDATE atlas.outbox SET dead_at = clock_timestamp(),
  failing_since = coalesce(failing_since, due_at), reason = 'Nobody sends to ' || platform
    || CASE WHEN reason = '' THEN '.' ELSE ' any more; at last: ' || reason END
WHERE id IN (
  SELECT id FROM atlas.outbox
  WHERE delivered_revision < revision AND dead_at IS NULL AND due_at < :before
  ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    Aging.POSTS: text(
        """DELETE FROM atlas.outbox WHERE id IN (
  SELECT id FROM atlas.outbox
  WHERE (delivered_revision >= revision AND delivered_at < :before OR dead_at < :before)
    AND NOT EXISTS (SELECT FROM atlas.runs WHERE status IN ('queued', 'running')
      AND outbox.key IN ('run:' || runs.id, 'backfill:' || runs.backfill))
  ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    Aging.MESSAGES: text(
        """DELETE FROM atlas.web_messages WHERE id IN (
  SELECT id FROM atlas.web_messages WHERE greatest(at, edited_at) < :before
  ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    Aging.QUEUE_EVENTS: text(
        """DELETE FROM atlas.procrastinate_events WHERE id IN (
  SELECT id FROM atlas.procrastinate_events WHERE at < :before
  ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    Aging.TICKETS: text(
        """DELETE FROM atlas.procrastinate_jobs WHERE id IN (
  SELECT job.id FROM atlas.procrastinate_jobs job
    LEFT JOIN atlas.runs ON runs.id = job.args->>'run_id'
    LEFT JOIN atlas.procrastinate_workers worker ON worker.id = job.worker_id
  WHERE job.task_name = 'work_run' AND (runs.id IS NULL OR runs.finished_at < :before)
    AND (job.status <> 'doing' OR coalesce(worker.last_heartbeat < now() - interval '1 hour', true))
  ORDER BY job.id LIMIT :limit FOR UPDATE OF job SKIP LOCKED)"""
    ),
    Aging.METRICS: text(
        """WITH marks AS (DELETE FROM atlas.metric_marks WHERE at < :before)
DELETE FROM atlas.metrics WHERE id IN (
  SELECT id FROM atlas.metrics WHERE at < :before
  ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    # those of Atlas's own go with their runs
    Aging.FOREIGN_LINEAGE: text(
        """DELETE FROM atlas.lineage_events WHERE id IN (
  SELECT id FROM atlas.lineage_events WHERE producer <> '' AND event_time < :before
  ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    Aging.INCIDENTS: text(
        """DELETE FROM atlas.incidents WHERE number IN (
  SELECT number FROM atlas.incidents WHERE status = 'resolved' AND resolved_at < :before
  ORDER BY number LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
    # of a run that is queued anew, the next worker makes others
    Aging.CHUNKS: text(
        """DELETE FROM atlas.text_chunks WHERE ctid = ANY(ARRAY(
  SELECT chunk.ctid FROM atlas.text_chunks chunk LEFT JOIN atlas.runs ON runs.id = chunk.run_id
  WHERE runs.id IS NULL OR runs.finished_at < :before OR runs.attempt > chunk.attempt
  LIMIT :limit FOR UPDATE OF chunk SKIP LOCKED))"""
    ),
    Aging.TEXT_FINDINGS: text(
        """DELETE FROM atlas.text_findings WHERE imprint IN (
  SELECT imprint FROM atlas.text_findings WHERE read_at < :before
  ORDER BY read_at LIMIT :limit FOR UPDATE SKIP LOCKED)"""
    ),
}

_QUARANTINES = text(
    """SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'quarantine' AND relkind = 'r' AND 5 = (
  SELECT count(*) FROM pg_attribute WHERE attrelid = pg_class.oid AND NOT attisdropped
    AND attname IN ('row', 'reasons', 'bronze_row', 'run_id', 'quarantined_at'))
ORDER BY relname"""
)
"""By their columns, so that a table of somebody else's stays as it is."""


class PostgresStoreroom:
    """The state tables and the quarantine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """An advisory lock of this session's, which goes with the session."""
        async with self._database.connect() as connection:
            alone = bool(await connection.scalar(_ALONE))
            try:
                yield alone
            finally:
                if alone:
                    await connection.execute(_NOT_ALONE)

    async def clear(self, what: Aging, before: datetime, limit: int) -> int:
        """DELETE a piece of it."""
        async with self._database.begin() as connection:
            for statement in _LIMITS:
                await connection.execute(statement)
            match what:
                case Aging.RUNS:
                    return await _clear_runs(connection, before, limit)
                case Aging.QUARANTINE:
                    return await _clear_quarantine(connection, before, limit)
                case _:
                    gone = await connection.execute(
                        _PIECES[what], {"before": before, "limit": limit}
                    )
                    return int(gone.rowcount)


async def _clear_runs(connection: AsyncConnection, before: datetime, limit: int) -> int:
    old = await connection.execute(_OLD_RUNS, {"before": before, "limit": limit})
    ids = list(old.scalars())
    for statement in _WITH_RUNS if ids else ():
        await connection.execute(statement, {"ids": ids})
    for statement in _AFTER_RUNS if len(ids) < limit else ():
        given = {"before": before} if ":before" in statement.text else {}
        await connection.execute(statement, given)
    return len(ids)


async def _clear_quarantine(connection: AsyncConnection, before: datetime, limit: int) -> int:
    total = 0
    for name in list((await connection.execute(_QUARANTINES)).scalars()):
        table = qualified("quarantine", name)
        statement = (  # the name is quoted
            f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} "
            "WHERE quarantined_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED))"
        )
        gone = await connection.execute(text(statement), {"before": before, "limit": limit})
        total += int(gone.rowcount)
    return total
