"""Which numbers of a table can be carried on to its next version from the rows that change.

A number is worked out of parts: an average of a sum and a count. A part of the next version is that
of the present one, less that of the rows that go, with that of the rows that come. All is exact;
only what is worked out in the end is rounded, to the nearest of double precision.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from fractions import Fraction

from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    Measure,
    MetricCheck,
    Rule,
)
from engine.sodacl.row_sql import judges_a_row_alone

TRUSTED = timedelta(days=7)
"""For so long a part is carried on: then the whole table is read again, whoever changed it."""


class Kind(Enum):
    """How a part is carried on."""

    COUNT = auto()
    SUM = auto()
    LOWEST = auto()
    HIGHEST = auto()
    NONE_TWICE = auto()
    """How much is there twice: only nothing at all is carried on."""


@dataclass(frozen=True, slots=True)
class Part:
    """An exact number of a whole table; its value is None where no row has one."""

    value: Fraction | None
    read_at: datetime
    """When the whole table was read for it."""

    def is_trusted(self, now: datetime) -> bool:
        """Whether it is young enough to be carried on."""
        return now - self.read_at < TRUSTED


class Way(Enum):
    """What a number is worked out of."""

    COUNT = auto()
    SHARE = auto()
    """A count, and that of all."""
    LOWEST = auto()
    HIGHEST = auto()
    SUM = auto()
    """A sum, and how many values it has."""
    MEAN = auto()
    """The same."""
    SPREAD = auto()
    """The same, and the sum of the squares."""
    REPEATS = auto()
    """How much is there twice, and how many rows there are."""


KINDS: Mapping[Way, tuple[Kind, ...]] = {
    Way.COUNT: (Kind.COUNT,),
    Way.SHARE: (Kind.COUNT, Kind.COUNT),
    Way.LOWEST: (Kind.LOWEST,),
    Way.HIGHEST: (Kind.HIGHEST,),
    Way.SUM: (Kind.SUM, Kind.COUNT),
    Way.MEAN: (Kind.SUM, Kind.COUNT),
    Way.SPREAD: (Kind.SUM, Kind.COUNT, Kind.SUM),
    Way.REPEATS: (Kind.NONE_TWICE, Kind.COUNT),
}
"""How its parts are carried on, in order."""


_WAYS: Mapping[str, Way] = {
    **dict.fromkeys(("row_count", "missing_count", "invalid_count", "valid_count"), Way.COUNT),
    **dict.fromkeys(("missing_percent", "invalid_percent"), Way.SHARE),
    **dict.fromkeys(("min", "min_length"), Way.LOWEST),
    **dict.fromkeys(("max", "max_length"), Way.HIGHEST),
    "sum": Way.SUM,
    **dict.fromkeys(("avg", "avg_length"), Way.MEAN),
    **dict.fromkeys(("stddev", "stddev_pop", "stddev_samp"), Way.SPREAD),
    **dict.fromkeys(("variance", "var_pop", "var_samp"), Way.SPREAD),
    **dict.fromkeys(("duplicate_count", "duplicate_percent"), Way.REPEATS),
}


def way_of(form: Form, key: Collection[str], columns: Collection[str]) -> Way | None:
    """How the number of a check is carried on; None where the whole table must be read for it.

    `key` are the columns that no two rows share.
    """
    rule = form.rule
    if not all(judges_a_row_alone(each, columns) for each in _written(rule)):
        return None
    match rule:
        case MetricCheck() | AnomalyCheck():
            return _way_of_measure(rule.measure, key)
        case FreshnessCheck():
            return Way.HIGHEST
        case FailedRowsCheck(condition=str(), query=None):
            return Way.COUNT
        case _:
            return None


def _written(rule: Rule) -> Iterable[str]:
    """The conditions that people wrote in SQL."""
    match rule:
        case MetricCheck() | AnomalyCheck():
            return [rule.measure.filter] if rule.measure.filter else []
        case FreshnessCheck():
            return [rule.filter] if rule.filter else []
        case FailedRowsCheck():
            return [rule.condition] if rule.condition else []
        case _:
            return []


def _way_of_measure(measure: Measure, key: Collection[str]) -> Way | None:
    if measure.expression is not None or measure.query is not None:
        return None
    way = _WAYS.get(measure.metric)
    if way is Way.REPEATS and not set(key) <= set(measure.columns):
        return None
    return way


def carried(kind: Kind, before: Part, gone: Fraction | None, come: Fraction | None) -> Part | None:
    """The part of the next version; None where only the whole table can tell."""
    match kind:
        case Kind.COUNT | Kind.SUM:
            stay = (before.value or Fraction(0)) - (gone or 0)
            # more went than there was: somebody else changed the table
            is_odd = kind is Kind.COUNT and stay < 0
            return None if is_odd else Part(stay + (come or 0), before.read_at)
        case Kind.LOWEST:
            return _furthest(before, gone, come, -1)
        case Kind.HIGHEST:
            return _furthest(before, gone, come, 1)
        case Kind.NONE_TWICE:
            return before if before.value == 0 and come == 0 else None


def _furthest(before: Part, gone: Fraction | None, come: Fraction | None, sign: int) -> Part | None:
    """What goes may have been the only one that far, unless one as far comes."""
    at = before.value
    if gone is not None and (at is None or sign * gone >= sign * at):
        is_reached = at is not None and gone == at and come is not None and sign * come >= sign * at
        return Part(come, before.read_at) if is_reached else None
    there = [each for each in (at, come) if each is not None]
    return Part(max(there, key=lambda each: sign * each, default=None), before.read_at)


def worked_out(way: Way, metric: str, parts: Sequence[Fraction | None]) -> Fraction | float | None:
    """The number that a metric is, of its parts in the order of its way; None without any."""
    match way:
        case Way.COUNT | Way.LOWEST | Way.HIGHEST:
            return parts[0]
        case Way.SUM:
            return parts[0] if parts[1] else None
        case Way.MEAN:
            return (parts[0] or 0) / parts[1] if parts[1] else None
        case Way.SHARE:
            return float(parts[0] or 0) * 100 / float(parts[1]) if parts[1] else None
        case Way.REPEATS:
            # of what is carried on nothing is there twice
            return Fraction(0) if parts[1] or metric == "duplicate_count" else None
        case Way.SPREAD:
            return _spread(metric, *(each or Fraction(0) for each in parts))


def _spread(metric: str, total: Fraction, count: Fraction, squares: Fraction) -> float | None:
    """Variance, or its root; of a sample there must be two values."""
    degrees = count if metric.endswith("_pop") else count - 1
    if degrees <= 0:
        return None
    variance = (squares - total * total / count) / degrees
    return math.sqrt(variance) if metric.startswith("stddev") else float(variance)
