"""Summaries of values that merge: that of a whole follows from those of its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from math import sqrt


@dataclass(frozen=True, slots=True)
class State:
    """How many values there are, their sum, their bounds and how far they spread.

    `squares` is the sum of the squared distances from the average, PostgreSQL's `regr_sxx(x, x)`:
    the plain sum of squares loses its digits where values are large and close together.
    """

    count: int
    total: float
    squares: float
    low: float
    high: float

    @property
    def average(self) -> float:
        """PostgreSQL's `avg`."""
        return self.total / self.count

    @property
    def deviation(self) -> float | None:
        """PostgreSQL's `stddev`, which one value has none of."""
        return sqrt(self.squares / (self.count - 1)) if self.count > 1 else None


def state_of(values: Iterable[float]) -> State | None:
    """The state of some values; None of none."""
    parts = (State(1, value, 0.0, value, value) for value in values)
    return reduce(merged, parts, None)


def merged(one: State | None, other: State | None) -> State | None:
    """The state of all the values of which these are the states; None is the state of no value."""
    if one is None or other is None:
        return one or other
    count = one.count + other.count
    apart = other.average - one.average
    return State(
        count=count,
        total=one.total + other.total,
        squares=one.squares + other.squares + apart * apart * one.count * other.count / count,
        low=min(one.low, other.low),
        high=max(one.high, other.high),
    )
