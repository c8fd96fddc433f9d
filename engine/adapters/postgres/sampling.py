"""Takes samples of columns: different values with the lowest hashes, the same each time."""

from collections.abc import Sequence

from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.names import dataset as quoted
from engine.adapters.postgres.names import ident
from engine.catalog.model import DatasetName
from engine.privacy.model import ColumnSample

LONGEST_SAMPLED_VALUE = 2_000

FIRST_ROWS = 2_000
"""Rows that tell whether most values of a column are different."""

_ROWS_A_VALUE = 4
"""Of a column with mostly different values so many rows for each value that is wanted do."""


async def sampled(
    connection: Driver, dataset: DatasetName, columns: Sequence[str], size: int
) -> tuple[ColumnSample, ...]:
    """Up to `size` different values of each column, spread over the table."""
    various = await _various(connection, dataset, columns)
    samples = []
    for column in columns:
        values = await _nearest(connection, dataset, column, size) if column in various else ()
        if len(values) < size:
            values = await _fetched(connection, _lowest(_different(dataset, column)), size)
        samples.append(ColumnSample(column, tuple(values)))
    return tuple(samples)


async def _various(
    connection: Driver, dataset: DatasetName, columns: Sequence[str]
) -> frozenset[str]:
    """The columns in which most of the first rows of a large table differ."""
    if not columns:
        return frozenset()
    counts = ", ".join(f"count(DISTINCT {_value(column)})" for column in columns)
    first = f"SELECT * FROM {quoted(dataset)} LIMIT {FIRST_ROWS}"
    record = await connection.fetchrow(f"SELECT {counts} FROM ({first}) first_rows")
    pairs = zip(columns, record or (), strict=True)
    return frozenset(column for column, count in pairs if 2 * count > FIRST_ROWS)


async def _nearest(
    connection: Driver, dataset: DatasetName, column: str, size: int
) -> Sequence[str]:
    """The values of the rows with the lowest hashes: three times as fast as telling all apart.

    Where they are as many as wanted no lower one is missing.
    """
    value = _value(column)
    rows = (
        f"SELECT {value} AS value FROM {_filled(dataset, column)} "
        f"ORDER BY hashtext({value}) LIMIT {_ROWS_A_VALUE * size}"
    )
    return await _fetched(connection, _lowest(f"SELECT DISTINCT value FROM ({rows}) near"), size)


async def _fetched(connection: Driver, sql: str, size: int) -> Sequence[str]:
    return [record["value"] for record in await connection.fetch(sql, size)]


def _lowest(values: str) -> str:
    return f"SELECT value FROM ({values}) different ORDER BY hashtext(value) LIMIT $1"


def _different(dataset: DatasetName, column: str) -> str:
    return f"SELECT DISTINCT {_value(column)} AS value FROM {_filled(dataset, column)}"


def _filled(dataset: DatasetName, column: str) -> str:
    return f"{quoted(dataset)} WHERE btrim({ident(column)}::text) <> ''"


def _value(column: str) -> str:
    return f"left({ident(column)}::text, {LONGEST_SAMPLED_VALUE})"
