"""Runs in the state tables: nothing of them is lost, and an old attempt writes nothing."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.catalog.model import Check, DatasetName, Layer, Operator
from engine.people import Asker
from engine.privacy.model import Protection
from engine.quality.model import Outcome, Verdict
from engine.runs.desk import Order, RunDesk
from engine.runs.model import (
    Counts,
    Parameters,
    Priority,
    Run,
    RunStatus,
    StepKind,
    StepReport,
    StepStatus,
    put_back,
    started,
)
from engine.runs.ports import RunCursor, RunFilter, StaleAttempt
from tests.adapters.builders import CLOCK, NOON, Lab, a_run

PEOPLE = DatasetName(Layer.SILVER, "people")


def refine_and_publish() -> Run:
    return a_run((StepKind.REFINE, PEOPLE), (StepKind.PUBLISH, PEOPLE))


async def add(lab: Lab, *runs: Run) -> None:
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.runs.add(run)


async def get(lab: Lab, run: Run) -> Run | None:
    async with lab.transactions.begin() as tx:
        return await tx.runs.get(run.id)


async def latest(lab: Lab, wanted: RunFilter, limit: int = 10) -> list[str]:
    async with lab.transactions.begin() as tx:
        return [run.id for run in await tx.runs.latest(wanted, limit)]


async def test_a_run_comes_back_as_it_was_stored(lab: Lab) -> None:
    run = replace(
        refine_and_publish(),
        table="people",
        asker=Asker("slack", "U1", "Zoë O'Neill", "C1", "171.2"),
        hint="Ask «again»",
        error="It broke.",
    )
    await add(lab, run)

    assert await get(lab, run) == run


async def test_a_step_comes_back_with_all_that_it_told(lab: Lab) -> None:
    run = refine_and_publish()
    report = StepReport(
        Counts(rows_in=5, published=3, quarantined=1, deduplicated=1, protected=2),
        ("1 row put into quarantine",),
        (Verdict(Check("row_count > 0", 7), Outcome.NOT_EVALUATED, None, "why"),),
        (Protection("email", Operator.HASH, "EMAIL_ADDRESS", False, ("reason",)),),
        "held back",
    )
    step = replace(
        run.steps[0], status=StepStatus.FAILED, report=report, finished_at=NOON, error="e", hint="h"
    )
    await add(lab, run)
    changed = replace(run, steps=(step, run.steps[1]))

    async with lab.transactions.begin() as tx:
        await tx.runs.save(changed, (step,))

    assert await get(lab, run) == changed


async def test_saving_a_run_leaves_the_steps_that_are_not_given(lab: Lab) -> None:
    run = refine_and_publish()
    await add(lab, run)
    other = tuple(replace(step, status=StepStatus.CANCELLED) for step in run.steps)

    async with lab.transactions.begin() as tx:
        await tx.runs.save(replace(started(run, NOON), steps=other), other[:1])

    found = await get(lab, run)
    assert found is not None
    assert [step.status for step in found.steps] == [StepStatus.CANCELLED, StepStatus.QUEUED]


async def test_an_old_attempt_writes_nothing(lab: Lab) -> None:
    run = refine_and_publish()
    taken_over = replace(run, attempt=2, status=RunStatus.RUNNING)
    await add(lab, taken_over)
    done = tuple(replace(step, status=StepStatus.SUCCEEDED) for step in run.steps)

    for attempt in (1, 3):
        with pytest.raises(StaleAttempt):
            async with lab.transactions.begin() as tx:
                await tx.runs.save(replace(run, attempt=attempt, error="old"), done)

    assert await get(lab, run) == taken_over


async def test_an_old_attempt_takes_its_data_back_with_it(lab: Lab) -> None:
    run = replace(refine_and_publish(), attempt=2)
    await add(lab, run)

    async def work_on() -> None:
        async with lab.transactions.begin() as tx:
            await tx.outbox._connection.exec_driver_sql("CREATE TABLE gold.stale AS SELECT 1 AS n")
            await tx.runs.save(replace(run, attempt=1))

    with pytest.raises(StaleAttempt):
        await work_on()

    assert await lab.value("SELECT to_regclass('gold.stale')") is None


async def test_an_unknown_run_is_none(lab: Lab) -> None:
    assert await get(lab, refine_and_publish()) is None


async def test_the_newest_runs_that_fit_come_first(lab: Lab) -> None:
    runs = [
        replace(
            refine_and_publish(),
            pipeline="ingest" if number % 2 else "medallion",
            table="pets" if number == 3 else None,
            status=RunStatus.FAILED if number == 2 else RunStatus.SUCCEEDED,
            requested_at=NOON + timedelta(hours=number),
        )
        for number in range(5)
    ]
    ids = [run.id for run in runs]
    await add(lab, *runs)

    assert await latest(lab, RunFilter()) == ids[::-1]
    assert await latest(lab, RunFilter(), 2) == [ids[4], ids[3]]
    assert await latest(lab, RunFilter(status=RunStatus.FAILED)) == [ids[2]]
    assert await latest(lab, RunFilter(pipeline="ingest")) == [ids[3], ids[1]]
    assert await latest(lab, RunFilter(table="people")) == ids[::-1], "all of them refine it"
    assert await latest(lab, RunFilter(table="pets")) == [ids[3]]
    period = RunFilter(since=runs[1].requested_at, until=runs[3].requested_at)
    assert await latest(lab, period) == [ids[2], ids[1]]


async def test_a_run_comes_back_with_all_that_was_asked_of_it(lab: Lab) -> None:
    asked = Parameters(True, date(2026, 3, 1), date(2026, 3, 2), accept_drift=True)
    run = replace(
        refine_and_publish(),
        parameters=asked,
        priority=Priority.BACKFILL,
        key="k1",
        backfill="7K3F9QTZ",
    )
    await add(lab, run)

    assert await get(lab, run) == run
    async with lab.transactions.begin() as tx:
        assert await tx.runs.with_key("k1") == run
        assert await tx.runs.with_key("k2") is None


async def test_a_save_never_takes_back_a_wish_to_stop(lab: Lab) -> None:
    run = refine_and_publish()
    await add(lab, run)
    async with lab.transactions.begin() as tx:
        await tx.runs.wish_stopped(run, "Olga")

    async with lab.transactions.begin() as tx:
        await tx.runs.save(started(run, NOON), run.steps)

    found = await get(lab, run)
    assert found is not None
    assert (found.status, found.cancelled_by) == (RunStatus.RUNNING, "Olga")


async def test_a_run_is_moved_from_its_present_attempt_only(lab: Lab) -> None:
    run = refine_and_publish()
    await add(lab, run)
    moved = replace(put_back(started(run, NOON)), hint="anew")

    async with lab.transactions.begin() as tx:
        await tx.runs.move(moved, run.attempt)
    with pytest.raises(StaleAttempt):
        async with lab.transactions.begin() as tx:
            await tx.runs.move(replace(moved, hint="stale"), run.attempt)

    assert await get(lab, run) == moved


async def test_who_holds_a_run_keeps_others_from_it_until_the_end(lab: Lab) -> None:
    run = refine_and_publish()
    await add(lab, run)
    seen: list[str | None] = []

    async def hold() -> None:
        async with lab.transactions.begin() as tx:
            now = await tx.runs.held(run.id)
            assert now is not None
            seen.append(now.cancelled_by)
            await asyncio.sleep(0.05)
            await tx.runs.wish_stopped(run, "Olga")

    await asyncio.gather(hold(), hold())

    assert seen == [None, "Olga"]


async def test_two_that_ask_with_one_key_at_once_get_one_run(lab: Lab) -> None:
    desk = RunDesk(lab.transactions, CLOCK)
    run = refine_and_publish()
    order = Order(run.pipeline, None, run.steps, run.asker, key="k1")

    runs = await asyncio.gather(*(desk.order(order) for _ in range(8)))

    assert len({run.id for run in runs}) == 1
    assert await latest(lab, RunFilter()) == [runs[0].id]


async def test_pages_of_runs_go_on_where_the_last_one_ended(lab: Lab) -> None:
    same = [replace(refine_and_publish(), requested_at=NOON) for _ in range(5)]
    await add(lab, *same)
    ids: list[str] = []
    async with lab.transactions.begin() as tx:
        page = await tx.runs.page(RunFilter(), None, 2)
        while page:
            ids += [run.id for run in page]
            last = RunCursor(page[-1].requested_at, page[-1].id)
            page = await tx.runs.page(RunFilter(), last, 2)

    assert ids == sorted((run.id for run in same), reverse=True)


async def test_runs_of_any_of_several_states_are_listed(lab: Lab) -> None:
    runs = {status: replace(refine_and_publish(), status=status) for status in RunStatus}
    await add(lab, *runs.values())
    wanted = (RunStatus.QUEUED, RunStatus.RUNNING)

    found = await latest(lab, RunFilter(statuses=wanted))

    assert set(found) == {runs[status].id for status in wanted}
