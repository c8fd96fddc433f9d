"""Whether a dataset should have been published again: by its schedule, its checks or its habit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from engine.cards import Severity
from engine.catalog.model import DatasetName
from engine.findings.model import Finding, Stale
from engine.findings.sight import Freshness, Planned, Publications, Sight
from engine.sodacl.mistakes import Mistake
from engine.sodacl.model import Comparison, FreshnessCheck
from engine.sodacl.parse import parsed

ENOUGH = 5
"""So many gaps make a habit."""

LATE = 2.5
AT_LEAST = timedelta(minutes=15)
"""Late is who takes so many times the median gap, and so much longer at least."""

REGULAR = 0.6
"""So large a part of the gaps must be about as long as the median, to be a rhythm."""

NEAR = 0.5
"""About as long: not further from the median than that part of it."""

OBSERVED = timedelta(hours=2)
"""A rhythm that was seen for less than that may be somebody who tries something out."""

LOOKED_BACK = 30
"""How many gaps tell of today."""

TAKES = timedelta(hours=1)
"""So long after its due time a scheduled publication is there, as a rule."""

STRETCH = 1.2
"""How much longer than every gap before it a gap may be."""


@dataclass(frozen=True, slots=True)
class Expected:
    """When a dataset should be there again at the latest, and why."""

    by: datetime
    because: str


def stale(sight: Sight) -> Iterator[Finding]:
    """The datasets that are late; what a person paused is not."""
    paused = {each for plan in sight.planned if plan.schedule.paused for each in plan.datasets}
    for past in sight.publications:
        if past.dataset in paused:
            continue
        expected = _expected(past, sight)
        if expected is not None and sight.at > expected.by:
            evidence = Stale(past.newest.at, expected.by, expected.because)
            yield Finding(past.dataset, Severity.WARNING, past.newest.run_id, evidence)


def _expected(past: Publications, sight: Sight) -> Expected | None:
    """What was declared counts; a habit only where nothing was."""
    declared = (
        *(_by_check(past, each) for each in sight.freshness if each.dataset == past.dataset),
        *(_by_schedule(past, each) for each in sight.planned if past.dataset in each.datasets),
    )
    if declared:
        known = [each for each in declared if each is not None]
        return min(known, key=lambda each: each.by, default=None)
    return learned(past)


def _by_check(past: Publications, freshness: Freshness) -> Expected:
    """A value is no newer than the publication that brought it."""
    return Expected(past.newest.at + freshness.at_most, f"its check says {freshness.check}")


def _by_schedule(past: Publications, planned: Planned) -> Expected | None:
    """Its last due time started a run, and that published nothing."""
    schedule = planned.schedule
    if schedule.last_due is None or past.newest.at >= schedule.last_due:
        return None
    because = f"{schedule.id} runs {schedule.what} {schedule.recurrence}"
    return Expected(schedule.last_due + TAKES, because)


def learned(past: Publications) -> Expected | None:
    """By its habit, where it has one; publications that a person asked for make none."""
    moments = [each.at for each in past.all if not (each.by_hand or each.special)]
    gaps = _gaps(moments)[-LOOKED_BACK:]
    if len(gaps) < ENOUGH or moments[-1] - moments[0] < OBSERVED:
        return None
    usual = timedelta(seconds=median(each.total_seconds() for each in gaps))
    near = sum(abs(each - usual) <= NEAR * usual for each in gaps)
    if near < REGULAR * len(gaps):
        return None
    allowed = max(LATE * usual, AT_LEAST, STRETCH * _longest(gaps))
    because = f"it came about every {told(usual)}, {len(moments) - 1:,} times"
    return Expected(past.newest.at + allowed, because)


def _gaps(moments: Sequence[datetime]) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(moments)]


def _longest(gaps: Sequence[timedelta]) -> timedelta:
    """The longest ordinary gap; of many the second, so that one outage is no habit."""
    ordered = sorted(gaps)
    return ordered[-2] if len(ordered) >= 2 * ENOUGH else ordered[-1]


def told(span: timedelta) -> str:
    """A span in words: «40 minutes», «6 hours», «2 days»."""
    for unit, name in _UNITS:
        if span >= 2 * unit:
            return f"{round(span / unit):,} {name}s"
    return f"{round(span.total_seconds()):,} seconds"


_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


def freshness_of(dataset: DatasetName, check: str) -> Freshness | None:
    """How old a dataset may become by a check; None where the check is about something else."""
    try:
        rule = parsed(check).rule
    except Mistake:
        return None
    if not isinstance(rule, FreshnessCheck) or rule.filter:
        return None
    limits = (rule.thresholds.holds, rule.thresholds.warn, rule.thresholds.fail)
    seconds = [each.number for each in limits if isinstance(each, Comparison)]
    if not seconds:
        return None
    return Freshness(dataset, timedelta(seconds=min(seconds)), check.splitlines()[0].rstrip(":"))
