"""What lineage may tell of checks: how they ended, and numbers that show nobody's value."""

from collections.abc import Collection, Iterator, Sequence

from engine.lineage.model import Assertion
from engine.quality.model import Outcome, Verdict
from engine.sodacl.model import (
    AnomalyCheck,
    Comparison,
    Condition,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    GroupByCheck,
    Measure,
    MetricCheck,
    Range,
    ReferenceCheck,
    SchemaCheck,
    Severity,
    Thresholds,
)
from engine.sodacl.parse import read

_MISSING = "missing_count"


def assertions(verdicts: Sequence[Verdict], tellable: Collection[str]) -> tuple[Assertion, ...]:
    """Each verdict, with what was measured where that counts, or all its columns are tellable."""
    return tuple(_assertion(each, read(each.check.text).form, tellable) for each in verdicts)


def _assertion(verdict: Verdict, form: Form | None, tellable: Collection[str]) -> Assertion:
    columns = _columns(form) if form else ()
    return Assertion(
        kind=_kind(form),
        holds=verdict.outcome is Outcome.PASSED,
        text=verdict.check.text,
        name=form.name if form and form.name else verdict.check.title,
        column=columns[0] if len(columns) == 1 else None,
        blocks=verdict.outcome is not Outcome.WARNED
        and (form is None or form.severity is not Severity.WARN),
        skipped=verdict.outcome is Outcome.NOT_EVALUATED,
        expected=_expected(form),
        actual=verdict.value if form and _may_be_told(form, tellable) else None,
    )


def missing_counts(verdicts: Sequence[Verdict]) -> tuple[tuple[str, int], ...]:
    """How many rows have no value, by column, where a check counted just that in all rows."""
    return tuple(dict(_counted(verdicts)).items())


def _counted(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, int]]:
    for each in verdicts:
        form = read(each.check.text).form
        rule = form.rule if form else None
        # a change is no count, and a check may call more than NULL missing
        if isinstance(rule, MetricCheck) and rule.change is None:
            plain = rule.measure == Measure(_MISSING, rule.measure.columns)
            count = _whole(each.value or "")
            if plain and count is not None:
                yield rule.measure.columns[0], count


def _whole(value: str) -> int | None:
    digits = value.replace(",", "")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def _kind(form: Form | None) -> str:
    rule = form.rule if form else None
    match rule:
        case MetricCheck(measure=measure) | AnomalyCheck(measure=measure):
            own = measure.expression is not None or measure.query is not None
            return "custom_sql" if own else measure.metric
        case FreshnessCheck():
            return "freshness"
        case SchemaCheck():
            return "schema"
        case ReferenceCheck():
            return "reference"
        case FailedRowsCheck() | GroupByCheck():
            return "custom_sql"
        case None:
            return "unknown"


def _columns(form: Form) -> tuple[str, ...]:
    match form.rule:
        case MetricCheck(measure=measure) | AnomalyCheck(measure=measure):
            return measure.columns
        case FreshnessCheck(column=column):
            return (column,)
        case ReferenceCheck(columns=columns):
            return columns
        case _:
            return ()


def _may_be_told(form: Form, tellable: Collection[str]) -> bool:
    """Whether what was measured shows no value: a count or a share of rows, or of open columns."""
    match form.rule:
        case ReferenceCheck() | FailedRowsCheck():
            return True
        case MetricCheck(measure=measure) | AnomalyCheck(measure=measure):
            if measure.expression is not None or measure.query is not None:
                return False
            counts = measure.metric.endswith(("_count", "_percent"))
            return counts or set(measure.columns) <= set(tellable)
        case FreshnessCheck(column=column):
            return column in tellable
        case _:
            return False


def _expected(form: Form | None) -> str | None:
    rule = form.rule if form else None
    if isinstance(rule, MetricCheck | FreshnessCheck):
        return _thresholds(rule.thresholds)
    if isinstance(rule, AnomalyCheck):
        return "as its history has it"
    if isinstance(rule, FailedRowsCheck):
        return _thresholds(rule.thresholds) or "= 0"
    return None


def _thresholds(given: Thresholds) -> str | None:
    parts = [
        f"{word}{_condition(each)}"
        for word, each in (
            ("", given.holds),
            ("warn when ", given.warn),
            ("fail when ", given.fail),
        )
        if each is not None
    ]
    return ", ".join(parts) or None


def _condition(condition: Condition) -> str:
    match condition:
        case Comparison(comparator, number):
            return f"{comparator} {number:g}"
        case Range() as found:
            low = "[" if found.low_included else "("
            high = "]" if found.high_included else ")"
            word = "not between" if found.negated else "between"
            return f"{word} {low}{found.low:g} and {found.high:g}{high}"
