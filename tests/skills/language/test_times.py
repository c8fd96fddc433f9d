"""Times are read in the asker's zone, across clock changes and year ends."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from skills.language.dates import Calendar
from skills.language.times import Period, read_period

BERLIN = ZoneInfo("Europe/Berlin")


def period(text: str, now: str = "2026-03-11 10:30") -> Period | None:
    calendar = Calendar(datetime.fromisoformat(now).replace(tzinfo=BERLIN), BERLIN)
    found = read_period(text.split(), 0, calendar)
    return found[0] if found else None


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN) if text else None


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", "2026-03-11", None),
        ("yesterday", "2026-03-10", "2026-03-11"),
        ("last night", "2026-03-10 18:00", "2026-03-11 08:00"),
        ("this morning", "2026-03-11", None),
        ("yesterday morning", "2026-03-10", "2026-03-10 12:00"),
        ("the day before yesterday", "2026-03-09", "2026-03-10"),
        ("last week", "2026-03-02", "2026-03-09"),
        ("this week", "2026-03-09", None),
        ("last month", "2026-02-01", "2026-03-01"),
        ("since monday", "2026-03-09", None),
        ("since wednesday", "2026-03-11", None),
        ("last wednesday", "2026-03-04", "2026-03-05"),
        ("on monday", "2026-03-09", "2026-03-10"),
        ("since 9am", "2026-03-11 09:00", None),
        ("since 9 am", "2026-03-11 09:00", None),
        ("since 14:00", "2026-03-10 14:00", None),
        ("since noon", "2026-03-10 12:00", None),
        ("since yesterday 9am", "2026-03-10 09:00", None),
        ("since monday at 9:30", "2026-03-09 09:30", None),
        ("in the last 2 hours", "2026-03-11 08:30", None),
        ("last hour", "2026-03-11 09:30", None),
        ("past 24h", "2026-03-10 10:30", None),
        ("last 3 days", "2026-03-08 10:30", None),
        ("last couple of days", "2026-03-09 10:30", None),
        ("2 days ago", "2026-03-09", "2026-03-10"),
        ("since 2 hours ago", "2026-03-11 08:30", None),
        ("on 1 march", "2026-03-01", "2026-03-02"),
        ("on the 1st of march", "2026-03-01", "2026-03-02"),
        ("march 1", "2026-03-01", "2026-03-02"),
        ("since 1 march 2025", "2025-03-01", None),
        ("2026-03-01", "2026-03-01", "2026-03-02"),
        ("since 2026-03-01t09:15", "2026-03-01 09:15", None),
        ("since 03/02", "2026-02-03", None),
        ("since 03/04", "2025-04-03", None),
        ("since 1.3.2026", "2026-03-01", None),
        ("since 12 november", "2025-11-12", None),
        ("since 29 february", "2024-02-29", None),
        ("between 1 march and 3 march", "2026-03-01", "2026-03-04"),
        ("from 1 march to 3 march", "2026-03-01", "2026-03-04"),
        ("between 9am and 10am", "2026-03-11 09:00", "2026-03-11 10:00"),
        ("until 3 march", None, "2026-03-04"),
        ("before 3 march", None, "2026-03-03"),
    ],
)
def test_a_time_is_read_in_the_askers_zone(text: str, since: str | None, until: str | None) -> None:
    assert period(text) == Period(at(since), at(until))


@pytest.mark.parametrize(
    "text",
    [
        "since orders",
        "31 february",
        "since",
        "25:00",
        "last",
        "99/99",
        "may",
        "5",
        "last 99999 days",
    ],
)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert period(text) is None


def test_hours_ago_are_hours_that_passed_when_the_clocks_go_forward() -> None:
    found = period("last 3 hours", "2026-03-29 05:00")

    assert found is not None
    assert found.since is not None
    assert found.since.astimezone(UTC) == datetime(2026, 3, 29, 0, 0, tzinfo=UTC)


def test_hours_ago_are_hours_that_passed_when_the_clocks_go_back() -> None:
    found = period("last 3 hours", "2026-10-25 05:00")

    assert found is not None
    assert found.since is not None
    assert found.since.astimezone(UTC) == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


def test_a_day_with_a_clock_change_is_from_midnight_to_midnight() -> None:
    found = period("yesterday", "2026-03-30 09:00")

    assert found is not None
    assert found.since is not None
    assert found.until is not None
    assert found.since.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert found.until.astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_the_hour_after() -> None:
    assert period("since 2:30", "2026-03-29 09:00") == Period(at("2026-03-29 03:30"), None)


def test_last_night_at_new_year_begins_in_the_old_year() -> None:
    found = period("last night", "2026-01-01 09:00")

    assert found == Period(at("2025-12-31 18:00"), at("2026-01-01 08:00"))


def test_a_range_may_span_the_year_end() -> None:
    found = period("between 28 december and 3 january", "2026-01-10 09:00")

    assert found == Period(at("2025-12-28"), at("2026-01-04"))


def test_last_week_at_new_year_begins_in_the_old_year() -> None:
    assert period("last week", "2026-01-06 09:00") == Period(at("2025-12-29"), at("2026-01-05"))
