"""What the columns of a project are made of, by what it declares alone, before any run."""

from collections.abc import Iterator, Mapping

from engine.adapters.postgres.cell_sql import SQL_TYPES
from engine.adapters.postgres.history_sql import VALIDITY
from engine.adapters.sql_lineage import ANY, SqlLineage
from engine.catalog.model import (
    ColumnType,
    DatasetName,
    Operator,
    Project,
    Table,
    in_dependency_order,
)
from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from engine.privacy.policy import TableRules

Schema = dict[str, dict[str, str]]

UNTOLD = "unknown"
"""The type of a model's column before it is built."""


def project_columns(
    project: Project, reader: SqlLineage | None = None
) -> Mapping[DatasetName, ColumnLineage]:
    """Where the columns of each silver and gold dataset come from, silver first.

    Masking says that a protection other than `keep` is declared; of columns on which nobody
    decided, a sample of their values decides in the run.
    """
    reader = reader or SqlLineage()
    schema = project_schema(project)
    found = {table.silver: _refined(project, table) for table in project.tables}
    for model in in_dependency_order(project.models):
        lineage = reader.of(model.sql, schema)
        columns = dict.fromkeys((each.column for each in lineage.columns), UNTOLD)
        schema[str(model.gold)] = columns if lineage.columns else {ANY: UNTOLD}
        found[model.gold] = lineage
    return found


def project_schema(project: Project) -> Schema:
    """The declared columns of silver with their types, and that a delivery may bring others."""
    return {
        str(table.silver): {
            **{each.name: SQL_TYPES[each.type] for each in table.columns},
            **dict.fromkeys(_validity(table), UNTOLD),
            ANY: SQL_TYPES[ColumnType.TEXT],
        }
        for table in project.tables
    }


def _refined(project: Project, table: Table) -> ColumnLineage:
    """Refining reads each column of silver from the one of bronze that is called the same."""
    rules = TableRules.of(project, table)
    names = [each.name for each in table.columns]
    protected = {
        each.column for each in rules.protections(names) if each.operator is not Operator.KEEP
    }
    columns = tuple(
        ColumnOrigin(name, (_source(table, name, Influence.TRANSFORMATION, name in protected),))
        for name in names
    )
    unresolved = tuple(_unresolved(table, rules.undecided(names)))
    return ColumnLineage((*columns, *_history(table)), tuple(_deciders(table)), unresolved)


def _source(table: Table, column: str, influence: Influence, masking: bool = False) -> ColumnSource:
    return ColumnSource(str(table.bronze), column, influence, masking)


def _deciders(table: Table) -> Iterator[ColumnSource]:
    """What decides which rows come through: what must be there or be cast, and which is newest."""
    for column in table.columns:
        if column.required or column.type is not ColumnType.TEXT:
            yield _source(table, column.name, Influence.FILTER)
    if table.load.deleted is not None:
        yield _source(table, table.load.deleted, Influence.FILTER)
    for key in table.key:
        yield _source(table, key, Influence.GROUP_BY)
    if table.watermark is not None:
        yield _source(table, table.watermark, Influence.SORT)


def _validity(table: Table) -> tuple[str, ...]:
    return VALIDITY if table.load.history else ()


def _history(table: Table) -> Iterator[ColumnOrigin]:
    """Since when and until when a version holds, by the watermarks of its key."""
    if not _validity(table) or table.watermark is None:
        return
    at = _source(table, table.watermark, Influence.TRANSFORMATION)
    keys = tuple(_source(table, key, Influence.WINDOW) for key in table.key)
    for name in _validity(table):
        yield ColumnOrigin(name, (at,) if name == "valid_from" else (at, *keys))


def _unresolved(table: Table, undecided: tuple[str, ...]) -> Iterator[str]:
    yield f"{table.bronze} may bring undeclared columns, which {table.silver} gets too"
    for name in undecided:
        yield f"whether {table.silver}.{name} is protected is decided by a sample of its values"
