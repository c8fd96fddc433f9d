"""Checks that put rows aside, as conditions for the statement that judges the rows."""

from collections.abc import Iterator, Sequence

from engine.adapters.postgres import check_sql
from engine.adapters.postgres.cell_sql import SQL_TYPES, SilverColumn
from engine.adapters.postgres.check_sql import Shape, Shapes
from engine.adapters.postgres.check_values import Unanswerable
from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.refine_sql import RowRule
from engine.adapters.postgres.staging import types_of
from engine.adapters.postgres.swap import Relation
from engine.catalog.model import Check, Layer, Operator, Table
from engine.quality.examples import checked_columns
from engine.quality.wording import title
from engine.sodacl.model import Form, ReferenceCheck, Severity
from engine.sodacl.parse import read

_IN_WORDS = {"timestamptz": "timestamp with time zone"}


async def referred(connection: Driver, table: Table) -> Shapes:
    """The columns of the tables that references of severity quarantine look into."""
    rules = [form.rule for _, form in _forms(table.checks)]
    names = [
        check_sql.other_table(rule, Layer.SILVER)
        for rule in rules
        if isinstance(rule, ReferenceCheck)
    ]
    return {each: Shape(each, await types_of(connection, Relation(*each))) for each in names}


def row_rules(table: Table, columns: Sequence[SilverColumn], others: Shapes) -> tuple[RowRule, ...]:
    """The conditions of the table's checks of severity quarantine.

    They speak of the values before protection. What can't be asked of these columns is left to the
    gate, where it counts as not evaluated; so are references that it alone can follow.
    """
    types = {each.column.name: SQL_TYPES[each.column.type] for each in columns}
    shape = Shape(
        (Layer.SILVER, table.name),
        {name: _IN_WORDS.get(type_, type_) for name, type_ in types.items()},
    )
    protected = {each.column.name for each in columns if each.operator is not Operator.KEEP}
    return tuple(
        RowRule(condition, _reason(check, form, tuple(shape.columns)))
        for check, form in _forms(table.checks)
        if protected.isdisjoint(_referring(form)) and _may_follow(form, shape, others)
        if (condition := _condition(form, shape, others)) is not None
    )


def _forms(checks: Sequence[Check]) -> Iterator[tuple[Check, Form]]:
    for check in checks:
        form = read(check.text).form
        if form is not None and form.severity is Severity.QUARANTINE:
            yield check, form


def _referring(form: Form) -> tuple[str, ...]:
    """The columns that refer: what is protected is known there by its token, not by its value."""
    return form.rule.columns if isinstance(form.rule, ReferenceCheck) else ()


def _may_follow(form: Form, shape: Shape, others: Shapes) -> bool:
    """Whether the rows that are written can be looked for elsewhere, without a type error.

    The table itself is what is being written: only the gate sees all of it.
    """
    rule = form.rule
    if not isinstance(rule, ReferenceCheck):
        return True
    name = check_sql.other_table(rule, shape.name[0])
    other = others[name].columns
    pairs = zip(rule.columns, rule.other_columns, strict=True)
    return name != shape.name and all(
        _family(shape.columns.get(here, "")) == _family(other.get(there, "none"))
        for here, there in pairs
    )


def _family(type_: str) -> str:
    """Types that compare with each other have the same."""
    bare = type_.partition("(")[0]
    return _FAMILIES.get(bare, bare)


_FAMILIES = {
    **dict.fromkeys(("smallint", "integer", "bigint", "numeric"), "number"),
    **dict.fromkeys(("text", "character varying"), "text"),
}


def _condition(form: Form, shape: Shape, others: Shapes) -> str | None:
    try:
        return check_sql.failing(form, shape, others)
    except Unanswerable:
        return None


def _reason(check: Check, form: Form, columns: Sequence[str]) -> str:
    """Such as `price: breaks «priced»`: the column at fault is shown, and can be asked for."""
    named = [name for name in columns if name in checked_columns(columns, form.rule)]
    return f"{', '.join(named) or 'check'}: breaks «{title(check)}»"
