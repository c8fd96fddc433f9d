"""Runs whose worker died or froze: who finds them, and that nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.sessions import PostgresSessions
from engine.runs.desk import RunDesk
from engine.runs.model import Run
from engine.runs.rescue import Rescue
from engine.testing.clock import FakeClock
from tests.adapters.builders import CLOCK, Lab
from tests.adapters.test_run_queue import (
    OLGA,
    SILENT,
    claimed,
    drawn,
    going,
    join,
    leave,
    left_behind,
    tickets,
    writing,
)


async def test_a_run_is_left_behind_once_its_worker_is_silent_or_gone(lab: Lab) -> None:
    alive, silent, gone, waiting = (writing(name) for name in "abcd")
    await join(lab, alive)
    await drawn(lab, SILENT - 3)
    await join(lab, silent)
    await drawn(lab, SILENT + 3)
    await join(lab, gone)
    ticket = await drawn(lab)
    await lab.rows(
        "DELETE FROM atlas.procrastinate_workers USING atlas.procrastinate_jobs job "
        "WHERE procrastinate_workers.id = worker_id AND job.id = $1",
        ticket,
    )
    await join(lab, waiting)

    assert await left_behind(lab) == sorted([silent.id, gone.id])


@pytest.mark.parametrize(
    "loss",
    ["DELETE FROM atlas.procrastinate_jobs", "UPDATE atlas.procrastinate_jobs SET status='failed'"],
)
async def test_a_run_whose_ticket_is_lost_is_left_behind(lab: Lab, loss: str) -> None:
    run, waiting = writing("a"), writing("a")
    await join(lab, run, waiting)

    await lab.rows(loss)

    assert await left_behind(lab) == [run.id]


async def test_a_run_that_is_over_is_never_left_behind(lab: Lab) -> None:
    run = writing("a")
    await join(lab, run)
    await drawn(lab, SILENT + 3)

    await leave(lab, run)

    assert await left_behind(lab) == []


async def test_a_ticket_of_a_dead_worker_that_stands_for_no_run_is_dropped(lab: Lab) -> None:
    known, forgotten, over, alive = (writing(name) for name in "abcd")
    for run, quiet in (
        (known, SILENT + 3),
        (forgotten, SILENT + 3),
        (over, SILENT + 3),
        (alive, 0),
    ):
        await join(lab, run)
        await drawn(lab, quiet)
    void = [forgotten.id, alive.id]
    await lab.rows("UPDATE atlas.runs SET job_id = NULL WHERE id = ANY($1)", void)
    await lab.rows("UPDATE atlas.runs SET status = 'failed' WHERE id = $1", over.id)

    async with lab.transactions.begin() as tx:
        await tx.queue.drop_void(SILENT)

    left = await lab.rows("SELECT args->>'run_id' AS run FROM atlas.procrastinate_jobs ORDER BY id")
    assert [row["run"] for row in left] == [known.id, alive.id]


async def test_of_two_that_look_at_once_one_gets_the_run(lab: Lab) -> None:
    await join(lab, writing("a"))
    await drawn(lab, SILENT + 3)

    async with lab.transactions.begin() as tx:
        assert len(await tx.queue.left_behind(SILENT)) == 1
        assert await left_behind(lab) == []


async def test_a_silent_worker_is_known_by_the_name_on_its_run(lab: Lab) -> None:
    run = writing("a")
    await join(lab, run)
    ticket = await drawn(lab, SILENT + 3)
    await claimed(lab, run, ticket, "atlas asleep")
    await join(lab, writing("b"))

    async with lab.transactions.begin() as tx:
        assert await tx.queue.silent_workers(SILENT) == {"atlas asleep"}
        assert await tx.queue.silent_workers(SILENT + 10) == frozenset()


@asynccontextmanager
async def frozen(lab: Lab, run: Run, name: str) -> AsyncIterator[None]:
    """A worker that froze in the transaction that ends its run: it holds the run and the line."""
    held = asyncio.Event()
    other = Database(lab.url, DatabaseLimits(name=f"{name} {run.id}", connections=1))

    async def freeze() -> None:
        async with Lab(lab.url, other, lab.folder, lab.shields).transactions.begin() as tx:
            await tx.runs.save(run)
            await tx.queue.leave(run)
            assert await tx.queue.let_in()
            held.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(freeze())
    await held.wait()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await other.close()


async def test_a_worker_that_froze_while_it_held_the_line_stops_nobody_for_long(lab: Lab) -> None:
    run = writing("a")
    await join(lab, run)
    ticket = await drawn(lab, SILENT + 3)
    await claimed(lab, run, ticket, "atlas asleep")
    rescue = Rescue(lab.transactions, PostgresSessions(lab.database), FakeClock(), SILENT)

    async with frozen(lab, run, "atlas asleep"), asyncio.timeout(5):
        for _ in range(3):
            await rescue.look()

    assert (await tickets(lab))[run.id] > ticket
    assert await claimed(lab, run, ticket, "atlas asleep") is None


async def test_many_that_order_cancel_and_end_at_once_wait_in_no_circle(lab: Lab) -> None:
    desk = RunDesk(lab.transactions, CLOCK)
    names = [("a", "b"), ("b", "c"), ("c", "a"), ("a",)]
    runs = [writing(*names[number % 4]) for number in range(20)]

    async def live(number: int, run: Run) -> None:
        await join(lab, run)
        if number % 3 == 0:
            await desk.cancel(run.id, OLGA)

    async def look() -> None:
        for _ in range(5):
            async with lab.transactions.begin() as tx:
                await tx.queue.let_in()
                for each in await tx.queue.left_behind(SILENT):
                    await tx.queue.again(each)

    async with asyncio.timeout(15):
        await asyncio.gather(look(), *(live(number, run) for number, run in enumerate(runs)))
        await look()  # the last to cancel may have freed the line when all others had looked
        while now := await going(lab):
            targets = [target for run in runs if run.id in now for target in run.targets()]
            assert len(targets) == len(set(targets)), "two runs of one table may go"
            await asyncio.gather(*(leave(lab, run) for run in runs if run.id in now))
            await look()

    assert await lab.value("SELECT count(*) FROM atlas.runs WHERE status = 'queued'") == 0
    assert await lab.value("SELECT count(*) FROM atlas.procrastinate_jobs") == 0
