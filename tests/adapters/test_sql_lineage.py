"""The lineage of columns is what it is by thinking, for each statement of the corpus."""

import asyncpg
import pytest

from engine.adapters.sql_lineage import Written, statement_lineage
from engine.lineage.columns import ColumnSource
from tests.adapters.builders import execute
from tests.adapters.sql_corpus.notation import SCHEMA, Example, Wrote, ddl
from tests.adapters.sql_corpus.selects import SELECTS
from tests.adapters.sql_corpus.writes import WRITES

CORPUS = (*SELECTS, *WRITES)

Told = tuple[str, frozenset[str], dict[str, frozenset[ColumnSource]], frozenset[ColumnSource]]


def told(written: Written) -> Told:
    columns: dict[str, frozenset[ColumnSource]] = {}
    for each in written.lineage.columns:
        name = each.column if each.column not in columns else f"{each.column}#2"
        columns[name] = frozenset(each.sources)
    influences = frozenset(written.lineage.influences)
    return written.target, frozenset(written.inputs), columns, influences


def expected(wrote: Wrote) -> Told:
    return wrote.target, wrote.reads, dict(wrote.columns), wrote.influences


@pytest.mark.parametrize("example", CORPUS, ids=lambda each: each.title)
def test_a_statement_has_the_lineage_that_it_has(example: Example) -> None:
    written = statement_lineage(example.sql, SCHEMA)

    assert [told(each) for each in written] == [expected(each) for each in example.wrote]
    assert [each.lineage.unresolved for each in written] == [()] * len(written)


async def test_postgresql_understands_each_statement(other_url: str) -> None:
    await execute(other_url, *ddl())
    connection = await asyncpg.connect(other_url)
    refused: dict[str, str] = {}
    try:
        for example in CORPUS:
            refused |= await refusal(connection, example)
    finally:
        await connection.close()

    assert refused == {}


UNNAMED = (
    "substr(status, 1), now(), 'x', 'x'::text, 1::int, id + 1, row_to_json(o), o",
    "count(*) OVER (), row_number() OVER (ORDER BY id), lag(id) OVER w, concat(status, 'a')",
    "ARRAY[1], ARRAY(SELECT 1), EXISTS (SELECT 1), (SELECT id FROM silver.events), ROW(1, 2)",
    "extract(year FROM ordered_at), position('a' IN status), trim(status), ltrim(status)",
    "CASE WHEN true THEN 1 ELSE id END, CASE WHEN true THEN id END, coalesce(1, 2), nullif(1, 2)",
    "tags[1], (data -> 'a') ->> 'b', status || 'x', id IS NULL, -id, (SELECT 1 AS one)",
    "current_date, current_user, ordered_at AT TIME ZONE 'UTC', interval '1 day', date '2026-1-1'",
    'status COLLATE "C", (o).id, lower(status), char_length(status), ceil(amount), true, NULL',
    "cast(id AS bigint), '1'::numeric, '1'::double precision, '{}'::jsonb, 'a'::varchar(3)",
    "md5(status), encode(sha256('x'), 'hex'), to_char(now(), 'YYYY'), 'f'::bool, pow(2, 3)",
    "string_to_array(status, ','), jsonb_build_object('a', 1), greatest(1, 2), round(amount, 2)",
    "mod(4, 3), trim(LEADING FROM status), date_trunc('day', now()), to_jsonb(o.*), '1'::real",
)


async def test_columns_are_called_and_ordered_as_by_postgresql(other_url: str) -> None:
    await execute(other_url, *ddl())
    listed = [
        f"SELECT {each} FROM silver.orders o WINDOW w AS (ORDER BY id)"  # noqa: S608  # texts of this module
        for each in UNNAMED
    ]
    wrong: dict[str, list[str]] = {}
    connection = await asyncpg.connect(other_url)
    try:
        for sql in (*listed, *(each.sql for each in SELECTS)):
            names = [each.name for each in (await connection.prepare(sql)).get_attributes()]
            (written,) = statement_lineage(sql, SCHEMA)
            told_names = [each.column for each in written.lineage.columns]
            wrong |= {sql: told_names} if told_names != names else {}
    finally:
        await connection.close()

    assert wrong == {}


async def refusal(connection: asyncpg.Connection, example: Example) -> dict[str, str]:
    """Why PostgreSQL doesn't take a statement, which leaves nothing behind."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(example.sql)
    except asyncpg.PostgresError as error:
        return {example.title: str(error)}
    finally:
        await transaction.rollback()
    return {}
