"""Backfills in memory; their days are the runs that name them."""

from datetime import date

from engine.runs.backfill import Backfill, Day
from engine.runs.model import Run
from engine.testing.state import MemoryState


class MemoryBackfillStore:
    """Backfills by id."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, backfill: Backfill) -> None:
        """Keep it."""
        self._state.backfills[backfill.id] = backfill

    async def held(self, backfill_id: str) -> Backfill | None:
        """The backfill: nobody else changes anything before the transaction ends."""
        return self._state.backfills.get(backfill_id)

    async def days(self, backfill_id: str) -> tuple[Day, ...]:
        """Its runs by day."""
        mine = [run for run in self._state.runs.values() if run.backfill == backfill_id]
        return tuple(sorted(map(_day, mine), key=lambda each: each.day))


def _day(run: Run) -> Day:
    return Day(
        day=run.parameters.start or date.min,
        run_id=run.id,
        status=run.status,
        counts=run.counts,
        error=run.error,
        hint=run.hint,
    )
