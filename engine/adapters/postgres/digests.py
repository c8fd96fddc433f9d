"""The numbers of digests, counted in the state tables when asked."""

from sqlalchemy import Row, text

from engine.adapters.postgres.database import Database
from engine.digests.model import NONE, NewPersonalData, Period, PipelineTally, Tally

_PIPELINES = text(
    """SELECT pipeline, table_name, finished_at >= :since AS now,
  count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
  count(*) FILTER (WHERE status = 'failed') AS failed,
  count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)::float8)
    FILTER (WHERE status = 'succeeded') AS seconds
FROM atlas.runs WHERE finished_at >= :before AND finished_at < :until
GROUP BY pipeline, table_name, finished_at >= :since
ORDER BY pipeline, table_name"""
)

_PERSONAL = text(
    """SELECT dataset, "column", entity FROM atlas.privacy_findings
WHERE first_seen >= :since AND first_seen < :until
ORDER BY first_seen, dataset, "column", entity LIMIT 1000"""
)


class PostgresDigestNumbers:
    """Reads when asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pipelines(self, period: Period) -> tuple[PipelineTally, ...]:
        """One SELECT over the runs of both periods, by an index."""
        given = {"before": period.before, "since": period.since, "until": period.until}
        async with self._database.connect() as connection:
            rows = (await connection.execute(_PIPELINES, given)).all()
        now = {_title(row): _tally(row) for row in rows if row.now}
        before = {_title(row): _tally(row) for row in rows if not row.now}
        return tuple(
            PipelineTally(title, now.get(title, NONE), before.get(title, NONE))
            for title in dict.fromkeys((*now, *before))
        )

    async def personal(self, period: Period) -> tuple[NewPersonalData, ...]:
        """One SELECT."""
        given = {"since": period.since, "until": period.until}
        async with self._database.connect() as connection:
            rows = (await connection.execute(_PERSONAL, given)).all()
        return tuple(NewPersonalData(f"{row.dataset}.{row.column}", row.entity) for row in rows)


def _title(row: Row[tuple[object, ...]]) -> str:
    return f"{row.pipeline} for {row.table_name}" if row.table_name else str(row.pipeline)


def _tally(row: Row[tuple[object, ...]]) -> Tally:
    return Tally(row.succeeded, row.failed, row.cancelled, row.seconds)
