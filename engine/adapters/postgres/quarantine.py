"""The rows that were put aside, in PostgreSQL: reads them, counts them, deletes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.adapters.postgres import quarantine_sql
from engine.adapters.postgres.database import Database, Driver, driver
from engine.adapters.postgres.names import qualified
from engine.catalog.model import Table
from engine.runs.quarantine import Aside, Quarantined, QuarantinedRow

_PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""Whoever asked waits for the answer; a run that refines the table has the right of way."""


class PostgresQuarantine:
    """Rows that were put aside; only columns that may be told of are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, table: Table, aside: Aside, limit: int) -> Quarantined:
        """Three queries; nothing where the table never ran."""
        async with self._opened(table) as connection:
            if connection is None:
                return Quarantined()
            meant = (aside.rule, aside.before)
            total = await connection.fetchval(quarantine_sql.count(table), *meant)
            reasons = await connection.fetch(quarantine_sql.reasons(table), *meant)
            columns = table.tellable
            rows = await connection.fetch(
                quarantine_sql.newest(table), *meant, list(columns), limit
            )
        return Quarantined(
            total,
            tuple((each["kind"], each["rows"]) for each in reasons),
            tuple(
                QuarantinedRow(
                    each["source"] or "",
                    each["bronze_row"],
                    tuple(each["reasons"]),
                    each["run_id"],
                    tuple(zip(columns, each["values"], strict=True)),
                )
                for each in rows
            ),
        )

    async def count(self, table: Table, aside: Aside) -> int:
        """How many there are."""
        async with self._opened(table) as connection:
            if connection is None:
                return 0
            counted: int = await connection.fetchval(
                quarantine_sql.count(table), aside.rule, aside.before
            )
            return counted

    async def delete(self, table: Table, aside: Aside) -> int:
        """DELETE them, in one transaction; raises TableBusy."""
        async with self._opened(table) as connection:
            if connection is None:
                return 0
            await connection.execute(_PATIENCE)
            status = await connection.execute(
                quarantine_sql.delete(table), aside.rule, aside.before
            )
            return int(status.rpartition(" ")[2])

    @asynccontextmanager
    async def _opened(self, table: Table) -> "AsyncIterator[Driver | None]":
        """A transaction; None where nothing was ever put aside."""
        name = qualified("quarantine", table.name)
        async with self._database.begin() as transaction:
            connection = await driver(transaction)
            there = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name)
            yield connection if there else None
