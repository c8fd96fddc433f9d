"""Reads what checks said in the past out of the log that runs left."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, TextClause, text

from engine.adapters.postgres.database import Database
from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.quality.past import (
    MOST_TURNS,
    Named,
    PastVerdict,
    Publication,
    Version,
    newest,
    telling,
)

_STEP = """LEFT JOIN atlas.step_runs step
    ON step.run_id = said.run_id AND step.dataset = said.dataset AND step.kind = 'publish'"""
"""The step that was to publish what a verdict was said of; a look has none."""

_PUBLISHED_AT = "CASE WHEN step.status = 'succeeded' THEN step.finished_at END"

_TOLD = f"""SELECT said.*, step.run_id IS NOT NULL AS staged, {_PUBLISHED_AT} AS published_at,
  coalesce(step.status IN ('failed', 'skipped', 'cancelled'), false) AS held_back
  FROM atlas.check_results said {_STEP}"""

_ASKED = """WITH asked AS MATERIALIZED (
  SELECT dataset, "check", md5("check") AS digest
  FROM unnest(CAST(:datasets AS text[]), CAST(:checks AS text[])) AS named (dataset, "check"))"""

_OF_CHECK = """said.dataset = asked.dataset
      AND md5(said."check") = asked.digest AND said."check" = asked."check\""""
"""By an index that takes a check of any length."""


def _newest(condition: str) -> str:
    """SELECT of the newest verdict of a check that is asked for: one look into the index."""
    return f"""({_TOLD} WHERE {_OF_CHECK} AND {condition}
    ORDER BY said.at DESC, said.id DESC LIMIT 1)"""


_WITHIN = "said.at >= period.since AND said.at < period.until"

_COURSE = text(
    f"""{_ASKED}, period AS MATERIALIZED (
  SELECT coalesce(lag(moment) OVER (ORDER BY moment), '-infinity') AS since, moment AS until
  FROM unnest(CAST(:moments AS timestamptz[])) AS moment)
SELECT newest.* FROM asked CROSS JOIN period CROSS JOIN LATERAL (
  WITH last AS MATERIALIZED {_newest(_WITHIN)}
  SELECT * FROM last UNION ALL SELECT version.* FROM last CROSS JOIN LATERAL
    {_newest(f"{_WITHIN} AND step.run_id IS NOT NULL")} version
  WHERE NOT last.staged AND asked.dataset NOT LIKE 'bronze.%') newest
ORDER BY newest.at, newest.id"""
)
"""Of each period the newest verdict; where that is a look, the newest on a version beside it.

So many looks into the index as there are checks and periods, however many verdicts there are. Raw
rows are never published by a step, so that all their verdicts are looks.
"""

_PUBLISHED = text(
    f"""{_ASKED}
SELECT newest.* FROM asked CROSS JOIN LATERAL
    {_newest(f"said.at < :before AND (step.run_id IS NULL OR {_PUBLISHED_AT} <= :before)")} newest
ORDER BY newest.at, newest.id"""
)

_EVALUATED = text(
    f"""{_ASKED}
SELECT dataset, "check" FROM asked WHERE EXISTS (
  SELECT FROM atlas.check_results said
  WHERE {_OF_CHECK} AND said.at < :before AND said.outcome <> 'not evaluated')"""
)

_PUBLICATIONS = text(
    """SELECT wanted.dataset, newest.run_id, newest.at
FROM unnest(CAST(:datasets AS text[])) AS wanted (dataset) CROSS JOIN LATERAL (
  SELECT step.run_id, step.finished_at AS at FROM atlas.step_runs step
  WHERE step.kind = 'publish' AND step.status = 'succeeded' AND step.finished_at < :before
    AND step.dataset = wanted.dataset
  ORDER BY step.finished_at DESC LIMIT 1) newest"""
)
"""One look into the index for each dataset, however many runs there were."""

_TURNS = text(
    f"""WITH version AS (
  SELECT said.id, said."check", said.outcome, said.at,
    CASE WHEN step.run_id IS NOT NULL THEN
      coalesce(extract(epoch FROM {_PUBLISHED_AT}), 'Infinity')::float8 END AS published
  FROM atlas.check_results said {_STEP}
  WHERE said.dataset = :dataset AND said.at < :before
), newest AS (
  SELECT *, max(ARRAY[id::float8, published]) FILTER (WHERE published IS NOT NULL) OVER (
    PARTITION BY "check" COLLATE "C" ORDER BY id) AS newer
  FROM version
), turn AS (
  SELECT id, at FROM (
    SELECT *, lag(outcome) OVER (PARTITION BY "check" COLLATE "C" ORDER BY id) AS before
    FROM newest
    WHERE published IS NOT NULL OR newer IS NULL
      OR newer[2] <= extract(epoch FROM at)::float8) telling
  WHERE before IS DISTINCT FROM outcome
  ORDER BY at DESC, id DESC LIMIT :most
)
{_TOLD} JOIN turn ON turn.id = said.id
ORDER BY said.at DESC, said.id DESC"""
)
"""The newest version so far is the greatest pair of an id and of when it was published."""


class PostgresVerdictHistory:
    """Reads when asked."""

    def __init__(self, database: Database, most_turns: int = MOST_TURNS) -> None:
        self._database = database
        self._most_turns = most_turns

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """One SELECT, however many checks."""
        return newest(await self.course(checks, (before,)))

    async def course(
        self, checks: Sequence[Named], moments: Sequence[datetime]
    ) -> tuple[PastVerdict, ...]:
        """One SELECT, however many checks and moments."""
        return tuple(telling(await self._read(_COURSE, {**_named(checks), "moments": moments})))

    async def published(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """One SELECT, however many checks."""
        return await self._read(_PUBLISHED, {**_named(checks), "before": before})

    async def publications(
        self, datasets: Sequence[DatasetName], before: datetime
    ) -> tuple[Publication, ...]:
        """By the steps of runs: the newest that ended well is kept as long as its dataset."""
        given = {"datasets": [str(dataset) for dataset in datasets], "before": before}
        async with self._database.begin() as connection:
            rows = (await connection.execute(_PUBLICATIONS, given)).all()
        return tuple(
            Publication(DatasetName.parse(row.dataset), row.run_id, row.at) for row in rows
        )

    async def evaluated(self, checks: Sequence[Named], before: datetime) -> frozenset[Named]:
        """One SELECT, however many checks."""
        given = {**_named(checks), "before": before}
        async with self._database.begin() as connection:
            rows = (await connection.execute(_EVALUATED, given)).all()
        return frozenset((DatasetName.parse(row.dataset), row.check) for row in rows)

    async def turns(self, dataset: DatasetName, before: datetime) -> tuple[PastVerdict, ...]:
        """One SELECT; the newest come last."""
        given = {"dataset": str(dataset), "before": before, "most": self._most_turns}
        return (await self._read(_TURNS, given))[::-1]

    async def _read(
        self, query: TextClause, parameters: Mapping[str, object]
    ) -> tuple[PastVerdict, ...]:
        async with self._database.begin() as connection:
            rows = (await connection.execute(query, parameters)).mappings().all()
        return tuple(_verdict(row) for row in rows)


def _named(checks: Sequence[Named]) -> Mapping[str, object]:
    return {
        "datasets": [str(dataset) for dataset, _ in checks],
        "checks": [check for _, check in checks],
    }


def _verdict(row: RowMapping) -> PastVerdict:
    return PastVerdict(
        DatasetName.parse(row["dataset"]),
        row["check"],
        Outcome(row["outcome"]),
        row["value"],
        row["reason"],
        row["at"],
        row["run_id"],
        Version(row["published_at"], row["held_back"]) if row["staged"] else None,
    )
