"""One transaction with all that a step commits together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from engine.adapters.postgres.backfills import PostgresBackfillStore
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.logs import (
    PostgresFindingLog,
    PostgresLineageLog,
    PostgresVerdictLog,
    Rendered,
)
from engine.adapters.postgres.outbox import PostgresOutbox
from engine.adapters.postgres.run_queue import PostgresRunQueue
from engine.adapters.postgres.run_store import PostgresRunStore
from engine.adapters.postgres.schedules import PostgresScheduleStore
from engine.adapters.postgres.sessions import session_name
from engine.adapters.postgres.substitutes import Substitutes
from engine.adapters.postgres.warehouse import PostgresWarehouse
from engine.clock import Clock
from engine.lineage.model import LineageEvent


@dataclass(frozen=True, slots=True)
class PostgresTransaction:
    """State and data on one connection."""

    runs: PostgresRunStore
    queue: PostgresRunQueue
    warehouse: PostgresWarehouse
    lineage: PostgresLineageLog
    verdicts: PostgresVerdictLog
    findings: PostgresFindingLog
    outbox: PostgresOutbox
    schedules: PostgresScheduleStore
    backfills: PostgresBackfillStore
    acts: list[Callable[[], None]] = field(default_factory=list)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do that once this is committed, and never if it is not."""
        self.acts.append(act)


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
    async def begin(self, run_id: str | None = None) -> AsyncIterator[PostgresTransaction]:
        """Committed at the end of the block, rolled back when it raises.

        The session carries the run's id, so that it can be found and ended from outside.
        """
        session = None if run_id is None else session_name(self._origin, run_id)
        async with self._database.begin(session) as connection:
            opened = PostgresTransaction(
                runs=PostgresRunStore(connection),
                queue=PostgresRunQueue(connection),
                warehouse=PostgresWarehouse(
                    connection,
                    self._substitutes,
                    self._clock,
                    self._database.limits.swap_lock_timeout,
                ),
                lineage=PostgresLineageLog(connection, self._render),
                verdicts=PostgresVerdictLog(connection),
                findings=PostgresFindingLog(connection),
                outbox=PostgresOutbox(connection, self._clock, self._origin),
                schedules=PostgresScheduleStore(connection),
                backfills=PostgresBackfillStore(connection),
            )
            yield opened
        for act in opened.acts:
            act()
