"""The rules for how a table is loaded: what an incremental load and a history need."""

import re
from collections.abc import Iterator

from engine.catalog.mistakes import Finding, meant
from engine.catalog.model import ColumnType, Model, Operator, PostgresSource, Project, Table
from engine.catalog.sql_model import line_that_reads, names_in

HISTORY_COLUMNS = ("valid_from", "valid_to", "is_current")
"""What a history adds to the columns of its table."""

_ORDERED = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.TIMESTAMP)
_MOMENTS = (ColumnType.DATE, ColumnType.TIMESTAMP)
_DUPLICATES = re.compile(r"duplicate_count\(([^)]*)\)")


def load_mistakes(table: Table, file: str) -> Iterator[Finding]:
    """Every mistake in the `load` of a table."""
    if table.load.incremental:
        yield from _watermark(table, file)
    if table.load.deleted is not None:
        yield from _deleted(table, table.load.deleted, file)
    if table.load.overlap:
        yield from _overlap(table, file)
    if table.load.history:
        yield from _history(table, file)


def versions_counted(project: Project, model: Model) -> Iterator[Finding]:
    """A model that reads a history and does not say which versions it means."""
    if not names_in(model.sql).isdisjoint(HISTORY_COLUMNS):
        return
    for table in project.tables:
        if table.load.history and table.silver in model.upstream:
            problem = f"{table.silver} keeps every version of a row: add WHERE is_current"
            line = line_that_reads(model.sql, table.silver)
            yield f"models/{model.name}.sql", problem, () if line is None else (line,)


def _watermark(table: Table, file: str) -> Iterator[Finding]:
    if table.watermark is None:
        yield file, "an incremental load needs a watermark, which tells newer rows", ("load",)
        return
    column = table.column(table.watermark)
    if column is None:
        return  # told as a watermark that is no column
    if column.type not in _ORDERED:
        problem = f"an incremental load can't order its rows by {column.type}: {column.name}"
        yield file, problem, ("watermark",)
    elif column.operator is not Operator.KEEP and not (
        # a sample never makes a moment personal, but it may make a number so
        column.operator is None and column.type in _MOMENTS
    ):
        problem = f"{column.name} is the watermark of an incremental load: privacy must be keep"
        yield file, problem, ("columns", column.name, "privacy")


def _deleted(table: Table, name: str, file: str) -> Iterator[Finding]:
    column = table.column(name)
    if not table.load.incremental:
        yield file, "rows that leave silver need `mode: incremental`", ("load", "deleted")
    if column is None:
        known = [each.name for each in table.columns]
        yield file, f"{name!r} is no column{meant(name, known)}", ("load", "deleted")
    elif column.type is not ColumnType.BOOLEAN:
        problem = f"{name} is {column.type}; rows that leave are told by a boolean column"
        yield file, problem, ("load", "deleted")
    elif column.operator not in {None, Operator.KEEP}:
        problem = f"{name} tells which rows leave silver: privacy must be keep"
        yield file, problem, ("columns", name, "privacy")


def _overlap(table: Table, file: str) -> Iterator[Finding]:
    column = table.column(table.watermark) if table.watermark else None
    if not table.load.incremental or not isinstance(table.source, PostgresSource):
        problem = "an overlap is for incremental loads from another database: new files are whole"
        yield file, problem, ("load", "overlap")
    elif column is not None and column.type not in _MOMENTS:
        problem = f"an overlap in time needs a watermark in time; {column.name} is {column.type}"
        yield file, problem, ("load", "overlap")


def _history(table: Table, file: str) -> Iterator[Finding]:
    if not table.load.incremental:
        yield file, "a history needs `mode: incremental`", ("load", "history")
    column = table.column(table.watermark) if table.watermark else None
    if column is not None and not column.required:
        problem = f"a history is ordered by {column.name}: it must be `required: true`"
        yield file, problem, ("columns", column.name)
    for name in HISTORY_COLUMNS:
        if table.column(name) is not None:
            yield file, f"a history adds a column {name} of its own", ("columns", name)
    yield from _one_version_a_key(table, file)


def _one_version_a_key(table: Table, file: str) -> Iterator[Finding]:
    """A check that a key stands once, of all its versions: a filter may leave but one."""
    for index, check in enumerate(table.checks):
        found = _DUPLICATES.match(check.text)
        columns = [name.strip(' "') for name in found[1].split(",")] if found else []
        if columns and set(columns) == set(table.key) and "filter:" not in check.text:
            rather = f"duplicate_count({', '.join((*columns, 'valid_from'))})"
            problem = f"«{check.title}» can't hold, a key has several versions: check {rather}"
            yield check.file or file, problem, check.path or ("checks", index)
