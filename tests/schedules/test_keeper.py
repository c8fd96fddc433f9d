"""A due time starts one run: whoever looks, however late, and whatever breaks in between."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DatabaseUnreachable, NotAllowed, TooManyRuns
from engine.recurrence import Cron, Once
from engine.schedules.model import GRACE, Missed, Schedule, Turn, number_of
from engine.testing.schedules import MemoryAlarm
from tests.schedules.builders import DAILY, NOON, Shop, a_schedule
from tests.world import eventually

HOUR = timedelta(hours=1)


async def test_what_is_due_starts_once_and_waits_for_its_next_time() -> None:
    shop = Shop()
    await shop.keep(a_schedule())

    await shop.keeper().look()
    await shop.keeper().look()

    (schedule,) = await shop.schedules()
    assert shop.orders.asked == ["schedule:SCH-1:2026-03-02T12:00:00+00:00"]
    assert schedule.next_due == NOON + HOUR
    assert (schedule.last_due, schedule.last_run_id) == (NOON, "RUN1")


async def test_what_is_not_due_or_paused_starts_nothing() -> None:
    shop = Shop()
    await shop.keep(a_schedule(next_due=NOON + HOUR), a_schedule(paused=True))

    await shop.keeper().look()

    assert shop.orders.asked == []


async def test_keepers_that_look_at_once_start_each_due_time_once() -> None:
    shop = Shop()
    await shop.keep(*(a_schedule(table=f"table_{number}") for number in range(20)))

    await asyncio.gather(*(shop.keeper().look() for _ in range(3)))

    assert len(set(shop.orders.asked)) == len(shop.orders.runs) == 20
    assert {each.next_due for each in await shop.schedules()} == {NOON + HOUR}


async def test_a_keeper_that_died_before_moving_on_leaves_one_run() -> None:
    shop = Shop()
    (schedule,) = await shop.keep(a_schedule())
    await shop.orders.order(schedule)  # the dead one came that far

    await shop.keeper().look()

    (after,) = await shop.schedules()
    assert list(shop.orders.runs.values()) == ["RUN1"]
    assert (after.last_run_id, after.next_due) == ("RUN1", NOON + HOUR)


async def test_many_missed_times_are_caught_up_by_one_run() -> None:
    shop = Shop()
    await shop.keep(a_schedule())
    shop.clock.advance(10.5 * 3600)

    await shop.keeper().look()
    await shop.keeper().look()

    (schedule,) = await shop.schedules()
    assert len(shop.orders.runs) == 1
    assert schedule.next_due == NOON + 11 * HOUR
    assert shop.told == []


async def test_missed_times_are_skipped_where_that_is_set_and_somebody_hears_of_it() -> None:
    shop = Shop()
    await shop.keep(a_schedule(), a_schedule(Once(NOON, "UTC")))
    shop.clock.advance(10.5 * 3600)

    await shop.keeper(Missed.SKIP).look()

    (schedule,) = await shop.schedules()
    assert shop.orders.runs == {}
    assert schedule.next_due == NOON + 11 * HOUR
    assert schedule.last_run_id is None
    assert shop.told == [f"SCH-{n} skipped bronze_to_silver for customers" for n in (1, 2)]


async def test_a_time_within_the_grace_is_never_missed() -> None:
    shop = Shop()
    await shop.keep(a_schedule())
    shop.clock.advance(GRACE.total_seconds())

    await shop.keeper(Missed.SKIP).look()

    assert len(shop.orders.runs) == 1


async def test_a_schedule_for_one_moment_ends_with_it() -> None:
    shop = Shop()
    await shop.keep(a_schedule(Once(NOON, "UTC")))

    await shop.keeper().look()
    await shop.keeper().look()

    assert len(shop.orders.runs) == 1
    assert await shop.schedules() == ()


async def test_a_refusal_is_told_once_where_it_was_scheduled_and_the_schedule_goes_on() -> None:
    shop = Shop()
    shop.orders.refusal = NotAllowed("Your role here is viewer.", "Ask an admin.")
    await shop.keep(a_schedule())

    await asyncio.gather(*(shop.keeper().look() for _ in range(2)))

    (kept,) = shop.transactions.state.posts.values()
    (schedule,) = await shop.schedules()
    assert kept.revision == 1
    assert kept.post.place == "web:#general"
    assert kept.post.card.title == "SCH-1 could not start bronze_to_silver for customers"
    assert kept.post.card.text == "Your role here is viewer. Ask an admin."
    assert (schedule.next_due, schedule.last_run_id) == (NOON + HOUR, None)


async def test_a_refusal_of_what_was_scheduled_at_a_terminal_is_told_where_somebody_is() -> None:
    shop = Shop()
    shop.orders.refusal = NotAllowed("no")
    schedule = a_schedule()
    await shop.keep(replace(schedule, asker=replace(schedule.asker, platform="terminal")))

    await shop.keeper().look()

    (kept,) = shop.transactions.state.posts.values()
    assert kept.post.place == "web:#general"


async def test_programs_without_a_channel_get_no_post() -> None:
    shop = Shop()
    shop.orders.refusal = NotAllowed("no")
    schedule = a_schedule()
    await shop.keep(replace(schedule, asker=replace(schedule.asker, channel="")))

    await shop.keeper().look()

    assert shop.told == []


@pytest.mark.parametrize("error", [TooManyRuns("full"), DatabaseUnreachable("gone")])
async def test_what_passes_by_itself_is_tried_again(
    error: TooManyRuns | DatabaseUnreachable,
) -> None:
    shop = Shop()
    shop.orders.refusal = error
    await shop.keep(a_schedule())
    await shop.keeper().look()
    (waiting,) = await shop.schedules()

    shop.orders.refusal = None
    await shop.keeper().look()

    assert waiting.next_due == NOON
    assert len(shop.orders.runs) == 1
    assert shop.told == []


async def test_a_defect_in_one_schedule_does_not_stop_the_others() -> None:
    shop = Shop()
    broken = Cron("nonsense", "UTC")
    await shop.keep(a_schedule(broken), a_schedule(table="orders"))

    await shop.keeper().look()

    assert (await shop.schedules())[1].last_run_id is not None


async def test_a_keeper_at_work_sets_the_alarm_and_looks_again_when_it_is_woken() -> None:
    shop, alarm = Shop(), MemoryAlarm()
    keeper = shop.keeper()
    await shop.keep(
        a_schedule(DAILY, next_due=NOON + HOUR), a_schedule(paused=True, next_due=NOON + 2 * HOUR)
    )

    async with asyncio.TaskGroup() as group:
        task = group.create_task(keeper.run(alarm), name="keeper")
        await eventually(lambda: _true(alarm.moments == {"SCH-1": NOON + HOUR}))
        shop.clock.advance(3600)
        keeper.wake()
        await eventually(lambda: _true(alarm.moments == {"SCH-1": NOON + 25 * HOUR}))
        task.cancel()

    assert len(shop.orders.runs) == 1


async def _true(fact: bool) -> bool | None:
    return fact or None


@given(
    late=st.integers(-7200, 7200),
    paused=st.booleans(),
    missed=st.sampled_from(Missed),
)
def test_a_schedule_starts_when_its_time_has_come_and_is_skipped_only_when_missed(
    late: int, paused: bool, missed: Missed
) -> None:
    schedule: Schedule = a_schedule(paused=paused)

    turn = schedule.turn(NOON + timedelta(seconds=late), missed)

    assert (turn is Turn.WAIT) == (paused or late < 0)
    assert (turn is Turn.SKIP) == (not paused and late > 60 and missed is Missed.SKIP)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("SCH-3", 3), ("sch 3", 3), ("3", 3), ("#12", 12), ("SCH-", None), ("three", None),
     ("SCH-99999999999", None), ("", None)],
)  # fmt: skip
def test_an_id_is_read_as_people_type_it(typed: str, number: int | None) -> None:
    assert number_of(typed) == number
