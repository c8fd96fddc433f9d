"""The line of runs in PostgreSQL: who may go, whose ticket counts, and what was left behind."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.sessions import PostgresSessions
from engine.catalog.model import DatasetName
from engine.people import Asker
from engine.runs.desk import RunDesk
from engine.runs.line import place
from engine.runs.model import Priority, Run, RunStatus, StepKind, started
from tests.adapters.builders import CLOCK, NOON, Lab, a_run, execute
from tests.world import eventually

OLGA = Asker("web", "olga", "Olga", "#general")
SILENT = 8.0

_seconds = count()


def writing(*tables: str, **changes: object) -> Run:
    """A run that publishes those gold tables, asked for a second after the one before."""
    steps = [(StepKind.PUBLISH, DatasetName.parse(f"gold.{table}")) for table in tables]
    at = NOON + timedelta(seconds=next(_seconds))
    return replace(a_run(*steps), **{"requested_at": at, **changes})  # type: ignore[arg-type]  # by field name


async def join(lab: Lab, *runs: Run) -> None:
    """Order runs, one after the other."""
    for run in runs:
        async with lab.transactions.begin() as tx:
            await tx.runs.add(run)
            await tx.queue.join(run)
        await let_in(lab)


async def let_in(lab: Lab) -> None:
    """Let go who may, once nobody else is at it, as the usher does after each commit."""

    async def look() -> bool | None:
        async with lab.transactions.begin() as tx:
            return await tx.queue.let_in() or None

    await eventually(look)


async def leave(lab: Lab, run: Run, status: RunStatus = RunStatus.SUCCEEDED) -> None:
    """End a run."""
    async with lab.transactions.begin() as tx:
        await tx.runs.save(replace(run, status=status))
        await tx.queue.leave(run)
    await let_in(lab)


async def tickets(lab: Lab) -> Mapping[str, int]:
    """The tickets of all runs that have one and are not over, in the order of their numbers."""
    rows = await lab.rows(
        "SELECT id, job_id FROM atlas.runs WHERE job_id IS NOT NULL "
        "AND status IN ('queued', 'running') ORDER BY job_id"
    )
    return {str(row["id"]): int(str(row["job_id"])) for row in rows}


async def going(lab: Lab) -> list[str]:
    """The runs that may go."""
    return list(await tickets(lab))


async def jobs(lab: Lab) -> list[int]:
    """What procrastinate has to give out, in its order."""
    rows = await lab.rows(
        "SELECT id FROM atlas.procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id"
    )
    return [int(str(row["id"])) for row in rows]


async def drawn(lab: Lab, seconds_ago: float = 0.0) -> int:
    """Have a worker fetch the next ticket, whose heartbeat was that long ago; its number."""
    ticket = await lab.value(
        "WITH worker AS (INSERT INTO atlas.procrastinate_workers (last_heartbeat) "
        "VALUES (now() - make_interval(secs => $1)) RETURNING id) "
        "SELECT job.id FROM worker, "
        "atlas.procrastinate_fetch_job_v2(ARRAY['runs'], worker.id) job",
        seconds_ago,
    )
    return int(str(ticket))


async def claimed(lab: Lab, run: Run, ticket: int, worker: str = "atlas one") -> Run | None:
    """The run, where the ticket counts."""
    async with lab.transactions.begin() as tx:
        return await tx.queue.claim(run.id, ticket, worker)


async def left_behind(lab: Lab) -> list[str]:
    """The runs that a worker left."""
    async with lab.transactions.begin() as tx:
        return [run.id for run in await tx.queue.left_behind(SILENT)]


async def test_runs_of_different_tables_get_tickets_and_those_of_one_wait(lab: Lab) -> None:
    first, second, other = writing("a"), writing("a", "b"), writing("c")

    await join(lab, first, second, other)
    assert await going(lab) == [first.id, other.id]

    await leave(lab, first)
    assert await going(lab) == [other.id, second.id]


async def test_who_waits_keeps_later_ones_from_overtaking(lab: Lab) -> None:
    working, both, later = writing("a"), writing("a", "b"), writing("b")

    await join(lab, working, both, later)
    assert await going(lab) == [working.id]

    await leave(lab, working)
    assert await going(lab) == [both.id]
    await leave(lab, both)
    assert await going(lab) == [later.id]


async def test_a_run_at_work_keeps_its_tables_also_while_its_worker_is_dead(lab: Lab) -> None:
    working, waiting = writing("a", "b"), writing("b")
    await join(lab, working)
    await drawn(lab, SILENT + 3)
    async with lab.transactions.begin() as tx:
        await tx.runs.save(started(working, NOON))

    await join(lab, waiting)
    await let_in(lab)

    assert await going(lab) == [working.id]


async def test_a_person_goes_before_a_backfill_and_that_before_a_schedule(lab: Lab) -> None:
    working = writing("a")
    waiting = [writing("a", priority=each) for each in sorted(Priority)]
    await join(lab, working, *waiting)
    order = []

    await leave(lab, working)
    while now := await going(lab):
        (run,) = (run for run in waiting if run.id in now)
        order.append(run.priority)
        await leave(lab, run)

    assert order == [Priority.PERSON, Priority.BACKFILL, Priority.SCHEDULE]


async def test_a_schedule_that_waited_for_an_hour_goes_before_what_people_ask_for_now(
    lab: Lab,
) -> None:
    at = NOON + timedelta(hours=2)
    working, asked = writing("a"), writing("a", requested_at=at)
    waited = timedelta(hours=1, seconds=1)
    scheduled = writing("a", requested_at=at - waited, priority=Priority.SCHEDULE)
    await join(lab, working, asked, scheduled)

    await leave(lab, working)

    assert await going(lab) == [scheduled.id]


SOME_RUNS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(Priority), st.sampled_from("ab")),
    min_size=2,
    max_size=5,
)
"""When each was asked for, in quarters of an hour; for whom; and the table that it writes."""


@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=SOME_RUNS)
async def test_runs_go_and_are_drawn_in_the_order_of_their_places(
    lab: Lab, asked: Sequence[tuple[int, Priority, str]]
) -> None:
    await execute(lab.url, "TRUNCATE atlas.runs, atlas.procrastinate_jobs CASCADE")
    runs = [
        writing(table, requested_at=NOON + timedelta(minutes=15 * quarter), priority=each)
        for quarter, each, table in asked
    ]
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.runs.add(run)
    await let_in(lab)

    while waiting := sorted(runs, key=place):
        numbers = await tickets(lab)
        first = {run.targets(): run for run in reversed(waiting)}
        assert set(numbers) == {run.id for run in first.values()}
        for run in waiting:
            async with lab.transactions.begin() as tx:
                ahead = await tx.queue.ahead(run)
            assert ahead == (None if run.id in numbers else first[run.targets()])
        drawn_next = (await jobs(lab))[0]
        (after,) = (run for run in waiting if numbers.get(run.id) == drawn_next)
        assert place(after)[0] == place(waiting[0])[0]
        runs.remove(waiting[0])
        await leave(lab, waiting[0])


async def test_procrastinate_gives_out_what_a_person_asked_for_first(lab: Lab) -> None:
    scheduled, asked = writing("a", priority=Priority.SCHEDULE), writing("b")
    await join(lab, scheduled, asked)
    numbers = await tickets(lab)

    assert await jobs(lab) == [numbers[asked.id], numbers[scheduled.id]]


async def test_a_run_that_writes_nothing_waits_for_nobody(lab: Lab) -> None:
    looking = a_run((StepKind.CHECK, DatasetName.parse("gold.a")))
    await join(lab, writing("a"), looking)

    assert looking.id in await going(lab)


async def test_of_runs_of_one_moment_one_goes(lab: Lab) -> None:
    runs = [writing("a", requested_at=NOON) for _ in range(3)]
    await join(lab, *runs)

    for _ in runs:
        (run_id,) = await going(lab)
        await leave(lab, next(run for run in runs if run.id == run_id))
    assert await going(lab) == []


async def test_a_run_that_somebody_holds_is_passed_over_and_let_in_by_the_next_look(
    lab: Lab,
) -> None:
    working, held, free = writing("a", "b"), writing("a"), writing("b")
    await join(lab, working, held, free)

    async with lab.transactions.begin() as tx:
        await tx.runs.held(held.id)
        async with asyncio.timeout(2):
            await leave(lab, working)
    assert await going(lab) == [free.id]

    await let_in(lab)
    assert set(await going(lab)) == {free.id, held.id}


async def test_who_waits_already_is_counted(lab: Lab) -> None:
    await join(lab, *(writing("a") for _ in range(3)))

    async with lab.transactions.begin() as tx:
        assert await tx.runs.add(writing("b")) == 3


async def test_a_ticket_counts_once_and_only_for_its_run(lab: Lab) -> None:
    run, other = writing("a"), writing("b")
    await join(lab, run, other)
    numbers = await tickets(lab)

    assert await claimed(lab, run, numbers[other.id]) is None
    assert await claimed(lab, run, numbers[run.id]) == run
    assert await lab.value("SELECT worker FROM atlas.runs WHERE id = $1", run.id) == "atlas one"

    async with lab.transactions.begin() as tx:
        await tx.queue.again(run)
    assert await claimed(lab, run, numbers[run.id]) is None
    assert await claimed(lab, run, (await tickets(lab))[run.id], "atlas two") == run


async def test_the_ticket_of_a_run_that_is_over_counts_no_more(lab: Lab) -> None:
    run = writing("a")
    await join(lab, run)
    ticket = await drawn(lab)

    await leave(lab, run, RunStatus.CANCELLED)

    assert await claimed(lab, run, ticket) is None
    assert await lab.value("SELECT count(*) FROM atlas.procrastinate_jobs") == 0


async def test_a_run_handed_on_keeps_its_place_and_leaves_no_old_ticket(lab: Lab) -> None:
    run, behind = writing("a"), writing("a")
    await join(lab, run, behind)
    before = (await tickets(lab))[run.id]

    async with lab.transactions.begin() as tx:
        await tx.queue.again(run)

    now = await tickets(lab)
    assert set(now) == {run.id}
    assert now[run.id] > before
    assert await jobs(lab) == [now[run.id]]


async def test_cancelling_a_run_at_work_asks_procrastinate_to_abort_it(lab: Lab) -> None:
    desk, run = RunDesk(lab.transactions, CLOCK), writing("a")
    await join(lab, run)
    ticket = await drawn(lab)
    async with lab.transactions.begin() as tx:
        await tx.runs.save(replace(run, status=RunStatus.RUNNING))

    await desk.cancel(run.id, OLGA)

    query = "SELECT abort_requested FROM atlas.procrastinate_jobs WHERE id = $1"
    assert await lab.value(query, ticket) is True


async def test_ending_what_works_for_a_run_ends_that_and_nothing_else(lab: Lab) -> None:
    run, other = writing("a"), writing("b")
    database = Database(lab.url, DatabaseLimits(connections=2))
    begin = Lab(lab.url, database, lab.folder, lab.shields).transactions.begin

    async def work(run_id: str) -> None:
        async with begin(run_id) as tx:
            await tx.outbox._connection.exec_driver_sql("SELECT pg_sleep(20)")

    tasks = [asyncio.ensure_future(work(each.id)) for each in (run, other)]
    active = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)'"

    async def both() -> bool | None:
        return True if await lab.value(active) == 2 else None

    await eventually(both)
    await PostgresSessions(lab.database).end(run.id)

    async with asyncio.timeout(2):
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert [task.done() for task in tasks] == [True, False]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await database.close()
