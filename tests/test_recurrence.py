"""Recurrences: one normal form of a cron line, words that people say, JSON."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RecurrenceUnreadable
from engine.recurrence import Cron, Every, Once, Recurrence, Unit, from_json, ordinal, to_json

BERLIN = "Europe/Berlin"
NINE = datetime(2027, 3, 3, 9, tzinfo=ZoneInfo(BERLIN))


def field(first: int, last: int) -> st.SearchStrategy[str]:
    """A field of a cron line: a star, a step, numbers and ranges."""
    number = st.integers(first, last)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    part = number.map(str) | span | st.tuples(span, st.integers(1, 9)).map("{0[0]}/{0[1]}".format)
    return (
        st.just("*")
        | st.integers(1, 9).map("*/{}".format)
        | st.lists(part, min_size=1, max_size=4).map(",".join)
    )


cron_lines = st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7)).map(
    " ".join
)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("* * * * *", "every minute"),
        ("0 * * * *", "every hour"),
        ("0 9 * * *", "every day at 09:00"),
        ("0 9 * * 1-5", "every weekday at 09:00"),
        ("0 9 * * MON-FRI", "every weekday at 09:00"),
        ("0 9,17 * * 1,2,3,4,5", "every weekday at 09:00 and 17:00"),
        ("30 18 * * mon,THU", "every Monday and Thursday at 18:30"),
        ("0 0 * * 7", "every Sunday at 00:00"),
        ("0 0 * * 5-7", "every Friday, Saturday and Sunday at 00:00"),
        ("0 7 1,15 * *", "on the 1st and 15th of every month at 07:00"),
        ("*/15 * * * *", "cron */15 * * * *"),
        ("5/20 * * * *", "cron 5,25,45 * * * *"),
        ("0 9-17 * * *", "cron 0 9-17 * * *"),
        ("0 0 13 * 5", "cron 0 0 13 * 5"),
        ("0 9 1 jan *", "cron 0 9 1 1 *"),
    ],
)
def test_a_cron_line_is_told_as_people_say_it(line: str, told: str) -> None:
    recurrence = Cron.read(line, BERLIN)

    assert recurrence.rhythm == told
    assert str(recurrence) == f"{told} {BERLIN}"


def test_intervals_and_moments_are_told_as_people_say_them() -> None:
    assert str(Every(15, Unit.MINUTE, "UTC")) == "every 15 minutes UTC"
    assert str(Every(2, Unit.WEEK, BERLIN, NINE)) == (
        "every 2 weeks from 3 March 2027 at 09:00 Europe/Berlin"
    )
    assert str(Once(NINE, BERLIN)) == "on 3 March 2027 at 09:00 Europe/Berlin"
    assert str(Once(NINE.astimezone(UTC).replace(second=5), "UTC")) == (
        "on 3 March 2027 at 08:00:05 UTC"
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "*/ * * * *",
        "a * * * *",
        "mon * * * *",
        "1,,2 * * * *",
        "-1 * * * *",
        "٣ * * * *",
    ],
)
def test_what_is_no_cron_line_is_refused_with_how_to_write_one(line: str) -> None:
    with pytest.raises(RecurrenceUnreadable) as refused:
        Cron.read(line, "UTC")

    assert "0 9 * * 1-5" in refused.value.hint


@given(cron_lines)
def test_the_normal_form_of_a_cron_line_means_the_same_and_is_its_own(line: str) -> None:
    found = Cron.read(line, "UTC")
    minute, hour, *_, weekday = line.split()
    sunday_is_0 = frozenset(0 if number == 7 else number for number in _meant(weekday, 0, 7))

    assert Cron.read(found.text, "UTC") == found
    assert found.values[:2] == (_meant(minute, 0, 59), _meant(hour, 0, 23))
    assert found.values[4] == sunday_is_0


def _meant(text: str, first: int, last: int) -> frozenset[int]:
    """The numbers of a field, by reading it the long way."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        low, _, high = (f"{first}-{last}" if span == "*" else span).partition("-")
        numbers = range(int(low), int(high or low) + 1)
        found.update(number for at, number in enumerate(numbers) if at % int(step or 1) == 0)
    return frozenset(found)


@pytest.mark.parametrize(
    "recurrence",
    [
        Cron.read("0 9 * * 1-5", BERLIN),
        Every(15, Unit.MINUTE, "UTC"),
        Every(2, Unit.WEEK, BERLIN, NINE),
        Once(NINE, BERLIN),
    ],
    ids=str,
)
def test_a_recurrence_comes_back_from_its_json(recurrence: Recurrence) -> None:
    assert from_json(to_json(recurrence)) == recurrence
    assert str(from_json(to_json(recurrence))) == str(recurrence)


def test_ordinals_are_spelled_as_in_english() -> None:
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31)

    assert " ".join(map(ordinal, numbers)) == "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 31st"
