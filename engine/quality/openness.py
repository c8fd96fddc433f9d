"""Which columns of a dataset may show values: those that are surely not personal."""

from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from engine.catalog.model import (
    Column,
    ColumnType,
    DatasetName,
    Layer,
    Model,
    Operator,
    Project,
    Table,
)

ARRIVAL = "_loaded_at"
"""The column of bronze that says when a row came."""


def open_columns(project: Project, dataset: DatasetName) -> frozenset[str]:
    """The columns declared to be kept as they are; of a gold model those made of nothing else.

    What nobody decided on stays closed, also where a sample looked harmless.
    """
    if dataset.layer is Layer.GOLD:
        return _derived(project, project.gold_model(dataset))
    declared = _declared(project.source_table(dataset))
    return declared | {ARRIVAL} if dataset.layer is Layer.BRONZE else declared


def _declared(table: Table) -> frozenset[str]:
    return frozenset(
        column.name
        for column in table.columns
        if column.operator is Operator.KEEP or _tells_of_changes(table, column)
    )


def _tells_of_changes(table: Table, column: Column) -> bool:
    """Whether a column that nobody decided on says when its row changed, and not of whom."""
    is_time = column.type in (ColumnType.TIMESTAMP, ColumnType.DATE)
    return column.name == table.watermark and column.operator is None and is_time


def _derived(project: Project, model: Model) -> frozenset[str]:
    """By the SQL: a column whose sources can't be told is closed."""
    open_sources = {
        f"{each}.{column}" for each in model.upstream for column in open_columns(project, each)
    }
    schema = _schema(project, model)
    return frozenset(
        name
        for name in outputs(model)
        if (origin := _origin(name, model, schema)) is not None
        and all(_is_open(node, open_sources) for node in origin.walk())
    )


def outputs(model: Model) -> tuple[str, ...]:
    """The names of the columns that a model's SQL gives, as far as it tells them."""
    query = sqlglot.parse_one(model.sql, read="postgres")
    return tuple(query.named_selects) if isinstance(query, exp.Query) else ()


Schema = Mapping[str, Mapping[str, Mapping[str, str]]]


def _schema(project: Project, model: Model) -> Schema:
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for dataset in model.upstream:
        columns = dict.fromkeys(_columns(project, dataset), "text")
        found.setdefault(str(dataset.layer), {})[dataset.table] = columns
    return found


def _columns(project: Project, dataset: DatasetName) -> Iterator[str]:
    if dataset.layer is Layer.GOLD:
        yield from outputs(project.gold_model(dataset))
    else:
        yield from (column.name for column in project.source_table(dataset).columns)


def _origin(column: str, model: Model, schema: Schema) -> Node | None:
    try:
        return lineage(column, model.sql, schema=dict(schema), dialect="postgres")
    except (SqlglotError, ValueError, RecursionError):
        return None


def _is_open(node: Node, open_sources: set[str]) -> bool:
    if isinstance(node.source, exp.Table):
        source = f"{node.source.db}.{node.source.name}.{node.name.rpartition('.')[2]}"
        return source in open_sources
    if not isinstance(node.source, exp.Query) or _reads_unseen(node.expression):
        return False
    return bool(node.downstream) or node.expression.find(exp.Column) is None


_UNSEEN = (exp.TableColumn, exp.Query, exp.Anonymous, exp.Dot)
"""What lineage passes over: whole rows, queries within, functions that may read anything."""


def _reads_unseen(expression: exp.Expr) -> bool:
    stars = (
        each for each in expression.find_all(exp.Star) if not isinstance(each.parent, exp.Count)
    )
    return expression.find(*_UNSEEN) is not None or any(stars)
