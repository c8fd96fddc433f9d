"""One transaction with all that a step commits together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.logs import (
    PostgresFindingLog,
    PostgresLineageLog,
    PostgresVerdictLog,
    Rendered,
)
from engine.adapters.postgres.outbox import PostgresOutbox
from engine.adapters.postgres.run_store import PostgresRunStore
from engine.adapters.postgres.substitutes import Substitutes
from engine.adapters.postgres.warehouse import PostgresWarehouse
from engine.clock import Clock
from engine.lineage.model import LineageEvent


@dataclass(frozen=True, slots=True)
class PostgresTransaction:
    """State and data on one connection."""

    runs: PostgresRunStore
    warehouse: PostgresWarehouse
    lineage: PostgresLineageLog
    verdicts: PostgresVerdictLog
    findings: PostgresFindingLog
    outbox: PostgresOutbox


class PostgresTransactions:
    """Begins transactions on a pool."""

    def __init__(
        self,
        database: Database,
        substitutes: Substitutes,
        render: Callable[[LineageEvent], tuple[UUID, Rendered]],
        clock: Clock,
        origin: str = "",
    ) -> None:
        self._database = database
        self._substitutes = substitutes
        self._render = render
        self._clock = clock
        self._origin = origin

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PostgresTransaction]:
        """Committed at the end of the block, rolled back when it raises."""
        async with self._database.begin() as connection:
            yield PostgresTransaction(
                runs=PostgresRunStore(connection),
                warehouse=PostgresWarehouse(connection, self._substitutes, self._clock),
                lineage=PostgresLineageLog(connection, self._render),
                verdicts=PostgresVerdictLog(connection),
                findings=PostgresFindingLog(connection),
                outbox=PostgresOutbox(connection, self._clock, self._origin),
            )
