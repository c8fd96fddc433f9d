"""Checks that put rows aside, as conditions for the statement that judges the rows."""

from collections.abc import Iterator, Sequence

from engine.adapters.postgres import check_sql
from engine.adapters.postgres.cell_sql import SQL_TYPES, SilverColumn
from engine.adapters.postgres.check_sql import Shape
from engine.adapters.postgres.check_values import Unanswerable
from engine.adapters.postgres.refine_sql import RowRule
from engine.catalog.model import Check, Table
from engine.quality.examples import checked_columns
from engine.quality.wording import title
from engine.sodacl.model import Form, ReferenceCheck, Severity
from engine.sodacl.parse import read

_IN_WORDS = {"timestamptz": "timestamp with time zone"}


def row_rules(table: Table, columns: Sequence[SilverColumn]) -> tuple[RowRule, ...]:
    """The conditions of the table's checks of severity quarantine.

    They speak of the values before protection. What can't be asked of these columns is left to the
    gate, where it counts as not evaluated.
    """
    types = {each.column.name: SQL_TYPES[each.column.type] for each in columns}
    shape = Shape(
        ("silver", table.name),
        {name: _IN_WORDS.get(type_, type_) for name, type_ in types.items()},
    )
    return tuple(_rules(table.checks, shape))


def _rules(checks: Sequence[Check], shape: Shape) -> Iterator[RowRule]:
    for check in checks:
        form = _form(check)
        if form is None or form.severity is not Severity.QUARANTINE:
            continue
        try:
            condition = check_sql.failing(form, shape, {})
        except Unanswerable:
            continue
        if condition is not None:
            yield RowRule(condition, _reason(check, form, tuple(shape.columns)))


def _reason(check: Check, form: Form, columns: Sequence[str]) -> str:
    """Such as `price: breaks «priced»`: the column at fault is shown, and can be asked for."""
    named = [name for name in columns if name in checked_columns(columns, form.rule)]
    return f"{', '.join(named) or 'check'}: breaks «{title(check)}»"


def _form(check: Check) -> Form | None:
    """What a check says; a reference needs another table, which the gate looks into."""
    form = read(check.text).form
    return None if form is None or isinstance(form.rule, ReferenceCheck) else form
