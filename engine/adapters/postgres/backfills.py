"""Backfills in their state table; their days are the runs that name them."""

from dataclasses import fields

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.tables import backfills
from engine.people import Asker
from engine.runs.backfill import Backfill, Day
from engine.runs.model import Counts, RunStatus

_NAMES = tuple(each.name for each in fields(Counts))

_SUMS = ", ".join(
    f"sum((step.report->'counts'->>'{name}')::bigint)::bigint AS {name}" for name in _NAMES
)

_DAYS = text(
    f"""SELECT runs.id, runs.status, runs.error, runs.hint,
  (runs.parameters->>'start')::date AS day, {_SUMS}
FROM atlas.runs LEFT JOIN atlas.step_runs step ON step.run_id = runs.id
WHERE runs.backfill = :backfill GROUP BY runs.id ORDER BY day"""
)


class PostgresBackfillStore:
    """Backfills on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, backfill: Backfill) -> None:
        """INSERT."""
        await self._connection.execute(insert(backfills).values(**_values(backfill)))

    async def held(self, backfill_id: str) -> Backfill | None:
        """The backfill; its row is locked."""
        found = await self._connection.execute(
            select(backfills).where(backfills.c.id == backfill_id).with_for_update()
        )
        row = found.first()
        if row is None:
            return None
        asker = Asker(
            row.asker_platform,
            row.asker_person,
            row.asker_name,
            row.asker_channel,
            row.asker_thread,
        )
        return Backfill(
            id=row.id,
            pipeline=row.pipeline,
            table=row.table_name,
            start=row.start,
            end=row.end,
            at_once=row.at_once,
            asker=asker,
            requested_at=row.requested_at,
        )

    async def days(self, backfill_id: str) -> tuple[Day, ...]:
        """Its runs, with the rows that their steps changed, added up."""
        rows = await self._connection.execute(_DAYS, {"backfill": backfill_id})
        return tuple(
            Day(
                day=row.day,
                run_id=row.id,
                status=RunStatus(row.status),
                counts=Counts(*(getattr(row, name) for name in _NAMES)),
                error=row.error,
                hint=row.hint,
            )
            for row in rows
        )


def _values(backfill: Backfill) -> dict[str, object]:
    return {
        "id": backfill.id,
        "pipeline": backfill.pipeline,
        "table_name": backfill.table,
        "start": backfill.start,
        "end": backfill.end,
        "at_once": backfill.at_once,
        "asker_platform": backfill.asker.platform,
        "asker_person": backfill.asker.person,
        "asker_name": backfill.asker.name,
        "asker_channel": backfill.asker.channel,
        "asker_thread": backfill.asker.thread,
        "requested_at": backfill.requested_at,
    }
