"""Makes the substitutes of personal values outside of SQL: no key is ever in a statement."""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg

from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.refine_sql import distinct_values
from engine.catalog.model import Operator, Table
from engine.errors import KeyMissing
from engine.privacy.ports import Masker
from engine.privacy.protect import SecretKey, Tokens

CHUNK = 20_000
"""Values a piece: large enough for COPY, small enough that a thread gives way often."""


class Substitutes:
    """Turns each different value of a column into its token or mask, in a temporary table."""

    def __init__(self, key: SecretKey | None, masker: Masker) -> None:
        self._key = key
        self._masker = masker

    def way(self, each: SilverColumn) -> Callable[[str], str]:
        """How a value of the column is substituted; raises KeyMissing."""
        if each.operator is Operator.MASK:
            return self._masker.mask
        if self._key is None:
            message = f"The column {each.column.name} is to be hashed, and there is no secret key."
            raise KeyMissing(message)
        return Tokens(self._key, each.protection.entity if each.protection else None).token

    async def fill(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        table: Table,
        each: SilverColumn,
        source: str | None = None,
    ) -> None:
        """Create and fill the column's temporary table; it goes with the transaction."""
        way = self.way(each)
        name = each.substitutes.strip('"')
        await connection.execute(
            f"CREATE TEMP TABLE {each.substitutes} (value text, substitute text) ON COMMIT DROP"
        )
        query = distinct_values(table, each, source)
        values: list[str] = []
        async for record in connection.cursor(query, prefetch=CHUNK):
            values.append(record[0])
            if len(values) == CHUNK:
                await self._copy(connection, name, values, way)
                values = []
        await self._copy(connection, name, values, way)
        await connection.execute(f"ANALYZE {each.substitutes}")

    @staticmethod
    async def _copy(
        connection: "asyncpg.Connection[asyncpg.Record]",
        name: str,
        values: Sequence[str],
        way: Callable[[str], str],
    ) -> None:
        if values:
            records = await asyncio.to_thread(lambda: [(value, way(value)) for value in values])
            await connection.copy_records_to_table(name, records=records)
