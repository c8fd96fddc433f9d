"""By the steps of past runs, which version of the key each dataset was published with."""

from sqlalchemy import text

from engine.adapters.postgres.database import Database
from engine.catalog.model import DatasetName
from engine.runs.rotation import Written

_WRITTEN = text(
    """SELECT publish.dataset, coalesce((refine.report ->> 'key_version')::int,
    CASE WHEN jsonb_path_exists(refine.report,
      '$.protections[*] ? (@.operator == "hash" || @.operator == "encrypt")')
    THEN 1 END) AS version,
  min(publish.finished_at) AS first, max(publish.finished_at) AS last
FROM atlas.step_runs publish LEFT JOIN atlas.step_runs refine
  ON refine.run_id = publish.run_id AND refine.dataset = publish.dataset
  AND refine.kind = 'refine' AND refine.status = 'succeeded'
WHERE publish.kind = 'publish' AND publish.status = 'succeeded'
GROUP BY 1, 2"""
)
"""Runs from before versions were noted had the first key, the only one that there was."""


class PostgresKeyVersions:
    """The steps of one database; no table of the warehouse is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def written(self) -> tuple[Written, ...]:
        """SELECT the first and the last publishing by dataset and version."""
        async with self._database.connect() as connection:
            rows = (await connection.execute(_WRITTEN)).all()
        return tuple(
            Written(DatasetName.parse(row.dataset), row.version, row.first, row.last)
            for row in rows
        )
