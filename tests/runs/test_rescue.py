"""What a worker left behind is handed on, and nothing that somebody works at."""

import asyncio

import pytest

from engine.errors import DatabaseUnreachable
from engine.runs.model import RunStatus, StepKind
from engine.runs.rescue import LOOK, Rescue
from engine.testing.transactions import MemoryTransaction
from tests.builders import RUN_ID, a_project, a_table
from tests.runs.doings import Gate, taking, until
from tests.workshop import WORKER, Workshop

SILENT = 8.0


def a_rescue(shop: Workshop) -> Rescue[MemoryTransaction]:
    """A process that watches."""
    return Rescue(shop.transactions, shop.sessions, shop.clock, SILENT)


async def left(status: RunStatus = RunStatus.RUNNING) -> Workshop:
    """A shop whose one worker took a run and died; it stands at its check, or was never begun."""
    gate = Gate()
    shop = Workshop(a_project([a_table()], ()), steps={StepKind.CHECK: gate})
    await shop.queued("medallion")
    ticket = shop.state.tickets[RUN_ID].number
    if status is RunStatus.QUEUED:
        async with shop.transactions.begin() as tx:
            await tx.queue.claim(RUN_ID, ticket, WORKER)
    else:
        work = asyncio.ensure_future(shop.worker.take(RUN_ID, ticket))
        await until(lambda: gate.reached)
        shop.transactions.faults.plan("begin", RuntimeError("the process is no more"), times=1)
        work.cancel()
        await asyncio.wait([work])
    gate.open.set()
    shop.transactions.alive.clear()
    return shop


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.RUNNING])
async def test_a_run_is_handed_on_when_two_looks_found_it_left(status: RunStatus) -> None:
    shop = await left(status)
    rescue, ticket = a_rescue(shop), shop.state.tickets[RUN_ID]

    await rescue.look()
    assert shop.state.tickets[RUN_ID] == ticket
    await rescue.look()
    assert shop.state.tickets[RUN_ID].number > ticket.number

    run = await shop.taken(RUN_ID)
    assert run.status is RunStatus.SUCCEEDED
    assert [what for what, _ in shop.state.deeds_of(RUN_ID)] == ["loaded", "staged", "published"]


async def test_a_worker_that_was_heard_of_again_keeps_its_run() -> None:
    shop = await left()
    rescue, ticket = a_rescue(shop), shop.state.tickets[RUN_ID]

    for alive in (False, True, False, True):
        if alive:
            shop.transactions.alive.add(WORKER)
        else:
            shop.transactions.alive.clear()
        await rescue.look()

    assert shop.state.tickets[RUN_ID] == ticket
    assert shop.sessions.workers == []


async def test_what_is_at_work_or_waits_is_left_alone() -> None:
    gate = Gate()
    shop = Workshop(steps={StepKind.INGEST: gate})
    await shop.queued("ingest")
    await shop.queued("ingest", run_id="22222222")
    async with taking(shop, RUN_ID):
        await until(lambda: gate.reached)
        tickets = dict(shop.state.tickets)
        for _ in range(4):
            await a_rescue(shop).look()

        assert shop.state.tickets == tickets


async def test_the_transactions_of_a_silent_worker_are_ended_before_its_runs_are_touched() -> None:
    shop = await left()
    rescue, ticket = a_rescue(shop), shop.state.tickets[RUN_ID]
    await rescue.look()
    assert shop.sessions.workers == []
    shop.transactions.faults.plan("begin", DatabaseUnreachable("away"), after=1)

    with pytest.raises(DatabaseUnreachable):
        await rescue.look()

    assert shop.sessions.workers == [WORKER]
    assert shop.state.tickets[RUN_ID] == ticket


async def test_of_two_that_watch_the_second_finds_nothing_left() -> None:
    shop = await left()
    first, second = a_rescue(shop), a_rescue(shop)
    await first.look()
    await second.look()
    await first.look()
    ticket = shop.state.tickets[RUN_ID]

    await second.look()

    assert shop.state.tickets[RUN_ID] == ticket


async def test_after_an_outage_every_worker_gets_time_for_a_sign_of_life() -> None:
    shop = await left()
    rescue, ticket = a_rescue(shop), shop.state.tickets[RUN_ID]
    seen = len(shop.clock.slept)
    watch = asyncio.ensure_future(rescue.watch())
    await until(lambda: len(shop.clock.slept) == seen + 1)
    shop.transactions.faults.plan("begin", DatabaseUnreachable("away"), times=1)
    await until(lambda: len(shop.clock.slept) == seen + 3)

    assert shop.state.tickets[RUN_ID] == ticket, "one look before the outage does not count"
    await until(lambda: shop.state.tickets[RUN_ID] != ticket)
    watch.cancel()
    await asyncio.wait([watch])
    assert set(shop.clock.slept[seen:]) == {LOOK}


async def test_a_run_that_was_passed_over_in_line_is_let_in_by_the_next_look() -> None:
    shop = Workshop(a_project([a_table()], ()))
    await shop.queued("ingest")
    shop.state.tickets.clear()  # as where somebody held its row while others were let in

    await a_rescue(shop).look()

    assert RUN_ID in shop.state.tickets
