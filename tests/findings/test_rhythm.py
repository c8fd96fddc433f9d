"""When a dataset is late, and that an ordinary life gives no false alarm."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.findings.model import Stale
from engine.findings.rhythm import freshness_of, learned
from engine.findings.sight import Planned, Publications, Published, Sight
from tests.findings.builders import DAY, HOUR, MINUTE, NOON, SILVER, published, seen
from tests.schedules.builders import DAILY, a_schedule


def every(gap: timedelta, count: int, until: datetime = NOON) -> list[datetime]:
    """Moments with a gap between them, the last one given."""
    return [until - gap * number for number in reversed(range(count))]


def late(past: Publications, at: datetime, *planned: Planned) -> bool:
    return bool(seen(Sight(at, publications=[past], planned=planned), Stale))


def test_a_daily_dataset_is_late_after_two_and_a_half_days() -> None:
    past = published(every(DAY, 10))

    assert not late(past, NOON + 2.4 * DAY)
    assert late(past, NOON + 2.6 * DAY)


def test_five_gaps_make_a_habit_and_four_do_not() -> None:
    assert late(published(every(DAY, 6)), NOON + 9 * DAY)
    assert not late(published(every(DAY, 5)), NOON + 9 * DAY)


def test_nothing_is_late_within_a_quarter_of_an_hour() -> None:
    past = published(every(MINUTE, 200))

    assert not late(past, NOON + 14 * MINUTE)
    assert late(past, NOON + 16 * MINUTE)


def test_who_tries_something_out_makes_no_rhythm() -> None:
    tried = published(every(2 * MINUTE, 12))
    by_hand = Publications(
        SILVER, tuple(Published("R", at, 1, by_hand=True) for at in every(DAY, 12))
    )

    assert learned(tried) is None
    assert learned(by_hand) is None


def test_weekends_are_no_outage() -> None:
    weekdays = [each for each in every(DAY, 60, NOON - 3 * DAY) if each.weekday() < 5]
    past = published(weekdays)

    assert past.newest.at.weekday() == 4  # Friday
    assert not late(past, past.newest.at + 3 * DAY + HOUR)
    assert late(past, past.newest.at + 4 * DAY)


def test_one_outage_is_no_habit() -> None:
    moments = [*every(HOUR, 20, NOON - 40 * HOUR), *every(HOUR, 20)]

    assert late(published(moments), NOON + 3 * HOUR)


def test_a_schedule_counts_more_than_a_habit() -> None:
    past = published(every(HOUR, 20, NOON - DAY))
    daily = a_schedule(DAILY, number=1, last_due=NOON - DAY - HOUR, next_due=NOON + HOUR)
    due = a_schedule(DAILY, number=1, last_due=NOON, next_due=NOON + DAY)

    assert not late(past, NOON, Planned(daily, (SILVER,)))
    assert not late(past, NOON + 59 * MINUTE, Planned(due, (SILVER,)))
    assert late(past, NOON + 61 * MINUTE, Planned(due, (SILVER,)))


def test_what_a_person_paused_is_not_late() -> None:
    past = published(every(HOUR, 20, NOON - DAY))
    paused = a_schedule(number=1, paused=True)

    assert late(past, NOON)
    assert not late(past, NOON, Planned(paused, (SILVER,)))


@pytest.mark.parametrize(
    ("check", "hours"),
    [("freshness(ordered_at) < 1d", 24), ("freshness(ordered_at) < 90m", 1.5),
     ("row_count > 0", None), ("this is no check", None)],
)  # fmt: skip
def test_a_freshness_check_tells_how_old_a_dataset_may_be(check: str, hours: float | None) -> None:
    found = freshness_of(SILVER, check)

    assert (found.at_most / HOUR if found else None) == hours


def test_a_freshness_check_can_not_hold_where_nothing_came_for_longer() -> None:
    freshness = freshness_of(SILVER, "freshness(ordered_at) < 1d")
    assert freshness is not None
    past = published([NOON - 25 * HOUR])

    (evidence,) = seen(Sight(NOON, publications=[past], freshness=[freshness]), Stale)

    assert evidence.because == "its check says freshness(ordered_at) < 1d"


def lives(seed: int, gap: timedelta, jitter: float) -> Iterator[tuple[Publications, datetime]]:
    """A dataset that comes when it should, each time just before the next publication."""
    random, moments = Random(seed), [NOON]  # noqa: S311  # numbers for tests
    for number in range(1, 120):
        at = NOON + gap * (number + jitter * random.uniform(-0.5, 0.5))
        if moments[1:]:
            yield published(moments), at
        moments.append(at)


@pytest.mark.parametrize("gap", [10 * MINUTE, HOUR, DAY], ids=str)
def test_what_comes_when_it_should_gives_no_false_alarm(gap: timedelta) -> None:
    alarms = [late(past, at) for seed in range(3) for past, at in lives(seed, gap, jitter=0.4)]

    assert sum(alarms) == 0
    assert len(alarms) > 300


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=40), st.integers(0, 100_000))
def test_who_is_late_stays_late_until_something_comes(gaps: list[int], ahead: int) -> None:
    moments = [NOON]
    for gap in gaps:
        moments.append(moments[-1] + gap * MINUTE)
    past = published(moments)
    at = moments[-1] + ahead * MINUTE

    if late(past, at):
        assert late(past, at + DAY)
        assert ahead > 15
    assert not late(past, moments[-1])
