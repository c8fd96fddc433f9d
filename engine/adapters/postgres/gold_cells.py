"""Redacts in a staged gold table what the rules for gold do not allow there."""

from collections.abc import Mapping

from engine.adapters.postgres import gold_sql
from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.gold_sql import Worded
from engine.adapters.postgres.swap import Relation
from engine.privacy.gold import Unwanted


async def redact_unwanted(
    connection: Driver, staged: Relation, unwanted: Unwanted
) -> Mapping[str, int]:
    """Look once, and rewrite the table where anything was found; how many cells, by column."""
    records = await connection.fetch(gold_sql.WORDED, staged.quoted)
    columns = [Worded(each["name"], each["type"], each["collation"]) for each in records]
    if not columns or not unwanted:
        return {}
    counts = await connection.fetchrow(gold_sql.count(staged.quoted, columns, unwanted))
    found = {each: cells for each, cells in zip(columns, counts or (), strict=False) if cells}
    if found:
        await connection.execute(gold_sql.redact(staged.quoted, [*found], unwanted))
        await connection.execute(f"ANALYZE {staged.quoted}")
    return {each.name: cells for each, cells in found.items()}
