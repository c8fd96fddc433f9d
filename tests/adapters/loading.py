"""Rows that arrive in bronze bit by bit, and runs that take them to silver."""

from engine.catalog.model import Table
from engine.privacy.coverage import Coverage
from engine.privacy.model import Protection
from engine.runs.model import Counts, Parameters, Run
from tests.adapters.builders import Cells, Lab, execute, refining

FULL = Parameters(full_refresh=True)


def day(number: int) -> str:
    """A day of March."""
    return f"2026-03-{number:02d}"


async def arrive(lab: Lab, *rows: Cells, columns: str = "id, name, at, gone") -> None:
    """Append rows to bronze.people, as an ingest does."""
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    await execute(lab.url, f"INSERT INTO bronze.people ({columns}) VALUES {values}")  # noqa: S608  # literals of the tests


def _literal(cell: str | None) -> str:
    return "NULL" if cell is None else f"'{cell}'"


async def loaded(
    lab: Lab, table: Table, run: Run | None = None, *protections: Protection
) -> Counts:
    """Refine in one transaction, publish in another, as a run does."""
    run = run or refining(table)
    async with lab.transactions.begin() as tx:
        done = await tx.warehouse.refine(run, table, [Coverage.whole(each) for each in protections])
    async with lab.transactions.begin() as tx:
        return done.counts + await tx.warehouse.publish(run, table.silver)


def changes(counts: Counts) -> tuple[int | None, int | None, int | None, int | None]:
    """Rows inserted, updated, unchanged and deleted."""
    return counts.inserted, counts.updated, counts.unchanged, counts.deleted
