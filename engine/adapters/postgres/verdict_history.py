"""Reads what checks said in the past out of the log that runs left."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, TextClause, text

from engine.adapters.postgres.database import Database
from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.quality.past import MOST_TURNS, Named, PastVerdict, Publication, Version, telling

_STEP = """LEFT JOIN atlas.step_runs step
    ON step.run_id = said.run_id AND step.dataset = said.dataset AND step.kind = 'publish'"""
"""The step that was to publish what a verdict was said of; a look has none."""

_WITH_STEP = f"FROM atlas.check_results said {_STEP}"

_PUBLISHED_AT = "CASE WHEN step.status = 'succeeded' THEN step.finished_at END"

_TOLD = f"""SELECT said.*, step.run_id IS NOT NULL AS staged, {_PUBLISHED_AT} AS published_at,
  coalesce(step.status IN ('failed', 'skipped', 'cancelled'), false) AS held_back
  {_WITH_STEP}"""

_OF_CHECK = """said.dataset = asked.dataset
      AND md5(said."check") = md5(asked."check") AND said."check" = asked."check\""""
"""By an index that takes a check of any length."""

_ASKED = 'unnest(CAST(:datasets AS text[]), CAST(:checks AS text[])) AS asked (dataset, "check")'


def _newest(condition: str, columns: str = "said.id") -> str:
    """SELECT of the newest verdict of a check that is asked for: one look into the index."""
    return f"""(SELECT {columns} {_WITH_STEP}
    WHERE {_OF_CHECK} AND {condition}
    ORDER BY said.id DESC LIMIT 1)"""


_LATEST = text(
    f"""{_TOLD} WHERE said.id IN (
  SELECT newest.id FROM {_ASKED} CROSS JOIN LATERAL (
    {_newest("said.at < :before")}
    UNION ALL
    {_newest("said.at < :before AND step.run_id IS NOT NULL")}) newest)
ORDER BY said.id"""
)
"""Of each check the newest verdict, and the newest on a version that was to be published.

By id, since two checks of one dataset are never written at the same time.
"""

_PUBLISHED = text(
    f"""{_TOLD} WHERE said.id IN (
  SELECT newest.id FROM {_ASKED} CROSS JOIN LATERAL
    {_newest(f"said.at < :before AND (step.run_id IS NULL OR {_PUBLISHED_AT} <= :before)")} newest)
ORDER BY said.id"""
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

_TURN_COLUMNS = 'said.id, said.run_id, said.dataset, said."check", said.outcome, said.at'

_TURNS = text(
    f"""WITH recent AS (
  SELECT {_TURN_COLUMNS} FROM atlas.check_results said
  WHERE said.dataset = ANY(:datasets) AND said.at >= :since AND said.at < :before
), said AS (
  SELECT * FROM recent UNION ALL
  SELECT earlier.* FROM (SELECT DISTINCT dataset, "check" FROM recent) asked CROSS JOIN LATERAL
    {_newest("said.at < :since AND step.run_id IS NOT NULL", _TURN_COLUMNS)} earlier
), version AS (
  SELECT said.id, said.dataset, said."check", said.outcome, said.at,
    CASE WHEN step.run_id IS NOT NULL THEN
      coalesce(extract(epoch FROM {_PUBLISHED_AT}), 'Infinity')::float8 END AS published
  FROM said {_STEP}
), newest AS (
  SELECT *, max(ARRAY[id::float8, published]) FILTER (WHERE published IS NOT NULL) OVER (
    PARTITION BY dataset COLLATE "C", "check" COLLATE "C" ORDER BY id) AS newer
  FROM version
), turn AS (
  SELECT id, at FROM (SELECT *, lag(outcome) OVER (
      PARTITION BY dataset COLLATE "C", "check" COLLATE "C" ORDER BY id) AS before
    FROM newest
    WHERE at >= :since AND (published IS NOT NULL OR newer IS NULL
      OR newer[2] <= extract(epoch FROM at)::float8)) telling
  WHERE before IS DISTINCT FROM outcome
  ORDER BY at DESC, id DESC LIMIT :most
)
{_TOLD} JOIN turn ON turn.id = said.id
ORDER BY said.at DESC, said.id DESC"""
)
"""The newest version so far is the greatest pair of an id and of when it was published."""

_EVER = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


class PostgresVerdictHistory:
    """Reads when asked."""

    def __init__(self, database: Database, most_turns: int = MOST_TURNS) -> None:
        self._database = database
        self._most_turns = most_turns

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """One SELECT, however many checks."""
        found = await self._read(_LATEST, {**_named(checks), "before": before})
        return tuple({each.of: each for each in telling(found)}.values())

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
