"""Finds tables of silver and gold that carry the name of a staged one."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.catalog.model import DatasetName, Layer
from engine.runs.ports import Leftover

_FIND = text(
    """SELECT DISTINCT nspname AS layer, found[1] AS table_name, upper(found[2]) AS run_id
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace,
  regexp_match(relname, '^(.+?)__([0-9a-hjkmnp-tv-z]{8})(_[a-z]+)?$') AS found
WHERE nspname IN ('silver', 'gold') AND relkind IN ('r', 'v', 'm') AND found IS NOT NULL
  AND (CAST(:layer AS text) IS NULL OR (nspname = :layer AND found[1] = :table))
ORDER BY 1, 2, 3"""
)


async def leftovers(
    connection: AsyncConnection, dataset: DatasetName | None
) -> tuple[Leftover, ...]:
    """Such tables of a dataset, or of all."""
    wanted = {
        "layer": str(dataset.layer) if dataset else None,
        "table": dataset.table if dataset else None,
    }
    rows = await connection.execute(_FIND, wanted)
    return tuple(Leftover(DatasetName(Layer(r.layer), r.table_name), r.run_id) for r in rows)
