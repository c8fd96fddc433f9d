"""Counts the rows of a published table that look the same, in a transaction that can't write."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import Database, driver
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.names import ident
from engine.catalog.model import DatasetName, Layer, Project
from engine.errors import StatementFailed, UnknownDataset
from engine.privacy.anonymity import (
    SHOWN,
    Anonymity,
    Group,
    Question,
    Tally,
    chosen,
    require_sensible,
)
from engine.quality.openness import open_columns

LONGEST = 60
"""Characters of a value that are shown."""

PATIENCE = 30
"""Seconds that one look may take."""

_BEGIN = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # a swap waits for whoever reads its table, and not for long
    "SET LOCAL lock_timeout = '2s'",
    "SET LOCAL work_mem = '64MB'",
)

_COLUMNS = text(
    "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute "
    "WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped "
    r"AND attname NOT LIKE '\_%' ORDER BY attnum"
)

_UNGROUPABLE = frozenset(
    {"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"}
)
"""Types whose values PostgreSQL can't group; they are the same when they are written the same."""


class PostgresCrowds:
    """The published tables of one database."""

    def __init__(self, database: Database, seconds: int = PATIENCE) -> None:
        self._database = database
        self._begin = (*_BEGIN, f"SET LOCAL statement_timeout = '{seconds}s'")

    async def of(self, project: Project, question: Question) -> Anonymity:
        """One statement over the whole table; raises StatementFailed where it takes too long."""
        require_sensible(question)
        # to follow a model's columns through its SQL takes milliseconds for each of them
        opened = await asyncio.to_thread(_open, project, question.dataset)
        try:
            return await self._counted(question, opened)
        except StatementFailed as error:
            error.hint = "Ask for fewer columns at once."
            raise

    async def _counted(self, question: Question, opened: frozenset[str]) -> Anonymity:
        async with self._database.begin() as connection:
            for statement in self._begin:
                await connection.execute(text(statement))
            types = await _types(connection, question.dataset)
            columns = chosen(question, list(types))
            asked = Question(question.dataset, columns, question.k)
            shown = [place for place, name in enumerate(columns) if name in opened]
            raw = await driver(connection)
            rows = await raw.fetch(select(asked, types, shown), question.k)
        return _answer(asked, types, opened, rows)


def _open(project: Project, dataset: DatasetName) -> frozenset[str]:
    """Of bronze none: what is rare in a harmless column may be what should not stand there."""
    return frozenset() if dataset.layer is Layer.BRONZE else open_columns(project, dataset)


async def _types(connection: AsyncConnection, dataset: DatasetName) -> Mapping[str, str]:
    rows = await connection.execute(_COLUMNS, {"name": quoted(dataset)})
    types = {row.attname: row.type for row in rows}
    if not types:
        error = UnknownDataset(str(dataset))
        error.hint = f"{dataset} was not written yet. Say «run pipeline medallion» first."
        raise error
    return types


def select(question: Question, types: Mapping[str, str], shown: Sequence[int]) -> str:
    """SELECT of the groups by all columns, by all but each one, and the smallest of the first."""
    names = [f"c{place}" for place in range(len(question.columns))]
    cells = ", ".join(
        f"{_groupable(ident(column), types[column])} AS {name}"
        for column, name in zip(question.columns, names, strict=True)
    )
    values = {f"v{place}": f"left({names[place]}::text, {LONGEST})" for place in shown}
    order = ", ".join(["size", *values])
    columns = ", ".join(names)
    return f"""
WITH cells AS (SELECT {cells} FROM {quoted(question.dataset)}),
crowds AS (
  SELECT grouping({columns}) AS left_out, count(*) AS size, {columns}
  FROM cells GROUP BY GROUPING SETS ({_sets(names)})
),
smallest AS (
  SELECT size{"".join(f", {value} AS {name}" for name, value in values.items())}
  FROM crowds WHERE left_out = 0 ORDER BY {order} LIMIT {SHOWN}
)
SELECT left_out, count(*) AS groups, sum(size)::bigint AS rows, min(size) AS smallest,
  count(*) FILTER (WHERE size < $1) AS groups_below,
  coalesce(sum(size) FILTER (WHERE size < $1), 0)::bigint AS rows_below,
  CASE WHEN left_out = 0 THEN (
    SELECT json_agg(json_build_array({order}) ORDER BY {order}) FROM smallest)::text
  END AS told
FROM crowds GROUP BY left_out"""


def _sets(names: Sequence[str]) -> str:
    """All, and all but each one where anything is left."""
    without = [[other for other in names if other != name] for name in names if len(names) > 1]
    return ", ".join(f"({', '.join(each)})" for each in (names, *without))


def _groupable(column: str, type_: str) -> str:
    return f"{column}::text" if type_ in _UNGROUPABLE else column


def _answer(
    question: Question,
    types: Mapping[str, str],
    opened: frozenset[str],
    rows: Sequence[asyncpg.Record],
) -> Anonymity:
    by_mask = {row["left_out"]: row for row in rows}
    whole = by_mask.get(0)
    if whole is None:
        return Anonymity(question, types=types, open=opened)
    columns = question.columns
    # the last column is the lowest bit
    masks = {name: 1 << (len(columns) - 1 - place) for place, name in enumerate(columns)}
    shown = [name for name in columns if name in opened]
    return Anonymity(
        question,
        _tally(whole),
        {name: _tally(by_mask[mask]) for name, mask in masks.items() if mask in by_mask},
        tuple(_group(told, shown) for told in json.loads(whole["told"])),
        types,
        opened,
    )


def _tally(row: asyncpg.Record) -> Tally:
    names = ("rows", "groups", "smallest", "groups_below", "rows_below")
    return Tally(*(int(row[name]) for name in names))


def _group(told: Sequence[object], shown: Sequence[str]) -> Group:
    size, *values = told
    texts = [None if value is None else str(value) for value in values]
    return Group(int(str(size)), dict(zip(shown, texts, strict=True)))
