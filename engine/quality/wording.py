"""How a check is called, what it measured and why it could not be evaluated, in words."""

from engine.catalog.model import Check
from engine.quality.model import Outcome
from engine.sodacl.parse import read

NO_HISTORY = "no history yet"
"""How the reason of a check begins that only runs that go on can mend."""


def title(check: Check) -> str:
    """What people called a check, else its first line."""
    form = read(check.text).form
    return form.name if form and form.name else check.title


def measured(outcome: Outcome, value: str | None, reason: str) -> str:
    """What is told of a verdict in one cell; of one that is not evaluated it is why."""
    if outcome is Outcome.NOT_EVALUATED:
        return reason or value or ""
    return value or reason


def no_table(name: str) -> str:
    """That there is no such table: nothing of it was published."""
    return f"there is no table {name}"


def lacks_history(reason: str) -> bool:
    """Whether a check was not evaluated only because there is nothing to compare with."""
    return reason.startswith(NO_HISTORY)
