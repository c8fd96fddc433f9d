"""Backfills in the state tables: their days are counted; two that end at once end in one card."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.adapters.postgres.transactions import PostgresTransaction
from engine.alerts.backfills import BackfillNews
from engine.catalog.model import DatasetName, Layer
from engine.clock import SystemClock
from engine.people import Asker
from engine.runs.backfill import Backfill, Day
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import RunDesk
from engine.runs.events import RunFinished, tell
from engine.runs.model import (
    Counts,
    Parameters,
    Run,
    RunStatus,
    StepKind,
    StepReport,
    StepStatus,
)
from tests.adapters.builders import NOON, Lab, a_run
from tests.builders import a_project

FIRST = date(2026, 2, 1)
ORDERS = DatasetName(Layer.SILVER, "orders")


def a_backfill(days: int = 6, at_once: int = 3) -> Backfill:
    asker = Asker("web", "you", "Zoë O'Neill", "#general", "171.2")
    end = FIRST + timedelta(days)
    return Backfill("B4CKF1LL", "bronze_to_silver", "orders", FIRST, end, at_once, asker, NOON)


def of(backfill: Backfill, number: int, run: Run | None = None) -> Run:
    """The run of a day, by its number."""
    day = backfill.days[number]
    run = run or a_run((StepKind.REFINE, ORDERS), (StepKind.PUBLISH, ORDERS))
    dated = Parameters(start=day, end=day + timedelta(1))
    return replace(run, backfill=backfill.id, parameters=dated, asker=backfill.asker)


def succeeded(run: Run, *counts: Counts) -> Run:
    """The run after its steps did so much."""
    steps = tuple(
        replace(step, status=StepStatus.SUCCEEDED, report=StepReport(each))
        for step, each in zip(run.steps, counts, strict=True)
    )
    return replace(run, status=RunStatus.SUCCEEDED, finished_at=NOON, steps=steps)


async def test_a_backfill_comes_back_as_it_was_stored(lab: Lab) -> None:
    backfill = a_backfill()
    async with lab.transactions.begin() as tx:
        await tx.backfills.add(backfill)

    async with lab.transactions.begin() as tx:
        assert await tx.backfills.held(backfill.id) == backfill
        assert await tx.backfills.held("00000000") is None


async def test_its_days_come_in_order_with_what_their_steps_changed(lab: Lab) -> None:
    backfill = a_backfill()
    done = succeeded(of(backfill, 0), Counts(rows_in=5), Counts(published=4))
    failed = replace(of(backfill, 1), status=RunStatus.FAILED, error="It broke.", hint="Mend it.")
    async with lab.transactions.begin() as tx:
        for run in (failed, done, a_run((StepKind.REFINE, ORDERS))):
            await tx.runs.add(run)

        assert await tx.backfills.days(backfill.id) == (
            Day(FIRST, done.id, RunStatus.SUCCEEDED, Counts(rows_in=5, published=4)),
            Day(
                FIRST + timedelta(1),
                failed.id,
                RunStatus.FAILED,
                error="It broke.",
                hint="Mend it.",
            ),
        )


@pytest.mark.parametrize("length", [5, 20])
async def test_days_that_end_at_the_same_time_leave_one_card_that_knows_of_all(
    lab: Lab, length: int
) -> None:
    backfill, clock = a_backfill(length, at_once=5), SystemClock()
    told = (BackfillNews(a_project()).hear,)
    desk: RunDesk[PostgresTransaction] = RunDesk(lab.transactions, clock, told)
    backfills = BackfillDesk(a_project(), desk, lab.transactions, clock)
    runs = [of(backfill, number) for number in range(5)]
    all_have_ended = asyncio.Barrier(len(runs))
    async with lab.transactions.begin() as tx:
        await tx.backfills.add(backfill)
        for run in runs:
            await tx.runs.add(run)

    async def end(run: Run) -> None:
        done = succeeded(run, Counts(), Counts(published=1))
        async with lab.transactions.begin() as tx:
            await tx.runs.save(done, done.steps)
            await all_have_ended.wait()
            await tell((*told, backfills.hear), tx, RunFinished(done))
            await tx.queue.leave(done)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(end(run), name=run.id)

    days = "SELECT count(*), count(DISTINCT parameters->>'start') AS days FROM atlas.runs"
    assert await lab.rows(days) == [{"count": min(10, length), "days": min(10, length)}]
    told_last = await lab.value("SELECT card->'facts'->0->>'value' FROM atlas.outbox")
    assert told_last == f"5 of {length} done"
