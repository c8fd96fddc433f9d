"""Schedules in their state table, which is the list of jobs that every process shares."""

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.tables import schedules
from engine.adapters.postgres.watching_tables import digests
from engine.people import Asker
from engine.recurrence import from_json, to_json
from engine.schedules.model import Digest, Schedule

CHANNEL = "atlas_schedules"
"""PostgreSQL's notification channel that tells of changed schedules, also between processes."""

_WITH_DIGEST = select(
    schedules, digests.c.place, digests.c.period, digests.c.quiet, digests.c.title
).outerjoin(digests, digests.c.schedule == schedules.c.number)


class PostgresScheduleStore:
    """Schedules on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, schedule: Schedule) -> Schedule:
        """INSERT; PostgreSQL gives the number."""
        row = await self._connection.execute(
            insert(schedules).values(**_values(schedule)).returning(schedules.c.number)
        )
        number = row.scalar_one()
        if schedule.digest is not None:
            await self._connection.execute(
                insert(digests).values(schedule=number, **_digest_values(schedule.digest))
            )
        await self._told(1)
        return replace(schedule, number=number)

    async def get(self, number: int) -> Schedule | None:
        """The row of that number."""
        found = await self._connection.execute(_WITH_DIGEST.where(schedules.c.number == number))
        row = found.first()
        return None if row is None else _schedule(row)

    async def all(self) -> tuple[Schedule, ...]:
        """Every row, by number."""
        rows = await self._connection.execute(_WITH_DIGEST.order_by(schedules.c.number))
        return tuple(_schedule(row) for row in rows)

    async def change(self, schedule: Schedule) -> bool:
        """UPDATE whether it is paused and when it is due."""
        changed = await self._connection.execute(
            update(schedules)
            .where(schedules.c.number == schedule.number)
            .values(paused=schedule.paused, next_due=schedule.next_due)
        )
        return await self._told(changed.rowcount)

    async def move(self, schedule: Schedule, next_due: datetime | None, run_id: str | None) -> bool:
        """UPDATE, or DELETE at the end, where it is still due when it was: one process does it."""
        same = (schedules.c.number == schedule.number, schedules.c.next_due == schedule.next_due)
        if next_due is None:
            moved = await self._connection.execute(delete(schedules).where(*same))
        else:
            moved = await self._connection.execute(
                update(schedules)
                .where(*same)
                .values(next_due=next_due, last_due=schedule.next_due, last_run_id=run_id)
            )
        return await self._told(moved.rowcount)

    async def delete(self, number: int) -> bool:
        """DELETE the row."""
        gone = await self._connection.execute(delete(schedules).where(schedules.c.number == number))
        return await self._told(gone.rowcount)

    async def _told(self, changed: int) -> bool:
        """Wake the keepers of all processes once a change is committed; whether there was one."""
        if changed:
            await self._connection.execute(
                text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL}
            )
        return bool(changed)


def _values(schedule: Schedule) -> dict[str, object]:
    return {
        "pipeline": schedule.pipeline,
        "table_name": schedule.table,
        "recurrence": json.loads(to_json(schedule.recurrence)),
        "asker_platform": schedule.asker.platform,
        "asker_person": schedule.asker.person,
        "asker_name": schedule.asker.name,
        "asker_channel": schedule.asker.channel,
        "asker_thread": schedule.asker.thread,
        "made_at": schedule.made_at,
        "next_due": schedule.next_due,
        "paused": schedule.paused,
        "last_due": schedule.last_due,
        "last_run_id": schedule.last_run_id,
    }


def _digest_values(digest: Digest) -> dict[str, object]:
    return {
        "place": digest.place,
        "period": digest.period,
        "quiet": digest.quiet,
        "title": digest.title,
    }


def _schedule(row: Row[tuple[object, ...]]) -> Schedule:
    asker = Asker(
        row.asker_platform, row.asker_person, row.asker_name, row.asker_channel, row.asker_thread
    )
    return Schedule(
        number=row.number,
        pipeline=row.pipeline,
        table=row.table_name,
        recurrence=from_json(json.dumps(row.recurrence)),
        asker=asker,
        made_at=row.made_at,
        next_due=row.next_due,
        paused=row.paused,
        last_due=row.last_due,
        last_run_id=row.last_run_id,
        digest=None if row.place is None else Digest(row.place, row.period, row.quiet, row.title),
    )
