"""What people say about schedules is done, or refused with what would be possible."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.commands import (
    DeleteSchedule,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    SchedulePipeline,
)
from engine.errors import NotSchedulable, UnknownSchedule, UnknownTimeZone, WhichSchedule
from engine.recurrence import Cron, Every, Once, Unit
from engine.schedule_answers import ScheduleAnswers
from tests.builders import an_asker
from tests.schedules.builders import HOURLY, NOON, Shop, a_schedule

BERLIN = "Europe/Berlin"
NINE = Cron.read("0 9 * * 1-5", BERLIN)
HOUR = timedelta(hours=1)


async def test_a_schedule_knows_its_next_times_in_its_own_zone() -> None:
    shop = Shop()

    made = await shop.desk.schedule(SchedulePipeline("medallion", NINE), an_asker())

    assert made.id == "SCH-1"
    assert [str(each) for each in shop.desk.times(made)] == [
        "2026-03-03 08:00:00+00:00",
        "2026-03-04 08:00:00+00:00",
        "2026-03-05 08:00:00+00:00",
    ]


async def test_what_is_said_twice_is_scheduled_once() -> None:
    shop = Shop()
    command = SchedulePipeline("medallion", NINE)

    first = await shop.desk.schedule(command, an_asker())
    again = await shop.desk.schedule(command, an_asker("olga"))
    other = await shop.desk.schedule(replace(command, table="orders"), an_asker())

    assert again == first
    assert other.id == "SCH-2"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (Once(NOON - HOUR, "UTC"), "That time has passed: on 2 March 2026 at 11:00 UTC."),
        (Once(NOON - timedelta(seconds=11), "UTC"), "That time has passed"),
        (Cron.read("0 0 31 2 *", "UTC"), "There is no such time: cron 0 0 31 2 * UTC."),
        (Every(30, Unit.SECOND, "UTC"), "Every 30 seconds is too often."),
    ],
)
async def test_a_time_that_can_not_be_is_refused_as_it_was_understood(
    when: Cron | Every | Once, said: str
) -> None:
    shop = Shop()

    with pytest.raises(NotSchedulable) as refused:
        await shop.desk.schedule(SchedulePipeline("medallion", when), an_asker())

    assert said in refused.value.message
    assert refused.value.hint
    assert await shop.schedules() == ()


async def test_an_unknown_time_zone_is_refused_with_those_that_are_close() -> None:
    command = SchedulePipeline("medallion", replace(NINE, zone="Europe/Berln"))

    with pytest.raises(UnknownTimeZone) as refused:
        await Shop().desk.schedule(command, an_asker())

    assert refused.value.close[0] == BERLIN


async def test_resuming_starts_from_the_next_time_and_catches_up_on_nothing() -> None:
    shop = Shop()
    await shop.keep(a_schedule())

    paused = await shop.desk.pause(PauseSchedule("SCH-1"))
    shop.clock.advance(5.5 * 3600)
    await shop.keeper().look()
    resumed = await shop.desk.resume(ResumeSchedule("sch-1"))
    await shop.keeper().look()

    assert paused.paused
    assert shop.desk.times(paused) == ()
    assert resumed.next_due == NOON + 6 * HOUR
    assert shop.orders.asked == []


async def test_a_moment_that_passed_while_it_was_said_is_due_at_once() -> None:
    shop = Shop()
    just_now = NOON - timedelta(seconds=2)

    await shop.desk.schedule(SchedulePipeline("medallion", Once(just_now, "UTC")), an_asker())
    await shop.keeper().look()

    assert len(shop.orders.asked) == 1


async def test_a_moment_that_passed_during_the_pause_can_not_be_resumed() -> None:
    shop = Shop()
    await shop.keep(a_schedule(Once(NOON, "UTC"), paused=True))
    shop.clock.advance(60)

    with pytest.raises(NotSchedulable, match="has passed"):
        await shop.desk.resume(ResumeSchedule("SCH-1"))


async def test_resuming_what_is_not_paused_leaves_its_time_alone() -> None:
    shop = Shop()
    await shop.keep(a_schedule(next_due=NOON - HOUR))

    assert (await shop.desk.resume(ResumeSchedule("SCH-1"))).next_due == NOON - HOUR


async def test_a_deleted_schedule_is_gone_for_everybody() -> None:
    shop = Shop()
    await shop.keep(a_schedule())

    await shop.desk.delete(DeleteSchedule(table="customers"))
    await shop.keeper().look()

    assert shop.orders.asked == []
    with pytest.raises(UnknownSchedule):
        await shop.desk.pause(PauseSchedule("SCH-1"))


async def test_a_change_needs_exactly_one_schedule() -> None:
    shop = Shop()
    with pytest.raises(WhichSchedule, match="no schedule of orders"):
        await shop.desk.delete(DeleteSchedule(table="orders"))
    await shop.keep(a_schedule())
    with pytest.raises(WhichSchedule):
        await shop.desk.pause(PauseSchedule())
    await shop.keep(a_schedule(table="orders"))

    with pytest.raises(WhichSchedule) as several:
        await shop.desk.delete(DeleteSchedule(pipeline="bronze_to_silver"))
    assert (await shop.desk.pause(PauseSchedule(table="orders"))).id == "SCH-2"

    assert "SCH-1 is bronze_to_silver for customers, every hour UTC" in several.value.hint
    assert "delete schedule SCH-1" in several.value.hint


async def test_the_card_of_a_schedule_shows_its_times_and_what_can_be_done() -> None:
    shop = Shop()
    answers = ScheduleAnswers(shop.desk)

    card = await answers.answer(SchedulePipeline("medallion", NINE, "orders"), an_asker())
    paused = await answers.answer(PauseSchedule("SCH-1"), an_asker())

    assert card.title == "SCH-1: medallion for orders, every weekday at 09:00 Europe/Berlin"
    assert [(fact.name, fact.value) for fact in card.facts] == [
        ("Next", "Tue 3 Mar 2026 09:00 CET"),
        ("Then", "Wed 4 Mar 2026 09:00 CET"),
        ("After that", "Thu 5 Mar 2026 09:00 CET"),
        ("Made by", "Maria"),
    ]
    assert [button.command for button in card.buttons] == [
        "pause schedule SCH-1",
        "delete schedule SCH-1",
    ]
    assert card.buttons[1].confirm
    assert paused.buttons[0].command == "resume schedule SCH-1"


async def test_the_list_shows_all_schedules_those_of_a_table_or_one() -> None:
    shop = Shop()
    answers = ScheduleAnswers(shop.desk)
    nothing = await answers.answer(ListSchedules(), an_asker())
    await shop.keep(a_schedule(next_due=datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
                    a_schedule(table="orders", paused=True))  # fmt: skip

    every = await answers.answer(ListSchedules(), an_asker())
    orders = await answers.answer(ListSchedules(table="orders"), an_asker())
    one = await answers.answer(ListSchedules("SCH-1"), an_asker())

    assert (nothing.title, nothing.table) == ("No schedules", None)
    assert every.table is not None
    assert every.table.rows == (
        ("SCH-1", "bronze_to_silver for customers", str(HOURLY), "Sun 29 Mar 2026 01:30 UTC",
         "active"),
        ("SCH-2", "bronze_to_silver for orders", str(HOURLY), "", "paused"),
    )  # fmt: skip
    assert orders.title == "1 schedule of orders"
    assert one.title.startswith("SCH-1: ")
    with pytest.raises(UnknownSchedule):
        await answers.answer(ListSchedules("SCH-9"), an_asker())


async def test_the_time_of_a_run_that_was_due_is_on_the_card() -> None:
    shop = Shop()
    zone = ZoneInfo(BERLIN)
    await shop.keep(a_schedule(replace(HOURLY, zone=BERLIN)))
    await shop.keeper().look()

    card = await ScheduleAnswers(shop.desk).answer(ListSchedules("SCH-1"), an_asker())

    last = next(fact.value for fact in card.facts if fact.name == "Last")
    assert last == f"{NOON.astimezone(zone):%a} 2 Mar 2026 13:00 CET (run RUN1)"
