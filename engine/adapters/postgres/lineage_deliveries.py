"""Lineage events that wait for collectors: taken out by one process at a time, settled once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import Update

from engine.adapters.postgres.collector_tables import collectors, lineage_deliveries
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.tables import lineage_events
from engine.lineage.delivery import Parcel, Undeliverable, Waiting

_WAITS = lineage_deliveries.c.settled_at.is_(None)

_SECONDS = text("make_interval(secs => :seconds)")

_WANTED = lineage_deliveries.c.collector.in_(
    select(collectors.c.name).where(
        collectors.c.wanted_at > func.clock_timestamp() - text("interval '7 days'")
    )
)

_GIVEN_UP = text(
    "DELETE FROM atlas.lineage_deliveries d USING atlas.collectors c WHERE c.name = d.collector "
    "AND d.settled_at IS NULL AND c.wanted_at <= clock_timestamp() - interval '7 days'"
)


class PostgresDeliveries:
    """Deliveries to collectors; who serves a collector is noted there, by the database's clock.

    An event that was sent and not yet settled when its process was killed is sent again: collectors
    know it by its run, type and time.
    """

    def __init__(self, database: Database, holder: str | None = None) -> None:
        self._database = database
        self._holder = holder or uuid4().hex

    async def want(self, name: str) -> None:
        """INSERT or renew the collector; what waits for those that nobody wants any more goes."""
        now = func.clock_timestamp()
        wanted = insert(collectors).values(name=name, wanted_at=now)
        async with self._database.begin() as connection:
            await connection.execute(
                wanted.on_conflict_do_update(
                    index_elements=[collectors.c.name], set_={"wanted_at": now}
                )
            )
            await connection.execute(_GIVEN_UP)

    async def hold(self, name: str, seconds: float) -> bool:
        """UPDATE the hold unless another process has it."""
        now = func.clock_timestamp()
        free = or_(
            collectors.c.held_by == self._holder,
            collectors.c.held_until.is_(None),
            collectors.c.held_until <= now,
        )
        until = now + _SECONDS.bindparams(seconds=seconds)
        return await self._changed(
            update(collectors)
            .where(collectors.c.name == name, free)
            .values(held_by=self._holder, held_until=until)
        )

    async def due(self, name: str, now: datetime, limit: int) -> Sequence[Parcel]:
        """SELECT what waits and is in no lane of which something was postponed."""
        ours = and_(lineage_deliveries.c.collector == name, _WAITS)
        postponed = select(lineage_deliveries.c.lane).where(ours, lineage_deliveries.c.due_at > now)
        query = (
            select(
                lineage_deliveries.c.event_id,
                lineage_deliveries.c.lane,
                lineage_deliveries.c.attempts,
                lineage_events.c.event,
            )
            .join(lineage_events, lineage_events.c.id == lineage_deliveries.c.event_id)
            .where(ours, lineage_deliveries.c.lane.not_in(postponed))
            .order_by(lineage_deliveries.c.event_id)
            .limit(limit)
        )
        async with self._database.connect() as connection:
            return [Parcel(*row) for row in await connection.execute(query)]

    async def delivered(self, name: str, event: int, at: datetime) -> bool:
        """UPDATE, unless it is settled."""
        return await self._changed(_waiting(name, event).values(settled_at=at))

    async def refused(self, name: str, event: int, reason: str, at: datetime) -> bool:
        """UPDATE, unless it is settled."""
        return await self._changed(_waiting(name, event).values(settled_at=at, refused=reason))

    async def postponed(self, name: str, event: int, until: datetime) -> None:
        """UPDATE: try again then."""
        attempts = lineage_deliveries.c.attempts + 1
        await self._changed(_waiting(name, event).values(due_at=until, attempts=attempts))

    async def revive(self, name: str) -> None:
        """UPDATE all that was postponed."""
        await self._changed(
            update(lineage_deliveries)
            .where(
                lineage_deliveries.c.collector == name,
                _WAITS,
                lineage_deliveries.c.due_at.is_not(None),
            )
            .values(due_at=None)
        )

    async def waiting(self, names: Collection[str] | None = None) -> Waiting:
        """SELECT how much waits, and the time of the oldest event."""
        whose: ColumnElement[bool] = (
            _WANTED if names is None else lineage_deliveries.c.collector.in_(names)
        )
        oldest = func.min(lineage_deliveries.c.event_id)
        counted = select(func.count().label("waiting"), oldest.label("oldest")).where(whose, _WAITS)
        found = counted.subquery()
        query = select(found.c.waiting, lineage_events.c.event_time).join_from(
            found, lineage_events, lineage_events.c.id == found.c.oldest, isouter=True
        )
        async with self._database.connect() as connection:
            return Waiting(*(await connection.execute(query)).one())

    async def undeliverable(self, limit: int) -> Sequence[Undeliverable]:
        """SELECT what was refused for good, the newest first."""
        query = (
            select(
                lineage_deliveries.c.collector,
                lineage_deliveries.c.event_id,
                lineage_events.c.run_id,
                lineage_events.c.job,
                lineage_deliveries.c.refused,
                lineage_deliveries.c.settled_at,
            )
            .join(lineage_events, lineage_events.c.id == lineage_deliveries.c.event_id)
            .where(lineage_deliveries.c.refused.is_not(None))
            .order_by(lineage_deliveries.c.settled_at.desc(), lineage_deliveries.c.event_id.desc())
            .limit(limit)
        )
        async with self._database.connect() as connection:
            return [Undeliverable(*row) for row in await connection.execute(query)]

    async def _changed(self, statement: Update) -> bool:
        # a statement of its own is committed by itself, which spares two round trips
        async with self._database.connect() as connection:
            result: CursorResult[tuple[object, ...]] = await connection.execute(statement)
            return result.rowcount > 0


def _waiting(name: str, event: int) -> Update:
    """The row of an event that is not settled: whoever comes second changes nothing."""
    return update(lineage_deliveries).where(
        lineage_deliveries.c.event_id == event, lineage_deliveries.c.collector == name, _WAITS
    )
