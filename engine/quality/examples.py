"""Example rows of a check that does not hold: which columns they show, and what they never show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.catalog.model import Check, DatasetName, Table
from engine.sodacl.model import FailedRowsCheck, MetricCheck, ReferenceCheck, Rule

MASKED = "•••"
"""Stands for a value that is personal, or of which nobody said that it is not."""

MISSING = "missing"
MOST_EXAMPLES = 5
"""Rows of which values are shown."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows that break a check; each has a value for each column, masked where it must be."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ExampleFinder(Protocol):
    """Finds rows that break a check."""

    async def of(self, dataset: DatasetName, table: str, check: Check) -> Examples | None:
        """A few of them, from the table that was checked; None where none can be shown.

        Never raises for a check or a table that allows none.
        """
        ...


def shown_columns(table: Table, rule: Rule) -> tuple[str, ...]:
    """The key, what is checked, and the watermark; none of which a value could be told: nothing."""
    names = [column.name for column in table.columns]
    named = (*table.key, *checked_columns(names, rule), table.watermark)
    columns = tuple(dict.fromkeys(name for name in named if name is not None))
    return columns if set(columns) & set(table.tellable) else ()


def checked_columns(names: Sequence[str], rule: Rule) -> tuple[str, ...]:
    """What a check is about; of a condition in SQL the columns whose names occur in it."""
    match rule:
        case MetricCheck(measure):
            return measure.columns
        case ReferenceCheck(columns):
            return columns
        case FailedRowsCheck(condition=str() as condition):
            words = set(re.findall(r"\w+", condition.casefold()))
            return tuple(name for name in names if name in words)
        case _:
            return ()
