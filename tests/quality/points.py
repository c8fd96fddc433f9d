"""Histories of a metric with a point a day, for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from engine.quality.history import Point

MONDAY = datetime(2025, 1, 6, 3, tzinfo=UTC)


def day(number: int) -> datetime:
    """Three in the morning of a day, of which the first is a Monday."""
    return MONDAY + timedelta(days=number)


def a_point(number: int, value: float, *, accepted: bool = True, expected: bool = False) -> Point:
    """What the run of a day measured."""
    return Point(value, day(number), f"RUN{number}", accepted or expected, expected)


def daily(values: Sequence[float]) -> tuple[Point, ...]:
    """A point a day, all of them accepted."""
    return tuple(a_point(number, value) for number, value in enumerate(values))
