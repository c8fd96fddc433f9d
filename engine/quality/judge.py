"""From what was measured to how a check ended: what has no value never passes."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from operator import eq, ge, gt, le, lt, ne

from engine.quality.anomaly import expectation, judged_against
from engine.quality.history import Point, asks_changes, changed, not_changed, untaught
from engine.quality.model import Measured, Outcome
from engine.quality.wording import NO_HISTORY
from engine.sodacl.model import (
    AnomalyCheck,
    Change,
    Comparator,
    Comparison,
    Condition,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    Measure,
    MetricCheck,
    Range,
    ReferenceCheck,
    SchemaCheck,
    SchemaRule,
    Severity,
    Thresholds,
)

Number = int | float


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be measured, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """It was measured, and no row had a value: why."""

    reason: str


Taken = Number | Nothing | Unknown


@dataclass(frozen=True, slots=True)
class Past:
    """When a value is judged, and what was measured of the same metric before."""

    at: datetime
    points: Sequence[Point] = ()


def judged(index: int, form: Form, taken: Taken, past: Past) -> Measured:
    """How a check on one number ended."""
    if isinstance(taken, Nothing):
        return as_declared(form, _nothing(index, form, taken))
    if isinstance(taken, Unknown):
        return Measured(index, Outcome.NOT_EVALUATED, reason=taken.reason)
    if math.isnan(taken):
        return Measured(index, Outcome.NOT_EVALUATED, "NaN", "what was measured is NaN, no number")
    measured = _judged(index, form, taken, past)
    return as_declared(form, _with_metric(measured, form, taken))


@dataclass(frozen=True, slots=True)
class Succession:
    """The columns of a table and those that were accepted before them, in order, with types."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def number(self) -> float:
        """It as a number that is kept as a metric, so that people can say it was expected."""
        told = repr((list(self.before.items()), list(self.after.items())))
        return float(int.from_bytes(sha256(told.encode()).digest()[:6], "big"))


COLUMNS_CHANGED = "columns changed"
"""The metric whose values stand for changes of columns."""


def judged_schema(
    index: int,
    form: Form,
    columns: Mapping[str, str],
    succession: Succession | None = None,
    past: Sequence[Point] = (),
) -> Measured:
    """How a check on the columns of a table ended; they come in order, with their types.

    Without what was before, changes are not evaluated, which holds nothing back: the first run
    could never be published. Nor does the change that somebody said was expected.
    """
    rule = form.rule
    if not isinstance(rule, SchemaCheck):
        raise TypeError(type(rule).__name__)
    judged_by = None if succession and _was_expected(succession, past) else succession
    for asked, outcome in ((rule.fail, Outcome.FAILED), (rule.warn, Outcome.WARNED)):
        problems = _problems(asked, columns, judged_by) if asked else ()
        if problems:
            reason = "; ".join(problems)
            return as_declared(form, Measured(index, outcome, None, reason, _kept(succession)))
    if succession is None and asks_changes(form):
        reason = f"{NO_HISTORY}: no run published its columns before"
        return Measured(index, Outcome.NOT_EVALUATED, reason=reason, too_young=True)
    return Measured(index, Outcome.PASSED)


def _was_expected(succession: Succession, past: Sequence[Point]) -> bool:
    return any(each.expected and each.value == succession.number for each in past)


def _kept(succession: Succession | None) -> tuple[tuple[str, float], ...]:
    """The change, where there is one."""
    if succession is None or list(succession.before.items()) == list(succession.after.items()):
        return ()
    return ((COLUMNS_CHANGED, succession.number),)


def _problems(
    asked: SchemaRule, columns: Mapping[str, str], succession: Succession | None
) -> tuple[str, ...]:
    changes = schema_changes(asked, succession) if succession else ()
    return (*schema_problems(asked, columns), *changes)


def as_declared(form: Form, measured: Measured) -> Measured:
    """A failed check only warns where its severity says so."""
    if form.severity is Severity.WARN and measured.outcome is Outcome.FAILED:
        return replace(measured, outcome=Outcome.WARNED)
    return measured


def metric_of(form: Form) -> str | None:
    """What the measured number is called in the history of the dataset."""
    rule = form.rule
    match rule:
        case MetricCheck() | AnomalyCheck():
            return str(rule.measure)
        case FreshnessCheck():
            return str(Measure("freshness", (rule.column,), filter=rule.filter))
        case ReferenceCheck():
            return f"{_references(rule)}({', '.join(rule.columns)}) in {rule.other}"
        case FailedRowsCheck():
            return f"failed rows {form.name}" if form.name else None
        case _:
            return None


def _references(rule: ReferenceCheck) -> str:
    return "forbidden_references" if rule.negated else "missing_references"


def _with_metric(measured: Measured, form: Form, taken: Number) -> Measured:
    name = metric_of(form)
    if name is None or not math.isfinite(taken):
        return measured
    return replace(measured, metrics=((name, float(taken)),))


def _nothing(index: int, form: Form, taken: Nothing) -> Measured:
    """Data of which nobody knows how old it is, is not fresh; all else is not evaluated."""
    stale = isinstance(form.rule, FreshnessCheck)
    outcome = Outcome.FAILED if stale else Outcome.NOT_EVALUATED
    return Measured(index, outcome, reason=taken.reason)


def _judged(index: int, form: Form, value: Number, past: Past) -> Measured:
    rule = form.rule
    match rule:
        case MetricCheck(change=Change() as change):
            return _judged_change(index, rule.thresholds, change, value, past)
        case AnomalyCheck():
            return _judged_anomaly(index, value, past)
        case FreshnessCheck():
            return _compared(index, rule.thresholds, value, shown_age)
        case FailedRowsCheck() | ReferenceCheck() | MetricCheck():
            return _compared(index, _thresholds(rule), value, shown)
        case _:
            raise TypeError(type(rule).__name__)


def _thresholds(rule: FailedRowsCheck | ReferenceCheck | MetricCheck) -> Thresholds:
    """Those of the rule; where rows are counted that must not be, none may be there."""
    if isinstance(rule, ReferenceCheck):
        return _NONE_AT_ALL
    if isinstance(rule, FailedRowsCheck) and rule.thresholds == Thresholds():
        return _NONE_AT_ALL
    return rule.thresholds


_NONE_AT_ALL = Thresholds(holds=Comparison(Comparator.EQUAL, 0))


def _judged_change(
    index: int, thresholds: Thresholds, change: Change, value: Number, past: Past
) -> Measured:
    moved = changed(change, value, past.points, past.at)
    if moved is None:
        # also a percentage of 0 is no number, and time does not help that
        in_units = changed(replace(change, percent=False), value, past.points, past.at)
        reason = not_changed(change, value, past.points, past.at)
        return Measured(index, Outcome.NOT_EVALUATED, reason=reason, too_young=in_units is None)
    unit = " %" if change.percent else ""
    return _compared(index, thresholds, moved, lambda by: f"{by:+,.4g}{unit}")


def _judged_anomaly(index: int, value: Number, past: Past) -> Measured:
    expected = expectation(past.points, past.at)
    if expected is None:
        reason = f"{NO_HISTORY}{untaught(past.points, past.at)}"
        return Measured(index, Outcome.NOT_EVALUATED, shown(value), reason, too_young=True)
    deviation = judged_against(expected, value)
    if deviation is None:
        return Measured(index, Outcome.PASSED, shown(value))
    return Measured(index, Outcome.FAILED, shown(value), str(deviation))


def _compared(
    index: int, thresholds: Thresholds, value: Number, show: Callable[[Number], str]
) -> Measured:
    if thresholds == Thresholds():
        return Measured(index, Outcome.NOT_EVALUATED, show(value), "it does not say what must hold")
    return Measured(index, _outcome(thresholds, value), show(value))


def _outcome(thresholds: Thresholds, value: Number) -> Outcome:
    if thresholds.holds is not None and not meets(value, thresholds.holds):
        return Outcome.FAILED
    if thresholds.fail is not None and meets(value, thresholds.fail):
        return Outcome.FAILED
    if thresholds.warn is not None and meets(value, thresholds.warn):
        return Outcome.WARNED
    return Outcome.PASSED


_COMPARED: Mapping[Comparator, Callable[[Number, Number], bool]] = {
    Comparator.LESS: lt,
    Comparator.AT_MOST: le,
    Comparator.EQUAL: eq,
    Comparator.UNEQUAL: ne,
    Comparator.AT_LEAST: ge,
    Comparator.MORE: gt,
}


def meets(value: Number, condition: Condition) -> bool:
    """Whether a value is as a condition says."""
    if isinstance(condition, Comparison):
        return _COMPARED[condition.comparator](value, condition.number)
    return _lies_in(value, condition) is not condition.negated


def _lies_in(value: Number, limits: Range) -> bool:
    above = value >= limits.low if limits.low_included else value > limits.low
    below = value <= limits.high if limits.high_included else value < limits.high
    return above and below


_LEAST_SHOWN, _MOST_SHOWN = 0.005, 1e15
"""What two decimals hide, and what nobody counts the digits of."""


def shown(value: Number) -> str:
    """A number as people read it; one that is almost nothing is not shown as nothing."""
    if isinstance(value, int):
        return f"{value:,}"
    if not _LEAST_SHOWN <= abs(value) < _MOST_SHOWN and value:
        return f"{value:.4g}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def shown_age(seconds: Number) -> str:
    """An age by its two largest units: `2d 3h`."""
    left = int(abs(seconds))
    parts: list[str] = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:,}{unit}")
    age = " ".join(parts[:2]) or "0s"
    return f"{age} ahead" if seconds < 0 else age


_SAME_TYPES: Mapping[str, Sequence[str]] = {
    "character varying": ("varchar", "text"),
    "double precision": ("decimal", "numeric"),
    "timestamp without time zone": ("timestamp",),
    "timestamp with time zone": ("timestamptz",),
}
"""What people write for a type, as Soda takes it."""


def schema_problems(rule: SchemaRule, columns: Mapping[str, str]) -> tuple[str, ...]:
    """What of the columns is not as it must be."""
    required = dict.fromkeys((*rule.missing, *rule.types, *rule.indexes))
    missing = [name for name in required if name not in columns]
    forbidden = [
        name for name in columns if any(_stands_for(each, name) for each in rule.forbidden)
    ]
    types = [
        f"{name} is {columns[name]}, not {type_}"
        for name, type_ in rule.types.items()
        if name in columns and not _same_type(type_, columns[name])
    ]
    places = {name: place for place, name in enumerate(columns)}
    moved = [
        f"{name} is at {places[name]}, not {place}"
        for name, place in rule.indexes.items()
        if places.get(name, place) != place
    ]
    listed = {"missing": missing, "forbidden": forbidden}
    named = [f"{problem}: {', '.join(names)}" for problem, names in listed.items() if names]
    return (*named, *types, *moved)


def schema_changes(rule: SchemaRule, succession: Succession) -> tuple[str, ...]:
    """What of the columns is not as it was, as far as the rule forbids that."""
    before, after = succession.before, succession.after
    kept = [name for name in after if name in before]
    added = [name for name in after if name not in before]
    deleted = [name for name in before if name not in after]
    then, now = list(before), list(after)
    found = {
        "column add": [f"new: {', '.join(added)}"] if added else [],
        "column delete": [f"gone: {', '.join(deleted)}"] if deleted else [],
        "column type change": [
            f"{name} was {before[name]} and is {after[name]}"
            for name in kept
            if before[name] != after[name]
        ],
        "column index change": [
            f"{name} was at {then.index(name)} and is at {now.index(name)}"
            for name in kept
            if then.index(name) != now.index(name)
        ],
    }
    asked = found if rule.any_change else rule.changes
    return tuple(problem for change in asked for problem in found[change])


def _stands_for(pattern: str, name: str) -> bool:
    """% and * in a forbidden name stand for anything."""
    parts = (re.escape(part) for part in re.split(r"[%*]", pattern))
    return re.fullmatch(".*".join(parts), name, re.DOTALL) is not None


def _same_type(expected: str, actual: str) -> bool:
    wanted = expected.strip().lower()
    return (
        wanted == actual.lower()
        or wanted in _SAME_TYPES.get(actual, ())
        or actual in _SAME_TYPES.get(wanted, ())
    )
