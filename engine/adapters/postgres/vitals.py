"""The engine's numbers, counted in the state tables."""

from sqlalchemy import func, select

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import outbox, runs
from engine.runs.model import RunStatus
from engine.vitals import Vitals

_RUNS = select(runs.c.status, func.count()).group_by(runs.c.status)

_LONGEST_WAIT = select(
    func.coalesce(func.extract("epoch", func.now() - func.min(runs.c.requested_at)), 0)
).where(runs.c.status == RunStatus.QUEUED)

_UNDELIVERED = select(func.count()).where(
    outbox.c.delivered_revision < outbox.c.revision, outbox.c.dead_at.is_(None)
)


class PostgresVitals:
    """Counts when asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def taken(self) -> Vitals:
        """Three SELECTs."""
        async with self._database.begin() as connection:
            counted = (await connection.execute(_RUNS)).all()
            longest = await connection.scalar(_LONGEST_WAIT)
            undelivered = await connection.scalar(_UNDELIVERED)
        found = {RunStatus(status): count for status, count in counted}
        return Vitals(found, max(0.0, float(longest or 0)), undelivered or 0)
