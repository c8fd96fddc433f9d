"""The SQL that a run would carry out, as text for people; nothing carries it out from here."""

from collections.abc import Sequence

from engine.adapters.postgres import history_sql, merge_sql, quarantine_sql, refine_sql
from engine.adapters.postgres.cell_sql import SQL_TYPES, silver_columns
from engine.adapters.postgres.check_sql import Shapes
from engine.adapters.postgres.increments import Increment
from engine.adapters.postgres.names import dataset, ident, qualified, text_literal
from engine.adapters.postgres.row_rules import row_rules
from engine.catalog.model import DatasetName, Model, Table, column_names
from engine.privacy.coverage import Coverage

RUN = "run"
"""Stands for the run's id in the names of staged tables."""


def copy(table: Table, headers: Sequence[str], delimiter: str) -> str:
    """COPY of a delivery into bronze."""
    columns = ", ".join(map(ident, column_names(headers)))
    form = f"FORMAT csv, DELIMITER {text_literal(delimiter)}"
    return f"COPY {dataset(table.bronze)} ({columns}) FROM STDIN WITH ({form})"


def refine(
    table: Table, present: Sequence[str], coverages: Sequence[Coverage], others: Shapes
) -> tuple[str, ...]:
    """The statements that stage silver, as far as they are known before a sample was examined."""
    columns = silver_columns(table, present, coverages)
    rules = row_rules(table, columns, others)
    return tuple(
        _tidy(statement)
        for statement in (
            refine_sql.judge(table, columns, rules=rules),
            quarantine_sql.let_leave(table),
            refine_sql.put_aside(table, columns, rules),
            quarantine_sql.drop_replaced(table),
            refine_sql.stage(columns, _staged(table.silver)),
        )
    )


def build(model: Model) -> str:
    """CREATE TABLE AS the model's SELECT."""
    return _tidy(f"CREATE TABLE {_staged(model.gold)} AS\n{model.sql}")


def swap(published: DatasetName, *, there: bool) -> tuple[str, ...]:
    """The renames that put a staged table in the place of the published one."""
    aside = f"{published.table}__{RUN}_old"
    rename = f"ALTER TABLE {_staged(published)} RENAME TO {ident(published.table)}"
    if not there:
        return (rename,)
    return (
        f"ALTER TABLE {dataset(published)} RENAME TO {ident(aside)}",
        rename,
        f"DROP TABLE {qualified(published.layer, aside)}",
    )


def merge(table: Table) -> tuple[str, ...]:
    """The statements that bring a delta into silver."""
    increment = _increment(table)
    names = [column.name for column in table.columns]
    silver = dataset(table.silver)
    delta = qualified(table.silver.layer, f"{table.name}__{RUN}_delta")
    if table.load.history:
        with_validity = [*names, *history_sql.VALIDITY]
        statements = history_sql.merge(silver, delta, with_validity, increment)
        return tuple(_tidy(each) for each in statements)
    return (_tidy(merge_sql.merge(silver, delta, names, increment)),)


def _increment(table: Table) -> Increment:
    column = table.column(table.watermark) if table.watermark else None
    return Increment(
        whole=False,
        key=table.key,
        watermark=table.watermark or "",
        watermark_type=SQL_TYPES[column.type] if column else "",
        deleted=table.load.deleted,
        history=table.load.history,
        form={},
        upto=None,
    )


def _staged(published: DatasetName) -> str:
    return qualified(published.layer, f"{published.table}__{RUN}")


def _tidy(statement: str) -> str:
    return "\n".join(line.rstrip() for line in statement.strip().splitlines() if line.strip())
