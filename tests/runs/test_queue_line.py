"""Who may go: of the runs that write one table the first in line, and all others at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from engine.commands import CheckQuality
from engine.outcome import Accepted
from engine.runs.model import Priority, Run, RunStatus, StepKind
from tests.builders import a_model, a_project, a_table, an_asker
from tests.runs.doings import Gate, ordered, taking, until
from tests.workshop import Workshop


def in_line(shop: Workshop) -> list[str]:
    """The runs that may go, in the order in which they were let."""
    return sorted(shop.state.tickets, key=lambda run_id: shop.state.tickets[run_id].number)


async def later(shop: Workshop, pipeline: str, table: str | None = None, **changes: object) -> Run:
    """A run that was ordered a second after the one before."""
    shop.clock.advance(1)
    return await ordered(shop, pipeline, table, **changes)


async def test_runs_of_different_tables_may_go_at_once() -> None:
    shop = Workshop()

    runs = [await ordered(shop, "ingest", name) for name in ("customers", "orders")]

    assert in_line(shop) == [run.id for run in runs]


async def test_two_runs_of_one_table_are_never_at_work_together() -> None:
    gate = Gate()
    shop = Workshop(steps={StepKind.INGEST: gate})
    first = await ordered(shop, "ingest", "customers")
    second = await later(shop, "medallion", "customers")
    other = await later(shop, "ingest", "orders")

    assert in_line(shop) == [first.id, other.id]
    async with taking(shop, first.id) as one, taking(shop, other.id, "other worker") as two:
        await until(lambda: len(gate.reached) == 2)
        gate.open.set()
        await asyncio.wait([one, two])

    assert shop.state.runs[second.id].status is RunStatus.QUEUED
    assert in_line(shop) == [second.id]


async def test_the_next_is_let_in_whichever_way_the_one_before_it_ends() -> None:
    shop = Workshop()
    runs = [await later(shop, "ingest", "customers") for _ in range(4)]
    shop.transactions.faults.plan("load", ValueError("a defect"), times=1)

    await shop.taken(runs[0].id)
    assert in_line(shop) == [runs[1].id]
    await shop.desk.cancel(runs[1].id, an_asker())
    assert in_line(shop) == [runs[2].id]
    await shop.taken(runs[2].id)
    assert in_line(shop) == [runs[3].id]

    ends = [shop.state.runs[run.id].status for run in runs]
    assert ends == ["failed", "cancelled", "succeeded", "queued"]


async def test_what_a_person_asked_for_goes_before_what_a_schedule_did() -> None:
    shop = Workshop()
    working = await later(shop, "ingest", "customers", priority=Priority.SCHEDULE)
    scheduled = await later(shop, "ingest", "customers", priority=Priority.SCHEDULE)
    backfill = await later(shop, "ingest", "customers", priority=Priority.BACKFILL)
    asked = await later(shop, "ingest", "customers", priority=Priority.PERSON)
    order = []

    while shop.state.tickets:
        (run_id,) = in_line(shop)
        order.append(run_id)
        await shop.taken(run_id)

    assert order == [working.id, asked.id, backfill.id, scheduled.id]


async def test_a_run_of_many_tables_is_not_overtaken_by_later_runs_of_one_of_them() -> None:
    shop = Workshop(a_project(models=(a_model(),)))
    await later(shop, "ingest", "customers")
    both = await later(shop, "ingest")

    for _ in range(3):
        await later(shop, "ingest", "orders")

    assert both.id not in in_line(shop)
    assert len(in_line(shop)) == 1, "who wants a table that it waits for waits behind it"
    await shop.taken(in_line(shop)[0])
    assert in_line(shop) == [both.id]


async def test_a_run_that_only_looks_waits_for_nobody() -> None:
    shop = Workshop()
    await ordered(shop, "medallion")

    outcome = await shop.ask(CheckQuality("silver.customers"))

    assert isinstance(outcome, Accepted)
    assert outcome.run_id in in_line(shop)


async def test_runs_of_the_same_moment_have_an_order_too() -> None:
    shop = Workshop(a_project([a_table()], ()))
    runs = [await shop.queued("ingest", run_id=f"1111111{n}") for n in (3, 1, 2)]

    assert in_line(shop) == [runs[0].id], "who came first went first"
    await shop.taken(runs[0].id)
    assert in_line(shop) == ["11111111"]


async def test_a_run_put_back_keeps_its_place_before_those_that_came_later() -> None:
    gate = Gate()
    shop = Workshop(steps={StepKind.INGEST: gate})
    first = await ordered(shop, "ingest", "customers")
    await later(shop, "ingest", "customers", priority=Priority.PERSON)

    async with taking(shop, first.id):
        await until(lambda: gate.reached)

    assert shop.state.runs[first.id].status is RunStatus.QUEUED
    assert in_line(shop) == [first.id]


async def test_a_row_of_the_future_does_not_go_first() -> None:
    """A machine whose clock runs ahead stores a later time; the line goes by what is stored."""
    shop = Workshop(a_project([a_table()], ()))
    working = await ordered(shop)
    ahead = await ordered(shop)
    shop.keep(replace(ahead, requested_at=ahead.requested_at + timedelta(days=1)))
    present = await later(shop, "ingest")

    await shop.taken(working.id)

    assert in_line(shop) == [present.id]
