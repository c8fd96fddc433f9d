"""Reads what was put into quarantine."""

from sqlalchemy import text

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.names import qualified
from engine.catalog.model import Table
from engine.runs.ports import QuarantinedRow


class PostgresQuarantine:
    """Rows that were put aside; their values are not read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, table: Table, limit: int) -> tuple[int, tuple[QuarantinedRow, ...]]:
        """How many rows there are, and the first of them; none where the table never ran."""
        name = qualified("quarantine", table.name)
        async with self._database.begin() as connection:
            there = await connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})
            if there is None:
                return 0, ()
            total = await connection.scalar(
                text(f"SELECT count(*) FROM {name}")
            )  # the name is quoted
            rows = await connection.execute(
                text(
                    f"SELECT source, bronze_row, reasons, run_id FROM {name} "  # the name is quoted
                    "ORDER BY bronze_row DESC LIMIT :limit"
                ),
                {"limit": limit},
            )
            found = tuple(
                QuarantinedRow(r.source, r.bronze_row, tuple(r.reasons), r.run_id) for r in rows
            )
        return total or 0, found
