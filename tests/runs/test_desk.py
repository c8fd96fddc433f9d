"""Orders for runs are taken, worked several at once, and ended when Atlas stops."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from engine.errors import DatabaseUnreachable, DiskFull
from engine.runs.desk import DEFECT, STOPPED, TooManyRuns
from engine.runs.model import Run, RunStatus, StepKind
from engine.runs.plan import plan
from engine.testing.clock import turn
from tests.builders import a_run, an_asker
from tests.runs.test_runner import Hanging
from tests.workshop import Workshop


async def order(shop: Workshop, pipeline: str = "ingest") -> Run:
    """An order for a run."""
    found = shop.project.pipeline(pipeline)
    assert found is not None
    return await shop.desk.order(pipeline, None, plan(shop.project, found), an_asker())


@asynccontextmanager
async def at_work(shop: Workshop) -> AsyncIterator[None]:
    """The desk working until the block ends."""
    task = asyncio.ensure_future(shop.desk.work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], bool]) -> None:
    """Give others turns until something holds."""
    for _ in range(1000):
        if holds():
            return
        await turn()
    pytest.fail("it never came to hold")


async def test_an_order_is_stored_before_it_is_worked() -> None:
    shop = Workshop()

    run = await order(shop)

    assert shop.state.runs[run.id] == run
    assert run.status is RunStatus.QUEUED
    assert shop.state.posts[f"run:{run.id}"].post.card.title == "ingest — queued"


async def test_orders_are_worked_to_their_end() -> None:
    shop = Workshop()
    runs = [await order(shop) for _ in range(5)]

    async with at_work(shop):
        await until(lambda: all(shop.state.runs[run.id].done for run in runs))

    assert {run.status for run in shop.state.runs.values()} == {RunStatus.SUCCEEDED}


async def test_a_full_queue_takes_no_order_and_stores_none() -> None:
    shop = Workshop(waiting=2)
    await order(shop)
    await order(shop)

    with pytest.raises(TooManyRuns, match="2 runs are waiting already") as caught:
        await order(shop)

    assert len(shop.state.runs) == 2
    assert "ask again" in caught.value.hint


async def test_a_run_that_fails_does_not_stop_the_next_one() -> None:
    shop = Workshop()
    shop.transactions.faults.plan("load", DiskFull("The disk is full."), times=1)
    first, second = await order(shop), await order(shop)

    async with at_work(shop):
        await until(lambda: all(run.done for run in shop.state.runs.values()))

    states = {shop.state.runs[run.id].status for run in (first, second)}
    assert states == {RunStatus.FAILED, RunStatus.SUCCEEDED}


async def test_a_run_that_can_not_even_be_ended_does_not_stop_the_desk() -> None:
    shop = Workshop()
    first, second = await order(shop), await order(shop)
    shop.transactions.faults.plan("save", DiskFull("The disk is full."), first.id)
    shop.transactions.faults.plan("save", RuntimeError("a defect"), second.id)

    async with at_work(shop):
        third = await order(shop)
        await until(lambda: shop.state.runs[third.id].done)

    assert not shop.state.runs[first.id].done
    assert not shop.state.runs[second.id].done


async def test_runs_that_are_not_done_when_atlas_stops_say_so() -> None:
    hanging = Hanging()
    shop = Workshop(steps={StepKind.INGEST: hanging})
    runs = [await order(shop) for _ in range(3)]

    async with at_work(shop):
        await hanging.reached.wait()
    await shop.desk.close()

    ends = [shop.state.runs[run.id] for run in runs]
    assert RunStatus.FAILED in {end.status for end in ends}
    for end in ends:
        assert end.status in {RunStatus.FAILED, RunStatus.QUEUED}
        assert end.error == (STOPPED if end.done else None)
        assert shop.state.posts[f"run:{end.id}"].post.card.title == f"ingest — {end.status}"


async def test_runs_that_a_process_had_begun_when_it_died_are_ended_by_another() -> None:
    shop = Workshop()
    begun = a_run(id="11111111", status=RunStatus.RUNNING)
    shop.keep(begun, alive := a_run(id="11111112"))
    shop.state.workers[begun.id] = "a worker that died"

    async with at_work(shop):
        await until(lambda: shop.state.runs[begun.id].done)

    assert shop.state.runs[begun.id].error == STOPPED
    assert shop.state.runs[alive.id] == alive


async def test_runs_that_waited_when_their_process_went_are_worked_by_another() -> None:
    shop = Workshop()
    waiting = await shop.queued("ingest")
    shop.state.workers[waiting.id] = "a worker that went"

    async with at_work(shop):
        await until(lambda: shop.state.runs[waiting.id].done)

    assert shop.state.runs[waiting.id].status is RunStatus.SUCCEEDED


async def test_closing_ends_only_the_runs_that_this_process_had_begun() -> None:
    shop = Workshop()
    ours = a_run(id="11111111", status=RunStatus.RUNNING)
    theirs = a_run(id="11111112", status=RunStatus.RUNNING)
    shop.keep(ours, theirs)
    shop.state.workers[theirs.id] = "another worker"

    await shop.desk.close()

    assert shop.state.runs[ours.id].done
    assert shop.state.runs[theirs.id] == theirs


async def test_a_run_whose_end_can_not_be_stored_is_ended_once_the_database_is_back() -> None:
    shop = Workshop()
    away = DatabaseUnreachable("PostgreSQL can't be reached.")
    run = await order(shop)
    shop.transactions.faults.plan("begin", away, times=6)

    async with at_work(shop):
        await until(lambda: shop.state.runs[run.id].done)

    assert shop.state.runs[run.id].status is RunStatus.FAILED
    assert shop.state.runs[run.id].error == away.message
    assert len(shop.listening.finished(run.id)) == 1


async def test_a_defect_outside_the_steps_ends_the_run_too() -> None:
    shop = Workshop()
    run = await order(shop)
    shop.transactions.faults.plan("save", RuntimeError("a value of a row"), times=1)

    async with at_work(shop):
        await until(lambda: shop.state.runs[run.id].done)

    ended = shop.state.runs[run.id]
    assert (ended.status, ended.error) == (RunStatus.FAILED, DEFECT)
    assert "a value" not in ended.hint
