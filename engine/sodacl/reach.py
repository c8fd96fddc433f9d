"""What a threshold can meet: a percentage is between 0 and 100, a count is never below 0."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne

from engine.sodacl.model import Comparator, Comparison, Condition, Measure, Thresholds


@dataclass(frozen=True, slots=True)
class Domain:
    """Which values something can have."""

    kind: str
    low: float = -math.inf
    high: float = math.inf
    is_whole: bool = False

    @property
    def limits(self) -> str:
        """Its limits as the beginning of a sentence; empty without any."""
        if math.isfinite(self.high):
            return f"{self.kind} is between {self.low:g} and {self.high:g}, so "
        return f"{self.kind} is never below {self.low:g}, so " if math.isfinite(self.low) else ""


ANY = Domain("a number")
PERCENT = Domain("a percentage", 0, 100)
COUNT = Domain("a count", 0, is_whole=True)
LENGTH = Domain("a length", 0)
SPREAD = Domain("how far values spread", 0)
AGE = Domain("an age")


def domain_of(measure: Measure) -> Domain:
    """Which values a measure can have."""
    if measure.expression is not None or measure.query is not None:
        return ANY
    if measure.metric.startswith(("stddev", "var")):
        return SPREAD
    ending = measure.metric.rpartition("_")[2]
    return {"percent": PERCENT, "count": COUNT, "length": LENGTH}.get(ending, ANY)


def met(condition: Condition, value: float) -> bool:
    """Whether a value is as the condition says."""
    if isinstance(condition, Comparison):
        return _COMPARED[condition.comparator](value, condition.number)
    above = value >= condition.low if condition.low_included else value > condition.low
    below = value <= condition.high if condition.high_included else value < condition.high
    return (above and below) is not condition.negated


_COMPARED: Mapping[Comparator, Callable[[float, float], bool]] = {
    Comparator.LESS: lt,
    Comparator.AT_MOST: le,
    Comparator.EQUAL: eq,
    Comparator.UNEQUAL: ne,
    Comparator.AT_LEAST: ge,
    Comparator.MORE: gt,
}


def decided(condition: Condition, domain: Domain) -> str | None:
    """What is wrong with a threshold that all values meet, or none; None where one decides.

    What holds of them all by its limits is meant: `row_count >= 0` is a way to keep the number.
    """
    outside = any(not domain.low <= each <= domain.high for each in _numbers(condition))
    found = {met(condition, value) for value in _telling(domain, condition)}
    if found == {True, False} or (found == {True} and not outside):
        return None
    ends = "always holds" if found == {True} else "never holds"
    return f"{domain.limits}{_words(condition)} {ends}"


def hidden_warning(thresholds: Thresholds, domain: Domain) -> str | None:
    """That nothing can warn, as whatever would fails before; None where something can."""
    warn, fail = thresholds.warn, thresholds.fail
    if warn is None or fail is None:
        return None
    warned = [each for each in _telling(domain, warn, fail) if met(warn, each)]
    if not warned or not all(met(fail, each) for each in warned):
        return None
    return "it never warns: whatever would warn fails already; the warning must come first"


def _telling(domain: Domain, *conditions: Condition) -> Iterator[float]:
    """Values that tell all there is to tell: the limits, and one in each gap between them."""
    limits = {number for condition in conditions for number in _numbers(condition)}
    limits |= {each for each in (domain.low, domain.high) if math.isfinite(each)}
    ordered = sorted(limits)
    gaps = [(one + other) / 2 for one, other in pairwise(ordered)]
    beyond = (ordered[0] - 1, ordered[-1] + 1)
    for value in (*ordered, *gaps, *beyond):
        around = (math.floor(value), math.ceil(value)) if domain.is_whole else (value,)
        yield from (each for each in around if domain.low <= each <= domain.high)


def _numbers(condition: Condition) -> tuple[float, ...]:
    if isinstance(condition, Comparison):
        return (condition.number,)
    return condition.low, condition.high


def _words(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        return f"{condition.comparator} {condition.number:g}"
    return f"{'not ' if condition.negated else ''}between {condition.low:g} and {condition.high:g}"
