"""Quiet hours and maintenance end when the clock of their zone says so."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.routing.hours import ends, span_words, told
from engine.catalog.routing import EVERY_DAY, Hours, Stretch
from tests.alerts.routing.builders import AT_NIGHT, BERLIN, NIGHT, NOON

ZONE = ZoneInfo(BERLIN)
FRIDAY, SATURDAY, SUNDAY = 5, 6, 0


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment of 2026 by the clock of Berlin."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (berlin(2, 21, 59), None),
        (berlin(2, 22), berlin(3, 7)),
        (berlin(3, 6, 59), berlin(3, 7)),
        (berlin(3, 7), None),
    ],
)
def test_a_night_lasts_from_its_first_to_its_last_minute(
    at: datetime, end: datetime | None
) -> None:
    assert ends(AT_NIGHT, at) == end
    assert ends(AT_NIGHT, at.astimezone(ZoneInfo("Asia/Tokyo"))) == end


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(berlin(28, 22), 8), (berlin(27, 22), 9), (berlin(24, 22, month=10), 10)],
    ids=["spring", "before", "autumn"],
)
def test_a_night_in_which_the_clock_changes_ends_at_the_same_clock_time(
    evening: datetime, hours: int
) -> None:
    end = ends(AT_NIGHT, evening)

    assert end is not None
    assert end.astimezone(ZONE).time() == time(7)
    assert end - evening.astimezone(UTC) == timedelta(hours=hours)


def test_what_ends_within_an_hour_that_comes_twice_ends_once() -> None:
    until_half_past_two = Hours(time(22), time(2, 30), BERLIN)
    early = berlin(25, 2, 15, month=10)

    assert ends(until_half_past_two, early) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert ends(until_half_past_two, early.replace(fold=1)) is None


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    fridays = Hours(time(22), time(7), BERLIN, frozenset({FRIDAY}))

    assert ends(fridays, berlin(6, 23)) == berlin(7, 7)
    assert ends(fridays, berlin(7, 6)) == berlin(7, 7)
    assert ends(fridays, berlin(6, 6)) is None
    assert ends(fridays, berlin(7, 23)) is None


def test_days_that_touch_are_quiet_to_the_end_of_the_last() -> None:
    weekend = Hours(time(), time(), BERLIN, frozenset({SATURDAY, SUNDAY}))

    assert ends(weekend, berlin(7, 0)) == berlin(9, 0)
    assert ends(weekend, berlin(8, 23, 59)) == berlin(9, 0)
    assert ends(weekend, berlin(9, 0)) is None


def test_what_never_ends_is_told_an_end_that_comes() -> None:
    assert ends(Hours(time(), time(), "UTC"), NOON) == datetime(2026, 3, 17, tzinfo=UTC)


def test_a_stretch_holds_its_beginning_and_not_its_end() -> None:
    stretch = Stretch(NOON, NIGHT)

    assert ends(stretch, NOON) == NIGHT
    assert ends(stretch, NIGHT) is None
    assert ends(stretch, NOON - timedelta(seconds=1)) is None


clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # given a zone beside


@given(
    clocks,
    clocks,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from([BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    moments,
)
def test_the_end_comes_later_and_is_not_quiet_itself(
    start: time, end: time, days: frozenset[int], zone: str, at: datetime
) -> None:
    hours = Hours(start, end, zone, days)

    over = ends(hours, at)

    if over is not None:
        assert over > at
        if start != end or days != EVERY_DAY:
            assert ends(hours, over) is None


def test_a_moment_is_told_with_its_day_where_that_is_another_one() -> None:
    assert told(NIGHT, NOON, BERLIN) == "23:00 CET"
    assert told(NIGHT, NOON, "Asia/Tokyo") == "Tue 3 Mar 07:00 JST"
    assert told(NOON.replace(year=2027), NOON, "UTC") == "Tue 2 Mar 2027 11:00 UTC"


def test_a_span_is_told_in_the_largest_unit_that_fits() -> None:
    assert span_words(timedelta(minutes=90)) == "90 minutes"
    assert span_words(timedelta(hours=1)) == "1 hour"
    assert span_words(timedelta(days=2)) == "2 days"
