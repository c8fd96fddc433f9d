"""A recurrence comes once for each time, also where clocks change; the alarm rings."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.scheduler import SchedulerAlarm, TriggerTimetable
from engine.recurrence import Cron, Every, Once, Recurrence, Unit
from tests.world import PATIENCE

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")

numbers = st.integers(0, 6)
lines = st.builds(
    "{} {} {} * {}".format,
    st.integers(0, 59),
    st.integers(0, 23) | st.sampled_from(["*", "*/2", "9-17", "2,3"]),
    st.just("*") | st.integers(1, 31),
    st.just("*") | numbers,
)
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2027, 12, 31),  # noqa: DTZ001  # as above
    timezones=st.just(UTC),
)


def times(recurrence: Recurrence, after: str, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """The next times as that zone's clocks show them."""
    moment = since = datetime.fromisoformat(after).replace(tzinfo=zone)
    found = []
    for _ in range(count):
        coming = TriggerTimetable().after(recurrence, moment, since)
        if coming is None:
            break
        moment = coming
        found.append(coming.astimezone(zone).isoformat(sep=" ", timespec="minutes"))
    return found


def cron(text: str, zone: str = "Europe/Berlin") -> Cron:
    return Cron.read(text, zone)


def test_weekdays_are_those_of_cron_where_sunday_is_0_and_7() -> None:
    assert times(cron("0 9 * * 1-5"), "2026-03-06 10:00", 2) == [
        "2026-03-09 09:00+01:00",
        "2026-03-10 09:00+01:00",
    ]
    sunday = ["2026-03-08 09:00+01:00"]
    assert times(cron("0 9 * * 0"), "2026-03-06 10:00", 1) == sunday
    assert times(cron("0 9 * * 7"), "2026-03-06 10:00", 1) == sunday


def test_a_day_of_the_month_and_a_weekday_mean_either_as_in_cron() -> None:
    assert times(cron("0 0 13 * 5"), "2026-03-07 00:00", 3) == [
        "2026-03-13 00:00+01:00",
        "2026-03-20 00:00+01:00",
        "2026-03-27 00:00+01:00",
    ]
    assert times(cron("0 0 10 * 5"), "2026-03-07 00:00", 2) == [
        "2026-03-10 00:00+01:00",
        "2026-03-13 00:00+01:00",
    ]


def test_a_time_that_the_clocks_skip_comes_once_an_hour_later() -> None:
    assert times(cron("30 2 * * *"), "2026-03-28 12:00", 2) == [
        "2026-03-29 03:30+02:00",
        "2026-03-30 02:30+02:00",
    ]
    assert times(cron("30 2 * * *"), "2026-03-29 03:10", 1) == ["2026-03-29 03:30+02:00"]


def test_a_time_that_the_clocks_repeat_comes_once() -> None:
    assert times(cron("30 2 * * *"), "2026-10-24 12:00", 2) == [
        "2026-10-25 02:30+02:00",
        "2026-10-26 02:30+01:00",
    ]


def test_what_comes_each_hour_comes_in_the_repeated_hour_too() -> None:
    assert times(cron("30 * * * *"), "2026-10-25 01:00", 4) == [
        "2026-10-25 01:30+02:00",
        "2026-10-25 02:30+02:00",
        "2026-10-25 02:30+01:00",
        "2026-10-25 03:30+01:00",
    ]


def test_days_and_weeks_keep_their_clock_time_and_hours_their_length() -> None:
    start = datetime(2026, 3, 27, 9, tzinfo=BERLIN)
    days = Every(2, Unit.DAY, "Europe/Berlin", start)
    hours = Every(12, Unit.HOUR, "Europe/Berlin", start)

    assert times(days, "2026-03-27 10:00", 2) == [
        "2026-03-29 09:00+02:00",
        "2026-03-31 09:00+02:00",
    ]
    assert times(hours, "2026-03-28 12:00", 2) == [
        "2026-03-28 21:00+01:00",
        "2026-03-29 10:00+02:00",
    ]


def test_an_interval_without_a_start_comes_at_round_times() -> None:
    quarter = Every(15, Unit.MINUTE, "Europe/Berlin")

    assert times(quarter, "2026-03-11 10:37", 2) == [
        "2026-03-11 10:45+01:00",
        "2026-03-11 11:00+01:00",
    ]


def test_a_moment_comes_once_and_a_day_that_does_not_exist_never() -> None:
    once = Once(datetime(2027, 3, 3, 14, tzinfo=BERLIN), "Europe/Berlin")

    assert times(once, "2026-03-11 10:37", 3) == ["2027-03-03 14:00+01:00"]
    assert times(cron("0 0 31 2 *"), "2026-03-11 10:37", 1) == []
    assert times(cron("0 0 29 2 *"), "2028-03-01 00:00", 1) == ["2032-02-29 00:00+01:00"]


@given(lines, st.sampled_from(ZONES), moments)
def test_each_time_lies_ahead_and_no_wall_time_comes_twice(
    line: str, zone: str, moment: datetime
) -> None:
    found, timetable = [moment], TriggerTimetable()
    while len(found) < 8 and (coming := timetable.after(cron(line, zone), found[-1], moment)):
        found.append(coming)

    assert all(before < after for before, after in pairwise(found))
    if line.split()[1] != "*":
        walls = [each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in found[1:]]
        assert len(set(walls)) == len(walls)


@given(lines, st.sampled_from(ZONES), moments, st.integers(1, 100_000))
def test_looking_from_a_later_moment_finds_the_same_time(
    line: str, zone: str, moment: datetime, seconds: int
) -> None:
    timetable = TriggerTimetable()
    coming = timetable.after(cron(line, zone), moment, moment)
    between = moment + timedelta(seconds=seconds)

    if coming is not None and between < coming:
        assert timetable.after(cron(line, zone), between, moment) == coming


async def test_the_alarm_rings_at_its_moment_and_forgets_what_is_not_set_any_more() -> None:
    alarm, rang = SchedulerAlarm(), asyncio.Event()
    soon = datetime.now(UTC) + timedelta(seconds=0.1)
    far = soon + timedelta(days=1)

    with alarm.ringing(rang.set):
        alarm.set({"SCH-1": far, "SCH-2": soon})
        alarm.set({"SCH-1": soon})
        async with asyncio.timeout(PATIENCE):
            await rang.wait()
        rang.clear()
        alarm.set({"SCH-1": soon, "SCH-3": soon + timedelta(seconds=0.1)})
        async with asyncio.timeout(PATIENCE):
            await rang.wait()
        rang.clear()
        alarm.set({"SCH-4": datetime.now(UTC) + timedelta(seconds=0.1)})
        alarm.set({})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await rang.wait()
