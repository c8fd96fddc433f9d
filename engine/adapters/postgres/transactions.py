"""One transaction with all that a step commits together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.audit import GatheredAudit, PostgresAudit
from engine.adapters.postgres.backfills import PostgresBackfillStore
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.incidents import PostgresIncidents
from engine.adapters.postgres.lineage_graph import PostgresLineageGraph
from engine.adapters.postgres.lineage_log import PostgresLineageLog, Rendered
from engine.adapters.postgres.logs import PostgresFindingLog, PostgresVerdictLog
from engine.adapters.postgres.metrics import PostgresMetrics
from engine.adapters.postgres.outbox import PostgresOutbox
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.routing import PostgresRouting
from engine.adapters.postgres.run_queue import PostgresRunQueue
from engine.adapters.postgres.run_store import PostgresRunStore
from engine.adapters.postgres.schedules import PostgresScheduleStore
from engine.adapters.postgres.sessions import session_name
from engine.adapters.postgres.warehouse import PostgresWarehouse
from engine.adapters.postgres.watched import PostgresWatched
from engine.audit.seals import Seals
from engine.clock import Clock
from engine.lineage.graph import JobId
from engine.lineage.model import LineageEvent


@dataclass(frozen=True, slots=True)
class PostgresTransaction:
    """State and data on one connection."""

    runs: PostgresRunStore
    queue: PostgresRunQueue
    warehouse: PostgresWarehouse
    lineage: PostgresLineageLog
    verdicts: PostgresVerdictLog
    metrics: PostgresMetrics
    findings: PostgresFindingLog
    watched: PostgresWatched
    incidents: PostgresIncidents
    routing: PostgresRouting
    outbox: PostgresOutbox
    schedules: PostgresScheduleStore
    backfills: PostgresBackfillStore
    audit: GatheredAudit
    acts: list[Callable[[], None]]

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do that once this is committed, and never if it is not."""
        self.acts.append(act)


class PostgresTransactions:
    """Begins transactions on a pool; after those that moved the line of runs `line_moved` hears."""

    def __init__(
        self,
        database: Database,
        protecting: Protecting,
        render: Callable[[LineageEvent], tuple[UUID, Rendered]],
        clock: Clock,
        origin: str = "",
        line_moved: Callable[[], None] = lambda: None,
        *,
        audit: PostgresAudit | None = None,
    ) -> None:
        self._database = database
        self._protecting = protecting
        self._render = render
        self._clock = clock
        self._origin = origin
        self._line_moved = line_moved
        self._audit = audit or PostgresAudit(database, Seals())
        self._jobs: set[JobId] = set()

    @asynccontextmanager
    async def begin(self, run_id: str | None = None) -> AsyncIterator[PostgresTransaction]:
        """Committed at the end of the block, rolled back when it raises.

        The session carries the run's id, so that it can be found and ended from outside.
        """
        session = None if run_id is None else session_name(self._origin, run_id)
        async with self._database.begin(session) as connection:
            opened = self._opened(connection)
            yield opened
            mark = await self._audit.gathered(connection, opened.audit)
        self._audit.committed(mark)
        for act in opened.acts:
            act()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[PostgresTransaction]:
        """For a single read: it is committed by itself, which spares two round trips."""
        async with self._database.connect() as connection:
            yield self._opened(connection)

    def _opened(self, connection: AsyncConnection) -> PostgresTransaction:
        acts: list[Callable[[], None]] = []
        limit = self._database.limits.swap_lock_timeout
        return PostgresTransaction(
            runs=PostgresRunStore(connection),
            queue=PostgresRunQueue(connection, lambda: acts.append(self._line_moved)),
            warehouse=PostgresWarehouse(connection, self._protecting, self._clock, limit),
            lineage=PostgresLineageLog(
                connection, self._render, PostgresLineageGraph(connection, self._jobs).record
            ),
            verdicts=PostgresVerdictLog(connection),
            metrics=PostgresMetrics(connection),
            findings=PostgresFindingLog(connection),
            watched=PostgresWatched(connection),
            incidents=PostgresIncidents(connection),
            routing=PostgresRouting(connection),
            outbox=PostgresOutbox(connection, self._clock, self._origin),
            schedules=PostgresScheduleStore(connection),
            backfills=PostgresBackfillStore(connection),
            audit=GatheredAudit(),
            acts=acts,
        )
