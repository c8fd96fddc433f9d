"""In which ways a metric repeats itself, and how far its past values strayed from each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from statistics import median

from engine.quality.history import Point
from engine.recurrence import WEEKDAYS

MINIMUM = 7
"""Fewer points are no history."""

SPAN = 56
"""Eight weeks of days: what a habit is read from."""

_LAST = 3
_WEEKS = 8

_SPREADS = 4.0
"""How many standard deviations are ordinary."""

_NORMAL = 1.4826
"""Times the median distance is the standard deviation, where values are spread normally."""

_OUTER = 1.5
"""Times the distance that one in ten exceeded is ordinary: some values move seldom, and far."""

_BETTER = 0.8
"""A habit takes the place of a plainer one where it errs by less than so much of it."""

_LARGE = 10_000
"""From here on nobody reads decimals."""


@dataclass(frozen=True, slots=True)
class Series:
    """Past points, oldest first, and the moments of all, of which the last is the tested one's."""

    points: tuple[Point, ...]
    moments: tuple[datetime, ...]
    days: tuple[date, ...]
    positive: bool

    @classmethod
    def of(cls, points: tuple[Point, ...], at: datetime) -> "Series":
        """Points before a moment, whose time zone decides on their days."""
        moments = (*(each.at.astimezone(at.tzinfo) for each in points), at)
        days = tuple(each.date() for each in moments)
        return cls(points, moments, days, all(each.value > 0 for each in points))

    def __len__(self) -> int:
        return len(self.points)

    def value(self, index: int) -> float:
        """The value of a point."""
        return self.points[index].value

    def middle(self, near: Sequence[int]) -> float:
        """The median of some points."""
        return median(map(self.value, near))

    def unit(self, middle: float) -> float:
        """What moves are counted in: where nothing is 0 or less, a busy day moves more."""
        return middle if self.positive else 1.0

    def cut(self, start: int, stop: int) -> "Series":
        """The points from one up to another, which is the tested one."""
        return Series.of(self.points[start:stop], self.moments[stop])


Neighbours = Callable[[Series, int], Sequence[int]]
"""The points that say what to expect of one, by index; that of the tested point is the length."""


@dataclass(frozen=True, slots=True)
class Habit:
    """A way in which a metric may repeat itself."""

    neighbours: Neighbours
    least: int
    weekly: bool = False
    moving: bool = False
    """It follows what was last, and goes on from there."""

    def stray(self, series: Series, index: int) -> float | None:
        """By how many units a point differs from its neighbours; None where these are too few."""
        near = self.neighbours(series, index)
        if len(near) < self.least - 1:
            return None
        middle = series.middle(near)
        return (series.value(index) - middle) / series.unit(middle)

    def told(self, series: Series, indexes: Sequence[int]) -> str:
        """What is expected of the tested point because of these."""
        # 0 is Sunday there
        day = f"on {WEEKDAYS[series.days[-1].isoweekday() % 7]}s " if self.weekly else ""
        return day + told([series.value(each) for each in indexes], listed=self.moving)


def _newest(indexes: Iterable[int], index: int, span: int) -> Sequence[int]:
    """The last so many others."""
    return [each for each in indexes if each != index][-span:]


def _level(series: Series, index: int) -> Sequence[int]:
    return _newest(range(len(series)), index, SPAN)


def _lately(series: Series, index: int) -> Sequence[int]:  # noqa: ARG001  # as other neighbours
    return range(max(0, index - _LAST), index)


def _same_weekday(series: Series, index: int) -> Sequence[int]:
    days = series.days
    weekday, same = days[index].weekday(), days[index]
    return [i for i in range(len(series)) if days[i].weekday() == weekday and days[i] != same]


def _weekday(series: Series, index: int) -> Sequence[int]:
    return _newest(_same_weekday(series, index), index, _WEEKS)


def _weekday_lately(series: Series, index: int) -> Sequence[int]:
    return [each for each in _same_weekday(series, index) if each < index][-_LAST:]


_HABITS = (
    Habit(_level, MINIMUM),
    Habit(_lately, _LAST, moving=True),
    Habit(_weekday, _LAST, weekly=True),
    Habit(_weekday_lately, _LAST, weekly=True, moving=True),
)
"""From plain to less plain."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A habit, and by how many units the points of a series differ from what it says of them."""

    habit: Habit
    series: Series
    bias: float
    """What the habit errs by as a rule: where a metric grows, its last values are too low."""
    strays: dict[int, float]
    """By point, without the bias."""

    @property
    def error(self) -> float:
        """How much the habit errs, on average."""
        return sum(map(abs, self.strays.values())) / len(self.strays)

    @property
    def near(self) -> Sequence[int]:
        """The points that say what to expect of the tested one."""
        return self.habit.neighbours(self.series, len(self.series))

    @property
    def half(self) -> float:
        """How many units from the middle are ordinary, one step after the neighbours."""
        few = 1 + MINIMUM / len(self.strays) / 2  # they tell less of how far others stray
        half = few * _ordinary(self.strays.values())
        if not self.habit.weekly:
            return half
        # one weekday may stray more than the others
        days = self.series.days
        today = [v for i, v in self.strays.items() if days[i].weekday() == days[-1].weekday()]
        return max(half, _ordinary(today))

    @property
    def steps(self) -> float:
        """How many times as long as usual ago the neighbours are: the metric went on meanwhile."""
        if not self.habit.moving:
            return 1.0
        recent = range(max(1, len(self.series) - SPAN), len(self.series) + 1)
        ages = [age for index in recent if (age := self._age(index)) is not None]
        usual = median(ages)
        return max(1.0, ages[-1] / usual) if usual else 1.0

    def _age(self, index: int) -> float | None:
        near = self.habit.neighbours(self.series, index)
        if not near:
            return None
        moments = self.series.moments
        return (moments[index] - moments[near[len(near) // 2]]).total_seconds()

    def stray(self, index: int) -> float | None:
        """By how many units a point differs, however long ago it was."""
        found = self.habit.stray(self.series, index)
        return None if found is None else found - self.bias


def _ordinary(strays: Iterable[float]) -> float:
    """How far is ordinary: by the median distance, and not less than what one in ten exceeded."""
    distances = sorted(map(abs, strays)) or [0.0]
    outer = distances[int(0.9 * (len(distances) - 1))]
    return max(_SPREADS * _NORMAL * median(distances), _OUTER * outer)


def best_reading(series: Series) -> Reading | None:
    """The plainest habit that explains the past well; None where it is too short to tell."""
    best: Reading | None = None
    for habit in _HABITS:
        reading = _read(habit, series)
        if reading and (best is None or reading.error < _BETTER * best.error):
            best = reading
    return best


def _read(habit: Habit, series: Series) -> Reading | None:
    if len(habit.neighbours(series, len(series))) < habit.least:
        return None
    recent = range(max(0, len(series) - SPAN), len(series))
    found = {i: each for i in recent if (each := habit.stray(series, i)) is not None}
    if len(found) < MINIMUM:
        return None
    bias = median(found.values())
    return Reading(habit, series, bias, {i: each - bias for i, each in found.items()})


def told(values: Sequence[float], *, listed: bool = False) -> str:
    """What the values were, in words: «it was between 480 and 530 the last 8 times»."""
    times = f"the last {len(values)} times"
    low, high = min(values), max(values)
    if low == high:
        return f"it was {number(low)} {times}"
    if listed:
        *first, last = map(number, values)
        return f"it was {', '.join(first)} and {last} {times}"
    return f"it was between {number(low)} and {number(high)} {times}"


def number(value: float) -> str:
    """A number as people read it."""
    if not isfinite(value):
        return f"{value}"
    whole = float(value).is_integer() or abs(value) >= _LARGE
    return f"{value:,.0f}" if whole else f"{value:,.4g}"
