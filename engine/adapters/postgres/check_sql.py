"""A check's question to PostgreSQL: an expression that shares one SELECT, or a statement.

What people wrote in SQL goes in as it is, in parentheses of its own; a line break before the
closing one keeps a comment at its end from swallowing it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.adapters.postgres import check_values
from engine.adapters.postgres.check_values import Unanswerable
from engine.adapters.postgres.names import ident, qualified
from engine.catalog.model import Layer
from engine.quality.wording import no_table
from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    Measure,
    MetricCheck,
    ReferenceCheck,
    Values,
)

TableName = tuple[str, str]
"""Schema and table."""

ROWS = "count(*)"


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a table, in order, each with its type in words."""

    name: TableName
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """The quoted name of the table."""
        return qualified(*self.name)

    def type_of(self, column: str) -> str:
        """The type of a column; raises Unanswerable where there is none."""
        if not self.columns:
            raise Unanswerable(no_table(".".join(self.name)))
        if column not in self.columns:
            raise Unanswerable(f"there is no column {column!r}")
        return self.columns[column]

    def quoted(self, column: str) -> str:
        """The quoted name of a column; raises Unanswerable where there is none."""
        self.type_of(column)
        return ident(column)


Shapes = Mapping[TableName, Shape]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An expression that stands beside others in one SELECT of the table."""

    sql: str
    is_costly: bool = False
    """Regular expressions and sorting: worth a connection of its own."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that gives one number."""

    sql: str
    is_written: bool = False
    """A query of people's own: nobody knows how many rows it gives."""


Question = Aggregate | Statement


def other_table(rule: ReferenceCheck, schema: str) -> TableName:
    """The table that a reference check looks into; in the same layer where it names none."""
    layer, dot, table = rule.other.partition(".")
    return (layer, table) if dot and layer in set(Layer) else (schema, rule.other)


def question(form: Form, shape: Shape, others: Shapes) -> Question | None:
    """What to ask for a check's number; None where it is not one number of one table.

    Raises Unanswerable where the table lacks what the check needs.
    """
    rule = form.rule
    match rule:
        case MetricCheck() | AnomalyCheck():
            return _measure(rule.measure, shape)
        case FreshnessCheck():
            return Aggregate(_newest(rule, shape))
        case FailedRowsCheck():
            return _failed_rows(rule)
        case ReferenceCheck():
            return Statement(
                f"SELECT {ROWS} FROM {shape.sql} AS source WHERE {_breaks(rule, shape, others)}"
            )
        case _:
            return None


def failing(form: Form, shape: Shape, others: Shapes) -> str | None:
    """The condition that holds for the rows, called source, that break a check; None without any.

    Raises Unanswerable where the table lacks what the check needs.
    """
    rule = form.rule
    match rule:
        case MetricCheck(change=None):
            return _failing_measure(rule.measure, shape)
        case FailedRowsCheck(condition=str() as condition):
            return _as_written(condition)
        case ReferenceCheck():
            return _breaks(rule, shape, others)
        case _:
            return None


def selected(shape: Shape, expressions: Sequence[str]) -> str:
    """One SELECT of many expressions, of which one that gives a set gives no more than a row."""
    return f"SELECT {', '.join(expressions)} FROM {shape.sql} LIMIT 1"


def _measure(measure: Measure, shape: Shape) -> Question:
    if measure.query is not None:
        return Statement(_stripped(measure.query), is_written=True)
    if measure.expression is not None:
        return _expression(measure, shape)
    name = measure.metric
    if name.startswith("duplicate_"):
        return Statement(_duplicates(measure, shape))
    if name.endswith("_percent"):
        counted = _filtered(ROWS, *_counted(measure, shape))
        of_all = _filtered(ROWS, *_filter(measure))
        sql = f"{counted} * 100::float8 / nullif({of_all}, 0)"
        return Aggregate(sql, check_values.is_costly(measure.values))
    if name in _COUNTS:
        sql = _filtered(ROWS, *_counted(measure, shape))
        return Aggregate(sql, check_values.is_costly(measure.values))
    return _aggregate(measure, shape)


def _expression(measure: Measure, shape: Shape) -> Question:
    """A filter is the whole SELECT's: no other place limits all aggregates in people's SQL."""
    sql = _as_written(measure.expression or "")
    if measure.filter is None:
        return Aggregate(sql)
    return Statement(f"SELECT {sql} FROM {shape.sql} WHERE {_as_written(measure.filter)} LIMIT 1")


_COUNTS = frozenset({"row_count", "missing_count", "invalid_count", "valid_count"})


def _counted(measure: Measure, shape: Shape) -> Iterable[str]:
    """Which rows a count counts."""
    yield from _filter(measure)
    if measure.metric != "row_count":
        column = shape.quoted(_only_column(measure))
        kind = measure.metric.partition("_")[0]
        yield _KINDS[kind](column, measure.values)


_KINDS = {
    "missing": check_values.missing,
    "invalid": check_values.invalid,
    "valid": check_values.valid,
}


def _filter(measure: Measure) -> Iterable[str]:
    if measure.filter is not None:
        yield _as_written(measure.filter)


def _only_column(measure: Measure) -> str:
    if len(measure.columns) != 1:
        raise Unanswerable(f"{measure.metric} is of one column")
    return measure.columns[0]


_NUMERIC = {
    **{name: name for name in ("min", "max", "avg", "sum")},
    **{name: name for name in ("stddev", "stddev_pop", "stddev_samp")},
    **{name: name for name in ("variance", "var_pop", "var_samp")},
}
_OF_LENGTH = {f"{name}_length": name for name in ("min", "max", "avg")}


def _aggregate(measure: Measure, shape: Shape) -> Aggregate:
    if measure.metric in _OF_LENGTH:
        return called(f"{_OF_LENGTH[measure.metric]}({{}})", measure, shape)
    if measure.metric == "percentile":
        function = f"percentile_disc({measure.percentile}) WITHIN GROUP (ORDER BY {{}})"
        return replace(called(function, measure, shape), is_costly=True)
    if measure.metric not in _NUMERIC:
        raise Unanswerable(f"there is no metric {measure.metric!r}")
    return called(f"{_NUMERIC[measure.metric]}({{}})", measure, shape)


def called(function: str, measure: Measure, shape: Shape) -> Aggregate:
    """An aggregate of the numbers that a measure is of, which stand where the braces are.

    Raises Unanswerable where they are no numbers.
    """
    values = measure.values
    column = shape.quoted(_only_column(measure))
    valid = [check_values.valid(column, values)] if values != Values() else []
    number = f"length({column})"
    if measure.metric not in _OF_LENGTH:
        number = check_values.number(column, values)
        if number == column:
            _require_number(measure, shape)
    sql = _filtered(function.replace("{}", number), *valid, *_filter(measure))
    return Aggregate(sql, check_values.is_costly(values))


_NO_NUMBERS = re.compile("character|text|bool|date|time|uuid|json|bytea|ARRAY")


def _require_number(measure: Measure, shape: Shape) -> None:
    """A type error would spoil the whole SELECT, and says less."""
    (column,) = measure.columns
    if _NO_NUMBERS.match(shape.type_of(column)):
        message = f"{measure.metric} needs numbers, and {column} is {shape.type_of(column)}"
        raise Unanswerable(message)


_SORT_FAST = ("smallint", "integer", "bigint", "date", "timestamp")


def _duplicates(measure: Measure, shape: Shape) -> str:
    """How many values occur more than once; those that sort fast are grouped only where one does.

    To count them and the distinct ones takes a third of grouping them, but text takes more.
    PostgreSQL works the second query of a CASE only where it gets there.
    """
    columns = [shape.quoted(each) for each in measure.columns]
    rows = [*(f"{each} IS NOT NULL" for each in columns), *_filter(measure)]
    listed = ", ".join(columns)
    where = " AND ".join(rows)
    repeated = (
        f"(SELECT {ROWS} FROM (SELECT FROM {shape.sql} WHERE {where} "
        f"GROUP BY {listed} HAVING {ROWS} > 1) AS repeated)"
    )
    count = repeated
    if len(columns) == 1 and shape.type_of(measure.columns[0]).startswith(_SORT_FAST):
        # both pass over NULL by themselves, which is cheaper than a condition
        found = "".join(f" WHERE {each}" for each in _filter(measure))
        surplus = f"(SELECT count({listed}) - count(DISTINCT {listed}) FROM {shape.sql}{found})"
        count = f"CASE {surplus} WHEN 0 THEN 0 ELSE {repeated} END"
    if measure.metric == "duplicate_count":
        return f"SELECT {count}"
    of_all = f"(SELECT {_filtered(ROWS, *_filter(measure))} FROM {shape.sql})"
    return f"SELECT ({count}) * 100::float8 / nullif({of_all}, 0)"


def _newest(rule: FreshnessCheck, shape: Shape) -> str:
    """The newest moment as seconds since 1970; a date lasts to its end, as for Soda."""
    type_ = shape.type_of(rule.column)
    if not type_.startswith(("date", "timestamp")):
        raise Unanswerable(f"freshness needs dates or times, and {rule.column} is {type_}")
    rows = [_as_written(rule.filter)] if rule.filter is not None else []
    newest = _filtered(f"max({ident(rule.column)})", *rows)
    end_of_day = " + 86399.999999" if type_ == "date" else ""
    return f"extract(epoch FROM {newest}){end_of_day}"


def _failed_rows(rule: FailedRowsCheck) -> Question:
    if rule.condition is not None:
        return Aggregate(_filtered(ROWS, _as_written(rule.condition)))
    if rule.query is not None:
        return Statement(f"SELECT {ROWS} FROM {_as_written(_stripped(rule.query))} AS failed")
    raise Unanswerable("it has neither a condition nor a query")


def _breaks(rule: ReferenceCheck, shape: Shape, others: Shapes) -> str:
    """A row breaks it where one of its columns has a value and no row there has all of them."""
    other = others[other_table(rule, shape.name[0])]
    pairs = [
        (f"source.{shape.quoted(here)}", f"target.{other.quoted(there)}")
        for here, there in zip(rule.columns, rule.other_columns, strict=True)
    ]
    there = " OR ".join(f"{here} IS NOT NULL" for here, _ in pairs)
    same = " AND ".join(f"{target} = {source}" for source, target in pairs)
    exists = f"EXISTS (SELECT FROM {other.sql} AS target WHERE {same})"
    rows = [_as_written(rule.filter)] if rule.filter is not None else []
    return " AND ".join([*rows, f"({there})", exists if rule.negated else f"NOT {exists}"])


def _failing_measure(measure: Measure, shape: Shape) -> str | None:
    kind = measure.metric.partition("_")[0]
    if measure.expression is not None or measure.query is not None:
        return None
    if kind == "duplicate":
        columns = [shape.quoted(each) for each in measure.columns]
        listed = ", ".join(columns)
        rows = [*(f"{each} IS NOT NULL" for each in columns), *_filter(measure)]
        where = " AND ".join(rows)
        grouped = (
            f"SELECT {listed} FROM {shape.sql} WHERE {where} GROUP BY {listed} HAVING {ROWS} > 1"
        )
        return " AND ".join([*rows, f"({listed}) IN ({grouped})"])
    if kind not in {"missing", "invalid"}:
        return None
    return " AND ".join(f"({each})" for each in _counted(measure, shape))


def _filtered(aggregate: str, *conditions: str) -> str:
    if not conditions:
        return aggregate
    where = " AND ".join(f"({each})" for each in conditions)
    return f"{aggregate} FILTER (WHERE {where})"


def _as_written(sql: str) -> str:
    return f"({sql}\n)"


def _stripped(query: str) -> str:
    return query.strip().rstrip(";")
