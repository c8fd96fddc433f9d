"""Schedules, stored or in memory: they come back as they were, move on once, wake every process."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.adapters.postgres.listener import listening
from engine.adapters.postgres.schedules import CHANNEL
from engine.clock import SystemClock
from engine.recurrence import Cron, Every, Once, Recurrence, Unit
from engine.runs.ports import Transactions
from engine.schedules.model import Digest, Schedule
from engine.schedules.ports import ScheduleTransaction
from engine.testing.clock import FakeClock
from engine.testing.transactions import MemoryTransactions
from tests.adapters.builders import Lab
from tests.schedules.builders import NOON, a_schedule
from tests.world import PATIENCE

HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"


@pytest.fixture(params=["postgres", "memory"])
def transactions(request: pytest.FixtureRequest) -> Transactions[ScheduleTransaction]:
    """Transactions on a swept database, and those of the fakes: both keep the same promises."""
    if request.param == "memory":
        return MemoryTransactions(FakeClock())
    lab: Lab = request.getfixturevalue("lab")
    return lab.transactions


async def keep(
    transactions: Transactions[ScheduleTransaction], *schedules: Schedule
) -> list[Schedule]:
    async with transactions.begin() as tx:
        return [await tx.schedules.add(each) for each in schedules]


@pytest.mark.parametrize(
    "recurrence",
    [
        Cron.read("0 9 * * 1-5", BERLIN),
        Every(2, Unit.WEEK, BERLIN, datetime(2026, 3, 3, 9, tzinfo=ZoneInfo(BERLIN))),
        Once(datetime(2027, 3, 3, 14, tzinfo=UTC), BERLIN),
    ],
    ids=str,
)
async def test_a_schedule_comes_back_as_it_was_stored(
    transactions: Transactions[ScheduleTransaction], recurrence: Recurrence
) -> None:
    asker = replace(a_schedule().asker, thread="t1")

    (made,) = await keep(transactions, a_schedule(recurrence, table=None, asker=asker, paused=True))

    async with transactions.begin() as tx:
        assert await tx.schedules.get(1) == made
        assert await tx.schedules.all() == (made,)
        assert await tx.schedules.get(2) is None
    assert (made.id, made.recurrence, made.asker, made.paused) == ("SCH-1", recurrence, asker, True)


@pytest.mark.parametrize(
    "digest",
    [Digest("web:#finance"), Digest("slack:#finance", 7, quiet=True, title="Monday morning")],
    ids=str,
)
async def test_a_digest_comes_back_as_it_was_stored_and_goes_with_its_schedule(
    transactions: Transactions[ScheduleTransaction], digest: Digest
) -> None:
    wanted = a_schedule(pipeline="", table=None, digest=digest)

    made, plain = await keep(transactions, wanted, a_schedule())

    async with transactions.begin() as tx:
        assert await tx.schedules.get(made.number) == made == replace(wanted, number=made.number)
        assert await tx.schedules.all() == (made, plain)
        assert await tx.schedules.change(replace(made, paused=True))
        assert await tx.schedules.move(replace(made, paused=True), NOON + HOUR, None)
        moved = await tx.schedules.get(made.number)
        assert moved is not None
        assert (moved.digest, moved.next_due, moved.paused) == (digest, NOON + HOUR, True)
        assert await tx.schedules.delete(made.number)
        assert await tx.schedules.all() == (plain,)


async def test_only_the_first_of_several_moves_a_schedule_on(
    transactions: Transactions[ScheduleTransaction],
) -> None:
    (made,) = await keep(transactions, a_schedule())

    async def move(run_id: str) -> bool:
        async with transactions.begin() as tx:
            return await tx.schedules.move(made, NOON + HOUR, run_id)

    moved = await asyncio.gather(*(move(f"RUN{number}") for number in range(5)))

    async with transactions.begin() as tx:
        (after,) = await tx.schedules.all()
    assert sum(moved) == 1
    assert after == replace(
        made, next_due=NOON + HOUR, last_due=NOON, last_run_id=f"RUN{moved.index(True)}"
    )


async def test_a_schedule_without_a_next_time_is_gone_and_its_number_is_not_given_again(
    transactions: Transactions[ScheduleTransaction],
) -> None:
    (made,) = await keep(transactions, a_schedule())

    async with transactions.begin() as tx:
        assert not await tx.schedules.move(replace(made, next_due=NOON + HOUR), None, "RUN1")
        assert await tx.schedules.move(made, None, "RUN1")
        assert not await tx.schedules.delete(made.number)
        assert not await tx.schedules.change(made)

    (another,) = await keep(transactions, a_schedule())
    assert another.id == "SCH-2"


async def test_pausing_changes_nothing_but_that_and_the_due_time(
    transactions: Transactions[ScheduleTransaction],
) -> None:
    (made,) = await keep(transactions, a_schedule())

    async with transactions.begin() as tx:
        assert await tx.schedules.change(
            replace(made, paused=True, next_due=NOON + HOUR, pipeline="other")
        )
        changed = await tx.schedules.get(made.number)

    assert changed == replace(made, paused=True, next_due=NOON + HOUR)


async def test_every_change_wakes_the_other_processes(lab: Lab) -> None:
    heard = asyncio.Event()
    async with listening(lab.url, CHANNEL, heard.set, SystemClock()):
        await _heard(heard)  # once at the beginning
        (made,) = await keep(lab.transactions, a_schedule())
        await _heard(heard)
        async with lab.transactions.begin() as tx:
            await tx.schedules.change(replace(made, paused=True))
        await _heard(heard)
        async with lab.transactions.begin() as tx:
            await tx.schedules.move(made, NOON + HOUR, None)
        await _heard(heard)
        async with lab.transactions.begin() as tx:
            await tx.schedules.delete(made.number)
        await _heard(heard)


async def _heard(event: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE):
        await event.wait()
    event.clear()
