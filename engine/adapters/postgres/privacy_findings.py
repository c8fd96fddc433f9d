"""What scans and runs came upon, without a single value."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres import tables
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.warehouse import columns_of
from engine.catalog.model import DatasetName, Layer
from engine.privacy.model import ColumnFinding

_known = tables.privacy_findings.c


async def keep_finding(connection: AsyncConnection, found: ColumnFinding) -> None:
    """Keep that something was found, since it was first seen."""
    entry = insert(tables.privacy_findings).values(
        dataset=str(found.dataset),
        column=found.column,
        entity=found.entity,
        cells=found.cells,
        share=found.share,
        first_seen=found.first_seen,
        last_seen=found.last_seen,
        run_id=found.run_id,
    )
    now = {name: entry.excluded[name] for name in ("cells", "share", "last_seen", "run_id")}
    await connection.execute(
        entry.on_conflict_do_update(index_elements=["dataset", "column", "entity"], set_=now)
    )


class PostgresPrivacyFindings:
    """The findings of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found(self, table: str | None = None) -> tuple[ColumnFinding, ...]:
        """SELECT those of a table in all its layers, or all; the newest last."""
        query = select(tables.privacy_findings).order_by(_known.last_seen)
        if table is not None:
            query = query.where(_known.dataset.in_([f"{layer}.{table}" for layer in Layer]))
        async with self._database.connect() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            ColumnFinding(
                DatasetName.parse(row.dataset),
                row.column,
                row.entity,
                row.cells,
                row.share,
                row.first_seen,
                row.last_seen,
                row.run_id,
            )
            for row in rows
        )

    async def columns(self, dataset: DatasetName) -> tuple[str, ...]:
        """The columns of a dataset without Atlas's own; none where it was not written yet."""
        async with self._database.connect() as connection:
            return tuple(field.name for field in await columns_of(connection, dataset))
