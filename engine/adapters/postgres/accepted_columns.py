"""The columns of a table beside those of its dataset that were published last.

Lineage keeps them with the run that published; a table that was altered since then differs as well.
"""

import json
from collections.abc import Mapping

from engine.adapters.postgres.check_sql import TableName
from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.staging import STAGED, types_of
from engine.adapters.postgres.swap import Relation
from engine.quality.judge import Succession

_LAST = """
SELECT event #> '{outputs,0,facets,schema,fields}' FROM atlas.lineage_events
WHERE event_type = 'COMPLETE' AND right(job, length($1) + 1) = '.' || $1
AND event #> '{outputs,0,facets,schema,fields}' IS NOT NULL AND run_id = (
  SELECT said.run_id FROM atlas.check_results said
  JOIN atlas.step_runs step ON step.run_id = said.run_id AND step.dataset = said.dataset
  WHERE said.dataset = $1 AND step.status = 'succeeded'
    AND (step.kind = 'publish' OR step.kind = 'check' AND $1 LIKE 'bronze.%' AND EXISTS (
      SELECT FROM atlas.step_runs loaded WHERE loaded.run_id = said.run_id
      AND loaded.dataset = $1 AND loaded.kind = 'ingest' AND loaded.status = 'succeeded'))
  ORDER BY said.at DESC, said.id DESC LIMIT 1)
ORDER BY id DESC LIMIT 1
"""
"""By its verdicts, of which an index knows the order: steps of all runs would have to be sorted.

Raw rows are there before they are judged: their columns count where the verdict let them through.
"""


async def succession(connection: Driver, table: TableName) -> Succession | None:
    """What became of the columns; None where no run published any that is known."""
    schema, name = table
    staged = STAGED.fullmatch(name)
    before = await _published_last(connection, f"{schema}.{staged[1] if staged else name}")
    if not before:
        return None
    return Succession(before, _shared(await types_of(connection, Relation(schema, name))))


async def _published_last(connection: Driver, dataset: str) -> Mapping[str, str]:
    if not await connection.fetchval("SELECT to_regclass('atlas.lineage_events') IS NOT NULL"):
        return {}
    found = await connection.fetchval(_LAST, dataset)
    fields = json.loads(found) if isinstance(found, str) else found or ()
    return _shared({each["name"]: each["type"] for each in fields})


def _shared(columns: Mapping[str, str]) -> Mapping[str, str]:
    """Without those that Atlas adds for itself, of which lineage does not tell."""
    return {name: type_ for name, type_ in columns.items() if not name.startswith("_")}
