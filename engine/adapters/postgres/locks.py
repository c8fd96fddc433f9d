"""Advisory locks: who writes a dataset, and which process is alive."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from engine.adapters.postgres.database import Database
from engine.catalog.model import DatasetName

_LOCK = text("SELECT pg_advisory_lock(hashtextextended(:name, 0))")


class PostgresDatasetLocks:
    """Locks of a session of its own: PostgreSQL frees them when the process dies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def hold(self, datasets: Sequence[DatasetName]) -> AsyncIterator[None]:
        """Wait for the datasets one after the other, without the usual limit on waiting."""
        if not datasets:
            yield
            return
        async with self._database.connect() as connection:
            await connection.execute(text("SET lock_timeout = 0"))
            await connection.execute(text("SET statement_timeout = 0"))
            try:
                for dataset in datasets:
                    await connection.execute(_LOCK, {"name": f"atlas dataset {dataset}"})
                yield
            finally:
                # the session ends with the block, whatever state a cancelled wait left it in
                await connection.invalidate()


@asynccontextmanager
async def alive(database: Database, worker: str) -> AsyncIterator[None]:
    """Hold the lock that tells other processes that this worker lives."""
    async with database.connect() as connection:
        await connection.execute(_LOCK, {"name": worker})
        yield
