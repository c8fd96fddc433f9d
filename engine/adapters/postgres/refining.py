"""Refines bronze: judges each row once, then parts the good from the bad."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from engine.adapters.postgres import quarantine_sql, refine_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.memory import SORTING, have_memory
from engine.adapters.postgres.refine_sql import RowRule
from engine.adapters.postgres.staging import types_of
from engine.adapters.postgres.swap import Relation
from engine.catalog.model import Table
from engine.errors import RowsNotConserved


@dataclass(frozen=True, slots=True)
class Refined:
    """What became of the rows of bronze."""

    rows_in: int
    quarantined: int
    published: int
    deduplicated: int

    def require_conserved(self, table: Table) -> None:
        """Raise RowsNotConserved unless each row is somewhere, once."""
        out = self.published + self.quarantined + self.deduplicated
        if out != self.rows_in:
            message = f"{table.name}: {self.rows_in} rows went in and {out} came out."
            raise RowsNotConserved(
                message, "Nothing was published. Please report this as a defect."
            )


async def refine_into(
    connection: "asyncpg.Connection[asyncpg.Record]",
    table: Table,
    columns: Sequence[SilverColumn],
    staged: str,
    run_id: str,
    *,
    source: str | None = None,
    rules: Sequence[RowRule] = (),
) -> Refined:
    """Write the staged table and quarantine; the substitutes are there already."""
    await have_memory(connection, SORTING)
    await connection.execute(refine_sql.judge(table, columns, source, rules))
    await prepare_quarantine(connection, table)
    # what is judged anew was put aside before, and is put aside again or leaves with the publishing
    await connection.execute(quarantine_sql.let_leave(table, source), run_id)
    aside = await connection.execute(refine_sql.put_aside(table, columns, rules), run_id)
    await connection.execute(quarantine_sql.drop_replaced(table), run_id)
    good = await connection.execute(refine_sql.stage(columns, staged))
    record = await connection.fetchrow(refine_sql.count())
    counts = dict(record.items()) if record is not None else {}
    refined = Refined(quarantined=_rows(aside), published=_rows(good), **counts)
    refined.require_conserved(table)
    await connection.execute(f"ANALYZE {staged}")
    return refined


async def prepare_quarantine(
    connection: "asyncpg.Connection[asyncpg.Record]", table: Table
) -> None:
    """Have a quarantine with all its columns; one that has them is not locked for it."""
    await connection.execute(quarantine_sql.create(table))
    if "leaving" not in await types_of(connection, Relation("quarantine", table.name)):
        await connection.execute(quarantine_sql.add_leaving(table))


def _rows(status: str) -> int:
    """The count at the end of what PostgreSQL answers."""
    return int(status.rpartition(" ")[2])
