"""Runs in the state tables: nothing of them is lost, and an old attempt writes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.locks import alive
from engine.catalog.model import Check, DatasetName, Layer, Operator
from engine.people import Asker
from engine.privacy.model import Protection
from engine.quality.model import Outcome, Verdict
from engine.runs.model import Counts, Run, RunStatus, StepKind, StepReport, StepStatus, started
from engine.runs.ports import RunFilter, StaleAttempt
from tests.adapters.builders import NOON, Lab, a_run

PEOPLE = DatasetName(Layer.SILVER, "people")
WORKER = "atlas worker 1"


def refine_and_publish() -> Run:
    return a_run((StepKind.REFINE, PEOPLE), (StepKind.PUBLISH, PEOPLE))


async def add(lab: Lab, *runs: Run, worker: str = WORKER) -> None:
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.runs.add(run, worker)


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


async def test_only_the_unfinished_runs_of_dead_workers_are_left_behind(lab: Lab) -> None:
    names = [f"atlas worker {number}" for number in range(20)]
    runs = {name: refine_and_publish() for name in names}
    for name, run in runs.items():
        await add(lab, run, worker=name)
    finished = replace(refine_and_publish(), status=RunStatus.SUCCEEDED)
    await add(lab, finished, worker="atlas worker dead")
    elsewhere = Database(lab.url, DatabaseLimits())

    async with (
        alive(elsewhere, names[3]),
        alive(elsewhere, names[7]),
        lab.transactions.begin() as tx,
    ):
        left = await tx.runs.unfinished_of_dead_workers()
        own = await tx.runs.unfinished_of(names[3])

    assert {run.id for run in left} == {
        run.id for name, run in runs.items() if name not in {names[3], names[7]}
    }
    assert own == (runs[names[3]],)
    await elsewhere.close()
    async with lab.transactions.begin() as tx:
        assert len(await tx.runs.unfinished_of_dead_workers()) == len(names)


async def test_a_worker_of_another_database_of_the_server_does_not_count(
    lab: Lab, server: str
) -> None:
    run = refine_and_publish()
    await add(lab, run)
    elsewhere = Database(server, DatabaseLimits())

    async with alive(elsewhere, WORKER), lab.transactions.begin() as tx:
        left = await tx.runs.unfinished_of_dead_workers()

    await elsewhere.close()
    assert left == (run,)


async def test_a_begun_run_that_is_taken_over_can_not_be_written_by_its_old_worker(
    lab: Lab,
) -> None:
    begun = replace(refine_and_publish(), status=RunStatus.RUNNING)
    waiting = refine_and_publish()
    for run in (begun, waiting):
        await add(lab, run, worker="atlas worker dead")

    async with lab.transactions.begin() as tx:
        assert await tx.runs.adopt(begun.id, WORKER)
        assert await tx.runs.adopt(waiting.id, WORKER)

    assert await get(lab, begun) == replace(begun, attempt=2)
    assert await get(lab, waiting) == waiting
    with pytest.raises(StaleAttempt):
        async with lab.transactions.begin() as tx:
            await tx.runs.save(begun)


async def test_of_two_processes_that_want_a_left_run_one_gets_it(lab: Lab) -> None:
    run = refine_and_publish()
    await add(lab, run, worker="atlas worker dead")
    elsewhere = Database(lab.url, DatabaseLimits())

    async with alive(elsewhere, "atlas worker faster"), lab.transactions.begin() as tx:
        assert await tx.runs.adopt(run.id, "atlas worker faster")
        assert not await tx.runs.adopt(run.id, "atlas worker slower")
    await elsewhere.close()
