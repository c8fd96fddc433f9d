"""A worker takes a ticket to its end, or leaves the run for another to go on with."""

import asyncio
import logging
from contextlib import suppress

import pytest

from engine.errors import DatabaseUnreachable, DiskFull, RunDone
from engine.lineage.model import EventType
from engine.runs.model import RunStatus, StepKind, StepStatus
from engine.runs.worker import DEFECT
from tests.builders import RUN_ID, a_project, a_table, an_asker, dataset
from tests.runs.doings import Gate, Hanging, HangingInside, ordered, statuses, taking, until
from tests.workshop import Workshop

AWAY = DatabaseUnreachable("PostgreSQL can't be reached.")
CUSTOMERS = dataset("silver.customers")
VALUES_OF_A_ROW = "Key (email)=(ludmila@example.com) already exists"


def a_shop(steps: dict[StepKind, Gate] | None = None) -> Workshop:
    """A shop with one table."""
    return Workshop(a_project([a_table()], ()), steps=steps)


def done(shop: Workshop) -> list[str]:
    """What was done to tables for the run, in order."""
    return [what for what, _ in shop.state.deeds_of(RUN_ID)]


async def asleep(shop: Workshop, gate: Gate, name: str = "sleeper") -> "asyncio.Task[None]":
    """A worker that took the run, came to the gate, and was not heard of any more."""
    worker = shop.hired(name)
    work = asyncio.ensure_future(worker.take(RUN_ID, shop.state.tickets[RUN_ID].number))
    await until(lambda: gate.reached)
    shop.transactions.alive.discard(name)
    return work


async def handed_on(shop: Workshop) -> None:
    """The run gets another ticket."""
    async with shop.transactions.begin() as tx:
        await tx.queue.again(shop.state.runs[RUN_ID])


async def test_a_ticket_is_worked_to_the_end_of_its_run() -> None:
    shop = a_shop()
    run = await ordered(shop)

    end = await shop.taken(run.id)

    assert (end.status, end.attempt, end.started_at) == ("succeeded", 1, shop.clock.now())
    assert shop.state.tickets == {}
    assert shop.listening.finished(run.id) == [end]


async def test_a_ticket_that_was_replaced_is_void() -> None:
    shop = a_shop()
    await shop.queued("ingest")
    void = shop.state.tickets[RUN_ID].number
    await handed_on(shop)

    await shop.worker.take(RUN_ID, void)
    assert shop.state.runs[RUN_ID].status is RunStatus.QUEUED

    assert (await shop.taken(RUN_ID)).status is RunStatus.SUCCEEDED


async def test_a_run_taken_over_goes_on_at_its_first_step_without_a_committed_state() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    work = await asleep(shop, gate)
    before = shop.state.runs[RUN_ID]

    await handed_on(shop)
    gate.open.set()
    run = await shop.taken(RUN_ID)
    await work

    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 2)
    assert run.steps[:2] == before.steps[:2]
    assert run.started_at == before.started_at
    assert done(shop) == ["loaded", "staged", "published"]


async def test_a_worker_that_wakes_up_later_writes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    work = await asleep(shop, gate)
    await handed_on(shop)
    async with taking(shop, RUN_ID) as other:
        await until(lambda: len(gate.reached) == 2)
        now = shop.state.runs[RUN_ID]

        gate.open.set()
        await asyncio.wait([work, other])

    assert now.attempt == 2
    assert "was taken over by another worker" in caplog.text
    assert [step.index for step in shop.listening.steps(RUN_ID)] == [0, 1, 2, 3]
    assert len(shop.listening.finished(RUN_ID)) == 1
    assert done(shop) == ["loaded", "staged", "published"]


async def test_the_sessions_of_the_worker_before_are_ended() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    work = await asleep(shop, gate)
    assert shop.sessions.runs == [], "nobody had it before"
    gate.open.set()
    await handed_on(shop)

    await shop.taken(RUN_ID)

    assert shop.sessions.runs == [RUN_ID]
    await work


async def test_a_worker_that_takes_its_own_run_again_stops_working_at_it_first() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    async with taking(shop, RUN_ID) as before:
        await until(lambda: gate.reached)
        await handed_on(shop)
        async with taking(shop, RUN_ID) as after:
            await until(lambda: len(gate.reached) == 2)

            assert before.done()
            gate.open.set()
            await after

    assert shop.state.runs[RUN_ID].status is RunStatus.SUCCEEDED
    assert done(shop) == ["loaded", "staged", "published"]


async def test_a_stopping_worker_puts_its_run_back_for_another() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    async with taking(shop, RUN_ID):
        await until(lambda: gate.reached)
        ticket = shop.state.tickets[RUN_ID].number

    waiting = shop.state.runs[RUN_ID]
    assert (waiting.status, waiting.attempt) == (RunStatus.QUEUED, 2)
    assert [step.status for step in waiting.steps] == ["succeeded"] * 2 + ["queued"] * 2
    assert shop.state.tickets[RUN_ID].number != ticket
    assert shop.state.posts[f"run:{RUN_ID}"].post.card.title == "medallion — queued"
    assert shop.sessions.runs == [RUN_ID], "what worked for it is ended first"

    gate.open.set()
    assert (await shop.taken(RUN_ID)).status is RunStatus.SUCCEEDED
    assert done(shop) == ["loaded", "staged", "published"]


@pytest.mark.parametrize("turns", range(0, 80, 2))
async def test_a_worker_that_is_stopped_anywhere_leaves_a_run_to_go_on_with(turns: int) -> None:
    shop = a_shop()
    await shop.queued("medallion")
    async with taking(shop, RUN_ID):
        for _ in range(turns):
            await asyncio.sleep(0)

    left = shop.state.runs[RUN_ID]
    assert left.done or left.id in shop.state.tickets
    while not shop.state.runs[RUN_ID].done:
        await shop.taken(RUN_ID)
    run = shop.state.runs[RUN_ID]
    assert run.status is RunStatus.SUCCEEDED
    assert done(shop) == ["loaded", "staged", "published"]
    assert shop.listening.finished(RUN_ID) == [run]
    assert shop.state.findings == []


@pytest.mark.parametrize("turns", range(0, 80, 4))
async def test_a_wish_to_stop_is_kept_wherever_it_comes(turns: int) -> None:
    shop = a_shop()
    await shop.queued("medallion")
    async with taking(shop, RUN_ID) as work:
        for _ in range(turns):
            await asyncio.sleep(0)
        with suppress(RunDone):
            await shop.desk.cancel(RUN_ID, an_asker("olga"))
            work.cancel()  # as the queue does when it hears of it
        await asyncio.wait([work])
    if not shop.state.runs[RUN_ID].done:
        await shop.taken(RUN_ID)  # the worker was stopped before it could say so

    run = shop.state.runs[RUN_ID]
    assert run.status in {RunStatus.CANCELLED, RunStatus.SUCCEEDED}
    assert (run.status is RunStatus.SUCCEEDED) == ("published" in done(shop))
    assert shop.state.staged == {}
    assert shop.listening.finished(RUN_ID) == [run]
    assert shop.state.tickets == {}


async def test_a_save_does_not_take_back_a_wish_to_stop() -> None:
    gate = Gate()
    shop = a_shop({StepKind.REFINE: gate})
    await shop.queued("medallion")
    async with taking(shop, RUN_ID):
        await until(lambda: gate.reached)
        await shop.desk.cancel(RUN_ID, an_asker("olga"))
        gate.open.set()  # and nobody tells the worker
        await until(lambda: shop.state.runs[RUN_ID].steps[1].done)

        assert shop.state.runs[RUN_ID].cancelled_by == "Olga"


async def test_a_cancelled_run_leaves_no_staged_table_and_no_alert() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    async with taking(shop, RUN_ID):
        await until(lambda: gate.reached)
        assert shop.state.staged != {}
        await shop.desk.cancel(RUN_ID, an_asker("olga"))

    run = shop.state.runs[RUN_ID]
    assert run.status is RunStatus.CANCELLED
    assert run.hint == "What was published before stays; nothing half-done is left."
    assert statuses(run)["check silver.customers"] is StepStatus.CANCELLED
    assert (shop.state.staged, shop.state.findings) == ({}, [])
    assert shop.sessions.runs == [RUN_ID]


async def test_a_run_left_behind_that_is_to_be_stopped_is_not_worked_once_more() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    work = await asleep(shop, gate)
    await shop.desk.cancel(RUN_ID, an_asker("olga"))
    await handed_on(shop)

    run = await shop.taken(RUN_ID)
    gate.open.set()
    await work

    assert (run.status, run.error) == (RunStatus.CANCELLED, "Cancelled by Olga.")
    assert shop.state.staged == {}
    assert shop.listening.finished(RUN_ID) == [run]


async def test_a_step_longer_than_it_may_take_fails_and_the_others_go_on() -> None:
    shop = Workshop(steps={StepKind.BUILD: HangingInside()}, step_timeout=0.25)

    run = await shop.run("medallion")

    assert run.error == "build gold.revenue took longer than 0 seconds."
    assert statuses(run)["publish silver.orders"] is StepStatus.SUCCEEDED


async def test_a_run_longer_than_it_may_take_fails_with_what_it_has_not_done() -> None:
    shop = Workshop(steps={StepKind.BUILD: Hanging()}, run_timeout=0.5)

    run = await shop.run("medallion")

    assert (run.status, run.error) == (
        RunStatus.FAILED,
        "medallion took longer than 0 seconds.",
    )
    assert "run_timeout" in run.hint
    assert statuses(run)["publish silver.orders"] is StepStatus.SUCCEEDED
    assert statuses(run)["build gold.revenue"] is StepStatus.CANCELLED
    assert shop.listening.finished(RUN_ID) == [run]
    assert shop.state.tickets == {}


async def test_a_defect_outside_the_steps_ends_the_run_and_not_the_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = a_shop()
    run, other = await ordered(shop, "ingest"), await ordered(shop, "ingest")
    shop.transactions.faults.plan("load", DiskFull("full"), times=1)
    shop.transactions.faults.plan("save", RuntimeError(VALUES_OF_A_ROW), times=1)

    end = await shop.taken(run.id)

    assert (end.status, end.error) == (RunStatus.FAILED, DEFECT)
    assert run.id in end.hint
    assert "ludmila" not in caplog.text
    assert (await shop.taken(other.id)).status is RunStatus.SUCCEEDED


async def test_a_run_whose_end_can_not_be_stored_is_left_for_later() -> None:
    shop = a_shop()
    run = await ordered(shop)
    shop.transactions.faults.plan("save", DiskFull("The disk is full."))

    await shop.taken(run.id)
    assert not shop.state.runs[run.id].done

    shop.transactions.faults.clear()
    async with shop.transactions.begin() as tx:
        await tx.queue.again(run)
    assert (await shop.taken(run.id)).status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("operation", ["begin", "commit", "answer", "move"])
async def test_a_run_is_begun_as_soon_as_the_database_is_back(operation: str) -> None:
    shop = a_shop()
    await shop.queued("ingest")
    shop.transactions.faults.plan(operation, AWAY, times=20)

    run = await shop.taken(RUN_ID)

    assert run.status is RunStatus.SUCCEEDED
    assert shop.listening.finished(RUN_ID) == [run]


async def test_a_worker_that_can_not_hand_back_in_time_leaves_it_to_the_rescue(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    monkeypatch.setattr("engine.runs.worker.LAST_WORD", 0.01)
    async with taking(shop, RUN_ID) as work:
        await until(lambda: gate.reached)
        async with shop.transactions.begin():  # somebody holds what it needs
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    assert shop.state.runs[RUN_ID].status is RunStatus.RUNNING
    assert "broke with TimeoutError" in caplog.text


async def test_each_attempt_starts_each_dataset_once_in_the_lineage() -> None:
    gate = Gate()
    shop = a_shop({StepKind.CHECK: gate})
    await shop.queued("medallion")
    async with taking(shop, RUN_ID):
        await until(lambda: gate.reached)
    gate.open.set()
    await shop.taken(RUN_ID)

    silver = [event for event in shop.state.lineage if event.job.endswith("silver.customers")]
    assert [(event.type, event.attempt) for event in silver] == [
        (EventType.START, 1),
        (EventType.ABORT, 1),
        (EventType.START, 2),
        (EventType.COMPLETE, 2),
    ]


async def test_a_worker_works_several_runs_at_once() -> None:
    gate = Gate()
    shop = Workshop(steps={StepKind.INGEST: gate})
    runs = [await ordered(shop, "ingest", name) for name in ("customers", "orders")]

    async with taking(shop, runs[0].id) as one, taking(shop, runs[1].id) as two:
        await until(lambda: len(gate.reached) == 2)
        gate.open.set()
        await asyncio.wait([one, two])

    assert {run.status for run in shop.state.runs.values()} == {RunStatus.SUCCEEDED}


async def test_what_breaks_in_the_taking_itself_stays_with_that_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = a_shop()
    await shop.queued("ingest")
    shop.transactions.faults.plan("begin", RuntimeError(VALUES_OF_A_ROW), times=1)

    await shop.worker.take(RUN_ID, shop.state.tickets[RUN_ID].number)

    assert shop.state.runs[RUN_ID].status is RunStatus.QUEUED
    assert "RuntimeError at " in caplog.text
    assert "ludmila" not in caplog.text


async def test_cancelling_is_never_taken_for_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    hanging = Hanging()
    shop = Workshop(steps={StepKind.CHECK: hanging})
    await shop.queued("medallion", "customers")

    with caplog.at_level(logging.WARNING):
        async with taking(shop, RUN_ID) as work:
            await hanging.reached.wait()
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work

    assert not shop.state.runs[RUN_ID].done
    assert not any(key.startswith("incident:") for key in shop.state.posts)
    assert caplog.text == ""
