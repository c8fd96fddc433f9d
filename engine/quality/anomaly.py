"""What a metric's own history makes likely: medians and how far values stray from them.

It learns from accepted points before the tested one, one a day where there are days enough, so that
looking twenty times at the same table teaches it nothing. Of some habits that a metric may have it
takes the plainest that explains the past well: its level, its last values, its weekday.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from math import isfinite, sqrt
from statistics import median

from typing_extensions import override

from engine.quality.habits import MINIMUM, SPAN, Reading, Series, best_reading, number, told
from engine.quality.history import Point, learnable

YOUNG = 21
"""With fewer points, all that was seen is ordinary: no weekend came back often enough to tell."""

_MONTHS = 3
"""So often a day of the month must have been special, to be taken for it."""

_FRIDAY = 4

_LEAST_PART = 0.02
_LEAST_COUNT = 1.0
"""Smaller moves are no anomalies: two percent, and one of what is counted."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Between what a value is ordinary, and why: `on Mondays it was between 480 and 530 …`."""

    low: float
    middle: float
    high: float
    because: str

    @override
    def __str__(self) -> str:
        return f"{number(self.low)} to {number(self.high)}"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A value that is not ordinary."""

    value: float
    expected: Expectation

    @override
    def __str__(self) -> str:
        side = "above" if self.value > self.expected.high else "below"
        where = side if isfinite(self.value) else "not within"
        return f"{number(self.value)} is {where} {self.expected}: {self.expected.because}"


def judged_against(expected: Expectation, value: float) -> Deviation | None:
    """None where the value is ordinary; one that is no number never is."""
    return None if expected.low <= value <= expected.high else Deviation(value, expected)


def expectation(points: Sequence[Point], at: datetime) -> Expectation | None:
    """What is ordinary at a moment, whose time zone decides on days; None without enough history.

    Only accepted points before that moment count, in any order. Somebody who said that a value was
    expected makes such values ordinary for the next points; where these stay there, what was before
    is forgotten.
    """
    past = _one_a_day(sorted(learnable(points, at), key=lambda each: each.at), at)
    series = _since_a_shift(Series.of(past, at))
    found = _range(series)
    if found is None:
        return None
    found = _widened(found, series)
    counts = _counted(series) and all(each.value >= 0 for each in series.points)
    low = max(0.0, found.low) if counts else found.low
    return Expectation(low, found.middle, found.high, found.because)


def _one_a_day(past: Sequence[Point], at: datetime) -> tuple[Point, ...]:
    """Of each day what was said to be expected, else what is nearest to this time of day.

    What else was measured today is of another time of day.
    """

    def day_of(point: Point) -> date:
        return point.at.astimezone(at.tzinfo).date()

    def strangeness(point: Point) -> tuple[bool, timedelta]:
        there = point.at.astimezone(at.tzinfo)
        same_time = there.replace(hour=at.hour, minute=at.minute, second=at.second)
        return not point.expected, abs(there - same_time)

    telling = [each for each in past if each.expected or day_of(each) != at.date()]
    daily = tuple(min(of_day, key=strangeness) for _, of_day in groupby(telling, key=day_of))
    return daily if len(daily) >= MINIMUM else tuple(past)


@dataclass(frozen=True, slots=True)
class _Range:
    """An expectation that is still being made."""

    middle: float
    half: float
    low: float
    high: float
    because: str


def _range(series: Series) -> _Range | None:
    reading = best_reading(series)
    if reading is None:
        return None
    near, steps = reading.near, reading.steps
    middle = series.middle(near)
    unit = series.unit(middle)
    expected = middle + reading.bias * steps * unit
    because = reading.habit.told(series, near)
    plain = _ranged(series, expected, reading.half * sqrt(steps) * unit, because)
    return _monthly(reading, plain, unit) or _with_all_of_a_young_one(plain, series)


def _ranged(series: Series, middle: float, half: float, because: str) -> _Range:
    """At least as wide as what is too small to speak of."""
    half = max(half, _LEAST_PART * abs(middle), _LEAST_COUNT if _counted(series) else 0.0)
    return _Range(middle, half, middle - half, middle + half, because)


def _counted(series: Series) -> bool:
    return all(float(each.value).is_integer() for each in series.points)


def _with_all_of_a_young_one(plain: _Range, series: Series) -> _Range:
    if len(series) >= YOUNG:
        return plain
    values = [each.value for each in series.points]
    low, high = min(values) - plain.half, max(values) + plain.half
    return replace(plain, low=min(plain.low, low), high=max(plain.high, high))


def _monthly(reading: Reading, plain: _Range, unit: float) -> _Range | None:
    """What is ordinary on such a day of a month, where all of them strayed to the same side."""
    series = reading.series
    for words, is_such in _special_days(series.days[-1]):
        such = [each for each in range(len(series)) if is_such(series.days[each])]
        strays = [unit * found for each in such if (found := reading.stray(each)) is not None]
        aside = len(strays) >= _MONTHS and min(map(abs, strays)) > plain.half
        if aside and min(strays) * max(strays) > 0:
            usual = median(strays)
            half = max(reading.half * unit, 2 * max(abs(each - usual) for each in strays))
            because = f"{words} {told([series.value(each) for each in such])}"
            return _ranged(series, plain.middle + usual, half, because)
    return None


def _special_days(day: date) -> Sequence[tuple[str, Callable[[date], bool]]]:
    """What may be special about a day of the month, and whether another day is such a one too."""
    ends = (
        ("on the last day of the month", _is_last_day),
        ("on the last working day of the month", _is_last_working_day),
    )
    number = f"on day {day.day} of the month"
    return (*(each for each in ends if each[1](day)), (number, lambda each: each.day == day.day))


def _is_last_day(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _is_last_working_day(day: date) -> bool:
    following = day + timedelta(days=3 if day.weekday() == _FRIDAY else 1)
    return day.weekday() <= _FRIDAY and following.month != day.month


def _since_a_shift(series: Series) -> Series:
    """Without what was before a value that somebody expected, where the next ones stayed there."""
    # what is further back than a habit is read from needs no forgetting
    recent = range(max(1, len(series) - SPAN), len(series) - MINIMUM + 1)
    for index in reversed(recent):
        point = series.points[index]
        before = _range(series.cut(0, index)) if point.expected else None
        if before is None or before.low <= point.value <= before.high:
            continue
        earlier = series.middle(range(max(0, index - SPAN), index))
        now = series.middle(range(index, len(series)))
        if abs(now - point.value) < abs(now - earlier):
            return series.cut(index, len(series))
    return series


def _widened(found: _Range, series: Series) -> _Range:
    """With room for what somebody expected lately."""
    for point in series.points[-MINIMUM:]:
        if point.expected and not found.low <= point.value <= found.high:
            because = f"{found.because}; somebody said that {number(point.value)} was expected"
            low = min(found.low, point.value - found.half)
            high = max(found.high, point.value + found.half)
            found = replace(found, because=because, low=low, high=high)
    return found
