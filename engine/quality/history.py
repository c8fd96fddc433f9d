"""What checks measured before: the points of a metric, what may be learned from them, changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from statistics import fmean
from typing import Protocol

from engine.catalog.model import DatasetName
from engine.quality.merging import Part
from engine.quality.model import Measured, Outcome
from engine.quality.wording import NO_HISTORY
from engine.sodacl.model import (
    Aggregation,
    AnomalyCheck,
    Change,
    Form,
    MetricCheck,
    SchemaCheck,
)

READ = 1000
"""How many points anomalies are worth being judged by: more than a year of days, with repeats."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value that a run measured; accepted where nothing spoke against it, or somebody said so."""

    value: float
    at: datetime
    run_id: str
    accepted: bool
    expected: bool = False
    """Somebody said of that run: «that was expected»."""


class MetricStore(Protocol):
    """The numbers that checks measured, within one transaction."""

    async def record(
        self,
        run_id: str,
        dataset: DatasetName,
        values: Mapping[str, float],
        at: datetime,
        accepted: bool,
    ) -> None:
        """Keep what a run measured, by metric; what it measured of the same before is replaced.

        `accepted` is False for what later runs must not learn from; `learned` tells.
        """
        ...

    async def keep_parts(
        self, run_id: str, dataset: DatasetName, parts: Mapping[str, Part]
    ) -> None:
        """Keep what the next version carries on, with the version that the run publishes."""
        ...

    async def history(self, dataset: DatasetName, metric: str, limit: int) -> tuple[Point, ...]:
        """The newest points of a metric, oldest first, accepted or not."""
        ...

    async def histories(
        self, dataset: DatasetName, metrics: Collection[str], limit: int
    ) -> Mapping[str, tuple[Point, ...]]:
        """Those of several metrics; one without points is left out."""
        ...

    async def accept(self, run_id: str, dataset: DatasetName, by: str, at: datetime) -> bool:
        """Note who said that what a run measured was expected; False where it measured nothing."""
        ...


def learned(measured: Sequence[Measured], forms: Mapping[int, Form]) -> frozenset[str]:
    """The metrics of a dataset that later runs may learn from: no check of it failed.

    A check that lacks history holds back too, and the next one needs what was measured for it. Of
    the metrics whose change or anomaly only warned, none.
    """
    if any(each.outcome is Outcome.FAILED for each in measured):
        return frozenset()
    odd = {
        name
        for each in measured
        if each.outcome is Outcome.WARNED and compares(forms.get(each.index))
        for name, _ in each.metrics
    }
    return frozenset(name for each in measured for name, _ in each.metrics) - odd


def compares(form: Form | None) -> bool:
    """Whether the check compares what it finds with what was before."""
    rule = form.rule if form else None
    if form is not None and asks_changes(form):
        return True
    return isinstance(rule, AnomalyCheck) or (isinstance(rule, MetricCheck) and bool(rule.change))


def asks_changes(form: Form) -> bool:
    """Whether a check compares the columns with those from before."""
    rule = form.rule
    asked = (rule.fail, rule.warn) if isinstance(rule, SchemaCheck) else ()
    return any(each is not None and (each.any_change or each.changes) for each in asked)


def learnable(points: Sequence[Point], at: datetime) -> tuple[Point, ...]:
    """What may be learned from before a moment: accepted points that are numbers."""
    return tuple(each for each in points if each.accepted and each.at < at and isfinite(each.value))


def changed(change: Change, value: float, points: Sequence[Point], at: datetime) -> float | None:
    """How a value differs from those before it, in their unit or in percent of them.

    As in Soda, but from accepted values only: a value that was held back is nobody's measure. None
    where there is nothing to compare with; `not_changed` says why.
    """
    base = _base(change, learnable(points, at), at)
    if base is None or not isfinite(value):
        return None
    moved = value - base
    if not change.percent:
        return moved
    if base == 0:
        return 0.0 if moved == 0 else None
    return moved / base * 100


def not_changed(change: Change, value: float, points: Sequence[Point], at: datetime) -> str:
    """Why there is no change to speak of."""
    if not isfinite(value):
        return "the value is not a number"
    base = _base(change, learnable(points, at), at)
    if base is None and change.same_day_last_week:
        then = _on_that_day(points, at - timedelta(days=7))
        return f"{NO_HISTORY} from the same day last week{untaught(then, at)}"
    if base is None:
        return f"{NO_HISTORY}{untaught(points, at)}"
    return "it was 0 before, and nothing is a percentage of 0"


def untaught(points: Sequence[Point], at: datetime) -> str:
    """That runs measured a metric before and taught nothing; empty where there were none."""
    before = [each for each in points if each.at < at]
    refused = sum(not each.accepted for each in before)
    if not refused:
        return ""
    if refused < len(before):
        some = f"{refused} of {len(before)} runs that measured it had failed checks"
        return f": {some}; nothing is learned from those"
    if refused == 1:
        return ": 1 run measured it, with failed checks; nothing is learned from that"
    each = "both" if refused == _PAIR else "all"
    return f": {refused} runs measured it, {each} with failed checks; nothing is learned from those"


_PAIR = 2


def _base(change: Change, points: Sequence[Point], at: datetime) -> float | None:
    if change.same_day_last_week:
        return _last_week(points, at)
    values = [each.value for each in points[-change.last :]]
    if not values:
        return None
    match change.aggregation:
        case Aggregation.AVERAGE:
            return fmean(values)
        case Aggregation.HIGHEST:
            return max(values)
        case Aggregation.LOWEST | None:  # without any, it is that of one value
            return min(values)


def _last_week(points: Sequence[Point], at: datetime) -> float | None:
    """Of that day, in the zone of `at`, the value that was taken at the nearest time of day."""
    then = at - timedelta(days=7)
    same_day = _on_that_day(points, then)
    nearest = min(same_day, key=lambda each: abs(each.at - then), default=None)
    return None if nearest is None else nearest.value


def _on_that_day(points: Sequence[Point], moment: datetime) -> Sequence[Point]:
    """What was measured on the day of a moment, in its zone."""
    day = moment.date()
    return [each for each in points if each.at.astimezone(moment.tzinfo).date() == day]
