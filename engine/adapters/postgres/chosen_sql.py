"""The SQL that chooses which rows of bronze an incremental refinement reads; pure text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.adapters.postgres import quarantine_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.names import dataset, ident, text_literal
from engine.adapters.postgres.refine_sql import typed_rows
from engine.catalog.model import Table
from engine.runs.model import Release

CHOSEN = "_chosen"
"""The temporary table of chosen rows; it goes with the transaction."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Which rows of bronze are asked for: those after a mark, of some days, or in quarantine."""

    after: int
    upto: int
    start: date | None = None
    end: date | None = None
    release: Release | None = None

    @property
    def by_day(self) -> bool:
        """Whether days are asked for, whatever was read before."""
        return self.start is not None or self.end is not None

    @property
    def again(self) -> bool:
        """Whether rows are asked for that may have been read before."""
        return self.by_day or self.release is not None


def new_rows(table: Table, seed: Seed) -> str:
    """The rows after the mark, as a source for refining."""
    return f"(SELECT * FROM {dataset(table.bronze)} WHERE {_after(seed)})"


def chosen_rows(table: Table) -> str:
    """The rows in the temporary table, as a source for refining."""
    chosen = f"SELECT _row FROM {CHOSEN}"
    return f"(SELECT * FROM {dataset(table.bronze)} WHERE _row IN ({chosen}))"


def choose(table: Table, columns: Sequence[SilverColumn], seed: Seed, *, whole_keys: bool) -> str:
    """CREATE TABLE AS of the asked rows, where wanted with all other rows of their keys."""
    keys = [each for each in columns if each.column.name in table.key]
    marks = [each for each in columns if each.column.name == table.watermark]
    names = ", ".join(_compared(key) for key in keys)
    wanted = _wanted(table, seed, marks)
    if whole_keys:
        wanted = f"{wanted} OR ({names}) IN (SELECT {names} FROM keyed WHERE {wanted})"
    return (
        f"CREATE TEMP TABLE {CHOSEN} ON COMMIT DROP AS\n"
        f"WITH keyed AS MATERIALIZED ({typed_rows(dataset(table.bronze), [*keys, *marks])})\n"
        f"SELECT _row FROM keyed WHERE _row <= {seed.upto} AND ({wanted})"
    )


def _wanted(table: Table, seed: Seed, marks: Sequence[SilverColumn]) -> str:
    if seed.release is not None:
        return f"_row IN ({quarantine_sql.rows_of(table, seed.release)})"
    return _days(seed, marks[0]) if seed.by_day else _after(seed)


def _compared(key: SilverColumn) -> str:
    """What makes two rows one of silver: the token is made of the cleaned text."""
    return key.text if key.substituted else ident(key.column.name)


def _after(seed: Seed) -> str:
    return f"_row > {seed.after} AND _row <= {seed.upto}"


def _days(seed: Seed, mark: SilverColumn) -> str:
    name = ident(mark.column.name)
    bounds = (
        f"{name} {sign} {text_literal(day.isoformat())}::date"
        for sign, day in ((">=", seed.start), ("<", seed.end))
        if day is not None
    )
    return " AND ".join(bounds)
