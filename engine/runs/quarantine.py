"""The rows that were put aside: which of them are meant, and what may be told of them."""

from dataclasses import dataclass
from datetime import datetime

from engine.catalog.model import Table
from engine.quality.examples import MASKED


@dataclass(frozen=True, slots=True)
class Aside:
    """Which rows in quarantine are meant: those of a rule, or put aside before a moment, or all.

    A rule is a column's name, or a reason as it is told: `unit_price: not a number`.
    """

    rule: str | None = None
    before: datetime | None = None


ALL = Aside()

Values = tuple[tuple[str, str | None], ...]
"""Columns with their values, in order."""


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that was put aside: where it came from and why; its values stay in the warehouse.

    But for those of columns that the project declares to hold nothing personal.
    """

    source: str
    row: int
    reasons: tuple[str, ...]
    run_id: str
    values: Values = ()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """How many rows were put aside, how many for which reason, and the newest of them."""

    total: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    rows: tuple[QuarantinedRow, ...] = ()


def kind_of(reason: str) -> str:
    """The reason without the shape of its value: `birth_date: not a date`."""
    column = reason.partition(": ")[0]
    return reason if set(column) & set(" (") else reason.partition(" (")[0]


def shown_values(table: Table, row: QuarantinedRow) -> Values:
    """The key of a row and the columns that it was put aside for, masked where they must be."""
    known = dict(row.values)
    about = (reason.partition(": ")[0].split(", ") for reason in row.reasons)
    named = [*table.key, *(name for names in about for name in names)]
    columns = [name for name in dict.fromkeys(named) if table.column(name) is not None]
    return tuple((name, known.get(name, MASKED)) for name in columns)
