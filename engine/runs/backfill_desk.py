"""Takes orders for backfills: each day is ordered when a day before it has gone well."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Generic, TypeVar

from engine import commands
from engine.catalog.model import Pipeline, Project
from engine.clock import Clock
from engine.errors import EngineError
from engine.people import Asker
from engine.runs.backfill import (
    EXAMPLE,
    Backfill,
    Day,
    next_days,
    pipeline_for,
    require_at_once,
    require_by_day,
    require_days,
)
from engine.runs.desk import Order, RunDesk
from engine.runs.events import RunEvent, RunFinished
from engine.runs.ids import new_run_id
from engine.runs.model import Parameters, Priority, Run, RunStatus, Step, anew
from engine.runs.plan import plan
from engine.runs.ports import RunCursor, RunFilter, RunStore, RunTransaction, Transactions

T = TypeVar("T", bound=RunTransaction)

PAGE = 100
PAGES = 10
"""So far back, in pages of runs that fit, a day of a backfill is looked for."""


class BackfillDesk(Generic[T]):
    """Where backfills are ordered; as a listener of the runner, it goes on from day to day.

    Its run desk must not tell this one of what it orders: that is done here already.
    """

    def __init__(
        self, project: Project, desk: RunDesk[T], transactions: Transactions[T], clock: Clock
    ) -> None:
        self._project = project
        self._desk = desk
        self._transactions = transactions
        self._clock = clock

    async def order(self, command: commands.Backfill, asker: Asker) -> Run:
        """The run of the first day; raises NotBackfillable, TooManyRuns."""
        pipeline = pipeline_for(self._project, command.pipeline, command.table)
        require_by_day(self._project, pipeline, command.table)
        backfill = self._backfill(command, pipeline, asker)
        steps = plan(self._project, pipeline, command.table)
        async with self._transactions.begin() as tx:
            await tx.backfills.add(backfill)
            days = next_days(backfill, ())
            first, *_ = [await self._order_day(tx, backfill, day, steps) for day in days]
            return first

    def _backfill(self, command: commands.Backfill, pipeline: Pipeline, asker: Asker) -> Backfill:
        now = self._clock.now()
        require_days(command.start, command.end, now.date())
        require_at_once(command.at_once)
        return Backfill(
            id=new_run_id(),
            pipeline=pipeline.name,
            table=command.table,
            start=command.start,
            end=min(command.end, now.date() + _DAY),
            at_once=command.at_once,
            asker=asker,
            requested_at=now,
        )

    async def latest(
        self, pipeline: str | None, table: str | None
    ) -> tuple[Backfill, tuple[Day, ...], Run | None]:
        """The latest backfill of these, its days so far and the first run of them that is not
        done; raises where there is none."""
        async with self._transactions.begin() as tx:
            newest = await _latest_of(tx.runs, RunFilter(None, pipeline, table))
            backfill = await tx.backfills.held(newest) if newest else None
            if backfill is not None:
                days = await tx.backfills.days(backfill.id)
                at_work = next((each.run_id for each in days if each.open), None)
                return backfill, days, await tx.runs.get(at_work) if at_work else None
        of = f" of {table or pipeline}" if table or pipeline else ""
        message = f"There is no backfill{of} among the latest runs."
        raise EngineError(message, f"Say for example «{EXAMPLE}» to start one.")

    async def hear(self, tx: T, event: RunEvent) -> None:
        """Order what comes after a day that went well, in the transaction in which it did."""
        run = event.run
        went_well = isinstance(event, RunFinished) and run.status is RunStatus.SUCCEEDED
        if run.backfill is None or not went_well:
            return
        backfill = await tx.backfills.held(run.backfill)
        if backfill is not None:
            for day in next_days(backfill, await tx.backfills.days(backfill.id)):
                await self._order_day(tx, backfill, day, run.steps)

    async def _order_day(self, tx: T, backfill: Backfill, day: date, steps: Iterable[Step]) -> Run:
        order = Order(
            pipeline=backfill.pipeline,
            table=backfill.table,
            steps=tuple(anew(step) for step in steps),
            asker=replace(backfill.asker, role=None),
            parameters=Parameters(start=day, end=day + _DAY),
            priority=Priority.BACKFILL,
            backfill=backfill.id,
        )
        return await self._desk.order_within(tx, order)


async def _latest_of(runs: RunStore, wanted: RunFilter) -> str | None:
    """The backfill of the newest run that is a day of one."""
    place: RunCursor | None = None
    for _ in range(PAGES):
        page = await runs.page(wanted, place, PAGE)
        found = next((run.backfill for run in page if run.backfill), None)
        if found is not None or len(page) < PAGE:
            return found
        place = RunCursor(page[-1].requested_at, page[-1].id)
    return None


_DAY = timedelta(days=1)
