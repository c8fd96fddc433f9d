"""How a check is called, what it measured and why it could not be evaluated, in words."""

from engine.catalog.model import Check
from engine.quality.model import Outcome
from engine.sodacl.model import AnomalyCheck, Change, MetricCheck
from engine.sodacl.parse import read
from engine.sodacl.vocabulary import METRICS

NO_HISTORY = "no history yet"
"""How the reason of a check begins that only runs that go on can mend."""


def title(check: Check) -> str:
    """What people called a check, else its first line."""
    form = read(check.text).form
    return form.name if form and form.name else check.title


def measured(outcome: Outcome, value: str | None, reason: str, check: Check | None = None) -> str:
    """What is told of a verdict in one cell; of one that is not evaluated it is why."""
    told = with_unit(check, value) if check and value else value
    if outcome is Outcome.NOT_EVALUATED:
        return reason or told or ""
    return told or reason


def with_unit(check: Check, value: str) -> str:
    """What was measured as people read it: a percentage has its sign."""
    form = read(check.text).form
    match form.rule if form else None:
        case MetricCheck(change=Change(percent=percent)):
            is_share = percent
        case MetricCheck(measure) | AnomalyCheck(measure):
            is_share = measure.metric.endswith("_percent") and measure.metric in METRICS
        case _:
            is_share = False
    is_number = value.strip("-").replace(",", "").replace(".", "").isdigit()
    return f"{value} %" if is_share and is_number else value


def no_table(name: str) -> str:
    """That there is no such table: nothing of it was published."""
    return f"there is no table {name}"


def lacks_history(reason: str) -> bool:
    """Whether a check was not evaluated only because there is nothing to compare with."""
    return reason.startswith(NO_HISTORY)
