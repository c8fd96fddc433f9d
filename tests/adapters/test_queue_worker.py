"""procrastinate's worker at the queue of runs: fetches, stops, finishes, outlives outages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from engine.adapters.postgres.names import ident
from engine.adapters.queue import QueueLimits, RunQueueWorker
from engine.clock import SystemClock
from engine.runs.desk import RunDesk
from engine.runs.model import Run, RunStatus, started
from tests.adapters.builders import CLOCK, NOON, Lab, execute
from tests.adapters.test_run_queue import OLGA, join, tickets, writing
from tests.world import eventually

LIMITS = QueueLimits(at_once=2, heartbeat=0.2, grace=0.3)

CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'atlas queue'"
)


@dataclass(slots=True)
class Work:
    """What the tickets bring, and how each of them ended."""

    taken: list[tuple[str, int]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, run_id: str, ticket: int) -> None:
        """Work until it is let to end."""
        self.taken.append((run_id, ticket))
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.stopped.append(run_id)
            raise
        self.done.append(run_id)


@asynccontextmanager
async def at_work(lab: Lab, work: Work, limits: QueueLimits = LIMITS) -> AsyncIterator[None]:
    """A worker at the queue for the block."""
    worker = RunQueueWorker(lab.url, work.take, SystemClock(), limits)
    task = asyncio.ensure_future(worker.run())
    try:
        yield
        assert not task.done(), "the worker went on"
    finally:
        task.cancel()
        async with asyncio.timeout(15):
            await asyncio.wait([task])
    with suppress(asyncio.CancelledError):
        task.result()


async def holds(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""

    async def found() -> bool | None:
        return await look() or None

    await eventually(found)


async def took(work: Work, *runs: Run) -> None:
    """Wait until the work on these runs was begun."""

    async def look() -> bool:
        return {run_id for run_id, _ in work.taken} == {run.id for run in runs}

    await holds(look)


async def no_tickets(lab: Lab) -> None:
    """Wait until procrastinate has no tickets left."""

    async def look() -> bool:
        return await lab.value("SELECT count(*) FROM atlas.procrastinate_jobs") == 0

    await holds(look)


async def begin(lab: Lab, run: Run) -> None:
    """Store that a worker began the run."""
    async with lab.transactions.begin() as tx:
        await tx.runs.save(started(run, NOON))


async def test_a_ticket_is_brought_at_once_and_dropped_at_the_end(lab: Lab) -> None:
    work, run = Work(), writing("a")
    async with at_work(lab, work):
        await asyncio.sleep(0.5)  # it listens
        loop = asyncio.get_running_loop()
        began = loop.time()
        await join(lab, run)
        await took(work, run)
        seconds = loop.time() - began

        assert work.taken == [(run.id, (await tickets(lab))[run.id])]
        work.open.set()
        await no_tickets(lab)

    assert seconds < 0.8, "it was told, and did not wait for its next look"


async def test_runs_are_worked_at_once_but_not_more_than_it_may(lab: Lab) -> None:
    work, runs = Work(), [writing(name) for name in "abc"]
    async with at_work(lab, work):
        await join(lab, *runs)
        await took(work, *runs[:2])
        await asyncio.sleep(0.2)
        assert len(work.taken) == 2

        work.open.set()
        await took(work, *runs)
        await no_tickets(lab)


async def test_a_run_that_is_cancelled_is_stopped_at_once(lab: Lab) -> None:
    work, run, desk = Work(), writing("a"), RunDesk(lab.transactions, CLOCK)
    async with at_work(lab, work):
        await join(lab, run)
        await took(work, run)
        await begin(lab, run)
        await asyncio.sleep(0.5)  # it listens
        began = asyncio.get_running_loop().time()

        await desk.cancel(run.id, OLGA)

        async def stopped() -> bool:
            return work.stopped == [run.id]

        await holds(stopped)
        assert asyncio.get_running_loop().time() - began < 0.8
        await no_tickets(lab)


async def test_finishing_a_ticket_that_was_handed_on_leaves_the_new_one(lab: Lab) -> None:
    work, run = Work(), writing("a")
    async with at_work(lab, work, QueueLimits(1, 0.2, 0.3)):
        await join(lab, run)
        await took(work, run)
        async with lab.transactions.begin() as tx:
            await tx.queue.again(run)
        new = (await tickets(lab))[run.id]
        assert new != work.taken[0][1]
        assert await lab.value("SELECT count(*) FROM atlas.procrastinate_jobs") == 1

        work.open.set()
        await no_tickets(lab)

    assert [ticket for _, ticket in work.taken] == [work.taken[0][1], new]


async def test_a_ticket_in_the_hands_of_another_worker_is_not_dropped(lab: Lab) -> None:
    work, run = Work(), writing("a")
    async with at_work(lab, work):
        await join(lab, run)
        await took(work, run)
        await execute(
            lab.url,
            "WITH other AS (INSERT INTO atlas.procrastinate_workers DEFAULT VALUES RETURNING id) "
            "UPDATE atlas.procrastinate_jobs SET worker_id = other.id FROM other",
        )
        work.open.set()
        await asyncio.sleep(0.3)

        assert work.done == [run.id]
        assert await lab.value("SELECT count(*) FROM atlas.procrastinate_jobs") == 1


async def test_a_worker_tells_that_it_lives_and_leaves_nothing_when_it_stops(lab: Lab) -> None:
    async with at_work(lab, Work()):
        beat = "SELECT max(last_heartbeat) FROM atlas.procrastinate_workers"

        async def heard() -> bool:
            return await lab.value(beat) is not None

        await holds(heard)
        first = await lab.value(beat)

        async def later() -> bool:
            return await lab.value(beat) != first

        await holds(later)

    assert await lab.value("SELECT count(*) FROM atlas.procrastinate_workers") == 0


async def test_a_worker_whose_connections_were_cut_goes_on(lab: Lab) -> None:
    work, first, second = Work(), writing("a"), writing("b")
    async with at_work(lab, work):
        await join(lab, first)
        await took(work, first)

        for _ in range(3):
            await lab.rows(CUT)
            await asyncio.sleep(0.1)
        await join(lab, second)
        await took(work, first, second)
        work.open.set()
        await no_tickets(lab)

        beat = "SELECT max(last_heartbeat) > now() - interval '2 seconds' "

        async def heard() -> bool:
            return await lab.value(f"{beat} FROM atlas.procrastinate_workers") is True

        await holds(heard)

    assert sorted(work.done) == sorted([first.id, second.id])
    assert work.stopped == []


async def test_a_worker_that_stops_lets_runs_end_for_a_moment_then_interrupts_them(
    lab: Lab,
) -> None:
    work, run = Work(), writing("a")
    async with at_work(lab, work):
        await join(lab, run)
        await took(work, run)

    assert work.stopped == [run.id]
    assert await lab.value("SELECT count(*) FROM atlas.procrastinate_workers") == 0


async def test_what_ends_within_its_time_is_not_interrupted(lab: Lab) -> None:
    work, run = Work(), writing("a")
    async with at_work(lab, work, QueueLimits(1, 0.2, 5.0)):
        await join(lab, run)
        await took(work, run)
        asyncio.get_running_loop().call_later(0.2, work.open.set)

    assert (work.done, work.stopped) == ([run.id], [])


async def test_a_worker_stops_also_while_the_database_is_away(
    database_url: str, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.adapters.queue.LAST_WORD", 1.0)
    away = Lab(database_url, lab.database, lab.folder, lab.shields)
    worker = RunQueueWorker(database_url, Work().take, SystemClock(), LIMITS)
    task = asyncio.ensure_future(worker.run())

    async def heard() -> bool:
        return await away.value("SELECT count(*) FROM atlas.procrastinate_workers") == 1

    await holds(heard)
    name = str(await away.value("SELECT current_database()"))
    await execute(lab.url, f"ALTER DATABASE {ident(name)} ALLOW_CONNECTIONS false")
    await lab.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
    )

    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([task])

    assert task.cancelled()


async def test_a_run_goes_to_the_worker_and_back_to_the_line_when_its_work_breaks(
    lab: Lab,
) -> None:
    run = writing("a")

    async def break_off(run_id: str, ticket: int) -> None:
        raise RuntimeError(run_id, ticket)

    worker = RunQueueWorker(lab.url, break_off, SystemClock(), LIMITS)
    task = asyncio.ensure_future(worker.run())
    await join(lab, run)
    await no_tickets(lab)
    task.cancel()
    await asyncio.wait([task])

    async with lab.transactions.begin() as tx:
        (left,) = await tx.queue.left_behind(8.0)
    assert (left.id, left.status) == (run.id, RunStatus.QUEUED)


async def test_a_worker_that_is_stopped_while_it_starts_stops_at_once(lab: Lab) -> None:
    for moment in range(0, 100, 4):  # milliseconds after its start
        queue = RunQueueWorker(lab.url, Work().take, SystemClock(), LIMITS)
        task = asyncio.ensure_future(queue.run())
        await asyncio.sleep(moment / 1000)
        task.cancel()
        await asyncio.wait([task], timeout=3)

        assert task.cancelled(), f"it went on after a stop {moment} ms from its start"
