"""Reads what checks said in the past out of the log that runs left."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, TextClause, text

from engine.adapters.postgres.database import Database
from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.quality.report import MOST_TURNS, Named, PastVerdict

_LATEST = text(
    """SELECT said.run_id, said.dataset, said."check", said.outcome, said.value, said.reason,
  said.at, EXISTS (SELECT FROM atlas.step_runs step WHERE step.run_id = said.run_id
    AND step.dataset = said.dataset AND step.kind = 'publish'
    AND step.status IN ('failed', 'skipped', 'cancelled'))
    AS held_back
FROM atlas.check_results said
JOIN (SELECT max(id) AS id FROM atlas.check_results
  WHERE dataset = ANY(:datasets) AND at < :before
    AND (dataset, "check") IN (SELECT * FROM unnest(
      CAST(:datasets AS text[]), CAST(:checks AS text[])))
  GROUP BY dataset, "check") newest ON newest.id = said.id
ORDER BY said.id"""
)
"""By id, since two checks of one dataset are never written at the same time."""

_TURNS = text(
    """SELECT run_id, dataset, "check", outcome, value, reason, at, false AS held_back
FROM (SELECT *, lag(outcome) OVER (
    PARTITION BY dataset COLLATE "C", "check" COLLATE "C" ORDER BY id) AS before
  FROM atlas.check_results
  WHERE dataset = ANY(:datasets) AND at >= :since AND at < :before) said
WHERE before IS DISTINCT FROM outcome
ORDER BY at DESC, id DESC LIMIT :most"""
)

_EVER = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


class PostgresVerdictHistory:
    """Reads when asked."""

    def __init__(self, database: Database, most_turns: int = MOST_TURNS) -> None:
        self._database = database
        self._most_turns = most_turns

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """One SELECT, however many checks."""
        named = {
            "datasets": [str(dataset) for dataset, _ in checks],
            "checks": [check for _, check in checks],
        }
        return await self._read(_LATEST, {**named, "before": before})

    async def turns(
        self, datasets: Sequence[DatasetName], since: datetime | None, before: datetime
    ) -> tuple[PastVerdict, ...]:
        """One SELECT; the newest come last."""
        found = await self._read(
            _TURNS,
            {
                "datasets": [str(dataset) for dataset in datasets],
                "since": since or _EVER,
                "before": before,
                "most": self._most_turns,
            },
        )
        return found[::-1]

    async def _read(
        self, query: TextClause, parameters: Mapping[str, object]
    ) -> tuple[PastVerdict, ...]:
        async with self._database.begin() as connection:
            rows = (await connection.execute(query, parameters)).mappings().all()
        return tuple(_verdict(row) for row in rows)


def _verdict(row: RowMapping) -> PastVerdict:
    return PastVerdict(
        DatasetName.parse(row["dataset"]),
        row["check"],
        Outcome(row["outcome"]),
        row["value"],
        row["reason"],
        row["at"],
        row["run_id"],
        held_back=row["held_back"],
    )
