"""What a check may say and should not: what costs PostgreSQL far more than it needs to."""

import re
from collections.abc import Iterator

from engine.sodacl.mistakes import Mistake
from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    GroupByCheck,
    MetricCheck,
    ReferenceCheck,
    Rule,
)
from engine.sodacl.parse import read
from engine.sodacl.regexes import cost

_IN_SQL = re.compile(r"~\*?\s*'((?:[^']|'')*)'")


def warnings_in(text: str) -> tuple[Mistake, ...]:
    """What is unwise in a check's text: words that are going, that do nothing, or that cost."""
    reading = read(text)
    costly = expensive(reading.form) if reading.form is not None else None
    return reading.warnings if costly is None else (*reading.warnings, Mistake(costly, 1))


def expensive(form: Form) -> str | None:
    """What makes a regex of the check slow, and what to write instead; None where nothing does."""
    for regex in _regexes(form.rule):
        found = cost(regex)
        if found is not None:
            return found
    return None


def _regexes(rule: Rule) -> Iterator[str]:
    match rule:
        case MetricCheck(measure) | AnomalyCheck(measure):
            values = measure.values
            given = (values.missing_regex, values.valid_regex, values.invalid_regex)
            yield from (regex for regex in given if regex)
            yield from _within(measure.filter, measure.expression, measure.query)
        case FreshnessCheck() | ReferenceCheck():
            yield from _within(rule.filter)
        case FailedRowsCheck():
            yield from _within(rule.condition, rule.query)
        case GroupByCheck():
            yield from _within(rule.query)
        case _:
            return


def _within(*pieces: str | None) -> Iterator[str]:
    """The regexes that SQL compares with."""
    for piece in pieces:
        yield from _IN_SQL.findall(piece or "")
