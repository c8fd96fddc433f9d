"""Finds example rows of a check in PostgreSQL; values that may not be shown are not read."""

import logging
from collections.abc import Sequence

from engine.adapters.postgres import check_sql
from engine.adapters.postgres.check_binding import bound
from engine.adapters.postgres.check_sql import Shape, Shapes
from engine.adapters.postgres.check_values import Unanswerable
from engine.adapters.postgres.database import Database, Driver, driver
from engine.adapters.postgres.names import ident, text_literal
from engine.adapters.postgres.staging import types_of
from engine.adapters.postgres.swap import Relation
from engine.catalog.model import Check, DatasetName, Layer, Project, Table
from engine.errors import EngineError
from engine.quality.examples import MASKED, MISSING, MOST_EXAMPLES, Examples, shown_columns
from engine.sodacl.mistakes import Mistake
from engine.sodacl.model import Form, MetricCheck, ReferenceCheck
from engine.sodacl.parse import parsed

logger = logging.getLogger(__name__)

LONGEST = 60
"""Characters of a value that are shown."""


class PostgresExamples:
    """Rows of staged or published tables."""

    def __init__(self, project: Project, database: Database, timeout: float = 5.0) -> None:
        self._project = project
        self._database = database
        self._timeout = timeout

    async def of(self, dataset: DatasetName, table: str, check: Check) -> Examples | None:
        """The first rows that PostgreSQL comes upon; looked for no longer than they are worth."""
        declared = self._project.table(dataset.table)
        if declared is None or dataset.layer is not Layer.SILVER:
            return None
        try:
            name = (str(dataset.layer), table)
            return await self._found(declared, name, bound(parsed(check.text), name))
        except (Mistake, Unanswerable):
            return None
        except EngineError as error:
            logger.info("no example rows of a check of %s: %s", dataset, error.message)
            return None

    async def _found(self, table: Table, name: tuple[str, str], form: Form) -> Examples | None:
        columns = shown_columns(table, form.rule)
        if not columns:
            return None
        async with self._database.begin() as transaction:
            connection = await driver(transaction)
            await connection.execute(_reading_only(name[0], self._timeout))
            shapes = await _shapes(connection, name, form)
            shape = shapes[name]
            present = [each for each in columns if each in shape.columns]
            where = check_sql.failing(form, shape, shapes)
            if where is None or not present:
                return None
            rows = await connection.fetch(_select(table, shape, present, where, _order(form)))
        return Examples(tuple(present), tuple(tuple(row) for row in rows)) if rows else None


def _reading_only(schema: str, seconds: float) -> str:
    """People's SQL reads, finds its own layer, and does nothing else."""
    return (
        f"SET TRANSACTION READ ONLY; SET LOCAL search_path = {ident(schema)}, public; "
        f"SET LOCAL statement_timeout = {int(seconds * 1000)}"
    )


async def _shapes(connection: Driver, name: tuple[str, str], form: Form) -> Shapes:
    """The columns of the table, and of the one that a reference check looks into."""
    wanted = [name]
    if isinstance(form.rule, ReferenceCheck):
        wanted.append(check_sql.other_table(form.rule, name[0]))
    return {each: Shape(each, await types_of(connection, Relation(*each))) for each in wanted}


def _select(
    table: Table, shape: Shape, columns: Sequence[str], where: str, order: Sequence[str]
) -> str:
    shown = ", ".join(_shown(each, tellable=each in table.tellable) for each in columns)
    ordered = f" ORDER BY {', '.join(ident(each) for each in order)}" if order else ""
    return f"SELECT {shown} FROM {shape.sql} AS source WHERE {where}{ordered} LIMIT {MOST_EXAMPLES}"


def _shown(column: str, *, tellable: bool) -> str:
    if not tellable:
        # that there is none is what people ask about, and tells nothing of whom it is
        shown = f"source.{ident(column)} IS NULL THEN {text_literal(MISSING)}"
        return f"CASE WHEN {shown} ELSE {text_literal(MASKED)} END"
    return f"coalesce(left(source.{ident(column)}::text, {LONGEST}), {text_literal(MISSING)})"


def _order(form: Form) -> Sequence[str]:
    """Duplicates stand together; all others as they come, which spares reading the whole table."""
    rule = form.rule
    is_duplicate = isinstance(rule, MetricCheck) and rule.measure.metric.startswith("duplicate_")
    return rule.measure.columns if isinstance(rule, MetricCheck) and is_duplicate else ()
