"""The numbers that checks measured, in their state table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.increments import keep_parts
from engine.adapters.postgres.staging import STAGED
from engine.adapters.postgres.tables import metrics as table
from engine.catalog.model import DatasetName, Layer
from engine.quality.history import READ, Point
from engine.quality.merging import Part

_LONGEST = 500
"""PostgreSQL takes 2,700 bytes into an index; a list of valid values may be longer."""

_HISTORIES = text(
    """SELECT wanted.metric, found.value, found.at, found.run_id, found.accepted, found.expected
FROM unnest(CAST(:metrics AS text[])) AS wanted (metric) CROSS JOIN LATERAL (
  SELECT metrics.id, value, metrics.at, run_id, accepted, mark.at IS NOT NULL AS expected
  FROM atlas.metrics LEFT JOIN atlas.metric_marks mark USING (run_id, dataset)
  WHERE dataset = :dataset AND metric = wanted.metric
  ORDER BY metrics.at DESC, metrics.id DESC LIMIT :limit
) AS found ORDER BY found.at, found.id"""
)

_ACCEPT = text(
    """WITH mark AS (INSERT INTO atlas.metric_marks (run_id, dataset, by, at)
  SELECT DISTINCT run_id, dataset, CAST(:by AS text), CAST(:at AS timestamptz) FROM atlas.metrics
  WHERE run_id = :run_id AND dataset = :dataset ON CONFLICT DO NOTHING)
SELECT EXISTS (SELECT FROM atlas.metrics WHERE run_id = :run_id AND dataset = :dataset)"""
)


class PostgresMetrics:
    """Metrics on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(
        self,
        run_id: str,
        dataset: DatasetName,
        values: Mapping[str, float],
        at: datetime,
        accepted: bool,
    ) -> None:
        """INSERT one row a metric, or UPDATE that of the same run."""
        rows = [
            {
                "run_id": run_id,
                "dataset": str(dataset),
                "metric": _short(metric),
                "value": value,
                "at": at,
                "accepted": accepted,
            }
            for metric, value in values.items()
        ]
        if not rows:
            return
        once = insert(table)
        replaced = {name: once.excluded[name] for name in ("value", "at", "accepted")}
        same = ("run_id", "dataset", "metric")
        await self._connection.execute(
            once.on_conflict_do_update(index_elements=same, set_=replaced), rows
        )

    async def keep_parts(
        self, run_id: str, dataset: DatasetName, parts: Mapping[str, Part]
    ) -> None:
        """With what the run left to its publishing."""
        await keep_parts(self._connection, run_id, dataset, parts)

    async def history(self, dataset: DatasetName, metric: str, limit: int) -> tuple[Point, ...]:
        """The newest rows of a metric, by the index on it."""
        return (await self.histories(dataset, (metric,), limit)).get(metric, ())

    async def histories(
        self, dataset: DatasetName, metrics: Collection[str], limit: int
    ) -> Mapping[str, tuple[Point, ...]]:
        """The newest rows of each metric, in one statement."""
        names = {_short(metric): metric for metric in metrics}
        given = {"dataset": str(dataset), "metrics": list(names), "limit": limit}
        found: dict[str, list[Point]] = {}
        for row in await self._connection.execute(_HISTORIES, given):
            found.setdefault(names[row.metric], []).append(_point(row))
        return {metric: tuple(points) for metric, points in found.items()}

    async def accept(self, run_id: str, dataset: DatasetName, by: str, at: datetime) -> bool:
        """INSERT a mark, which is kept apart so that measuring again does not take it back."""
        given = {"run_id": run_id, "dataset": str(dataset), "by": by, "at": at}
        return bool(await self._connection.scalar(_ACCEPT, given))


class PostgresRecall:
    """Finds the history of what is measured now, outside of any transaction."""

    def __init__(self, database: Database, limit: int = READ) -> None:
        self._database = database
        self._limit = limit

    async def __call__(
        self, layer: Layer, table: str, metrics: Collection[str]
    ) -> Mapping[str, Sequence[Point]]:
        """That of the dataset, where the table is the one that a run staged for it."""
        if not metrics:
            return {}
        staged = STAGED.fullmatch(table)
        dataset = DatasetName(layer, staged[1] if staged else table)
        async with self._database.connect() as connection:
            return await PostgresMetrics(connection).histories(dataset, metrics, self._limit)


def _short(metric: str) -> str:
    """The name, or the beginning of a long one with a fingerprint of all of it."""
    if len(metric.encode()) <= _LONGEST:
        return metric
    return f"{metric[: _LONGEST // 5]} #{sha256(metric.encode()).hexdigest()[:16]}"


def _point(row: Row[tuple[object, ...]]) -> Point:
    accepted = row.accepted or row.expected
    return Point(row.value, row.at, row.run_id, accepted, row.expected)
