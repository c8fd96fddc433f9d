"""What the reader of checks says of SQL, types and regular expressions is what PostgreSQL says."""

import random
from collections import Counter
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from engine.adapters.postgres.check_formats import FORMATS
from engine.adapters.postgres.checking import _SHAPES
from engine.adapters.postgres.database import Driver
from engine.sodacl.regexes import flaw
from engine.sodacl.vocabulary import FORMATS as KNOWN_FORMATS
from engine.sodacl.vocabulary import OTHER_TYPES, TYPES
from engine.sodacl.written_sql import columns_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

PIECES = (
    *("a", "b", "[", "]", "[^", "(", ")", "(?:", "(?=", "(?<!", "|", "*", "+", "?", "{", "}"),
    *("{2}", "{1,3}", "{3,1}", "{2,}", "{300}", "{,2}", "^", "$", r"\d", r"\w", r"\1", r"\."),
    *("\\", ".", "-", "[a-z]", "[[:alpha:]]", "[:", "[[:foo:]]", "é", r"\q", r"\y", r"\2", "1"),
    *(",", " ", "***", "[]a]", "[\\]]", "[\\w-]", "(?i)", r"\11", "(?P"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(server: str) -> AsyncIterator[Driver]:
    opened = await asyncpg.connect(server)
    yield opened
    await opened.close()


async def test_a_regex_that_postgresql_takes_is_never_refused(
    connection: Driver,
) -> None:
    rng = random.Random(7)  # noqa: S311  # tests that can be repeated
    found: Counter[tuple[bool, bool]] = Counter()
    for _ in range(4_000):
        regex = "".join(rng.choices(PIECES, k=rng.randint(1, 7)))
        try:
            await connection.fetchval("SELECT 'ab1' ~ $1::text", regex)
            taken = True
        except asyncpg.InvalidRegularExpressionError:
            taken = False
        assert not taken or flaw(regex) is None, regex
        found[taken, flaw(regex) is None] += 1

    assert found[True, True] > 500
    assert found[False, False] > 10 * found[False, True]


async def test_the_formats_are_those_that_can_be_written_and_no_regex_of_them_is_refused() -> None:
    assert set(FORMATS) == set(KNOWN_FORMATS)
    assert [name for name, regex in FORMATS.items() if flaw(regex)] == []


async def test_every_type_that_a_column_can_have_may_be_written(
    connection: Driver,
) -> None:
    rows = await connection.fetch(
        "SELECT format_type(oid, NULL) FROM pg_type WHERE typtype IN ('b', 'r', 'm') "
        "AND typnamespace = 'pg_catalog'::regnamespace AND typelem = 0 "
        "AND typname !~ '^pg_(node|ndist|depend|mcv|brin)'"
    )

    assert [row[0] for row in rows if row[0] not in TYPES] == []
    assert set(OTHER_TYPES.values()) <= set(TYPES)
    assert "'ARRAY'" in _SHAPES
    assert {"array", "user-defined"} <= set(TYPES)


SQL = (
    "a > 0 AND current_date > day",
    "session_user <> user AND current_user = current_role AND current_schema <> ''",
    "extract(dow FROM at) = 1 OR date_part('year', at) > 1",
    "at AT TIME ZONE 'utc' > now() AND localtimestamp > day",
    "name COLLATE \"C\" > 'x'",
    "interval '1 day' + at > timestamp with time zone '2024-01-01'",
    "normalize(name, NFC) = name AND name IS NFC NORMALIZED",
    "at > now() - make_interval(days => 1)",
    "trim(both 'x' FROM name) = '' AND position('a' IN name) > 0",
    "a = ANY (ARRAY[1, 2]) AND a > ALL (SELECT 1)",
    "t IS NOT NULL AND t.a > 0",
    "EXISTS (SELECT FROM pg_class c WHERE c.relname = name)",
    "j ->> 'a' = 'b' AND j @> '{}' AND jsonb_path_exists(j, '$.x')",
    "substring(name FROM 1 FOR 2) = 'a' AND overlay(name PLACING 'x' FROM 1) = 'x'",
    "ctid IS NULL OR xmin IS NULL OR tableoid > 0",
    "CASE WHEN paid THEN a ELSE 0 END > 1 AND NOT paid",
    "a BETWEEN SYMMETRIC 3 AND 1 AND ROW(a, paid) = ROW(1, true)",
    "(day, day) OVERLAPS (day, interval '1 day')",
    "e'a\\'b' = name OR name SIMILAR TO 'x' OR name !~* 'x;y'",
    "a::numeric(10, 2) > CAST(name AS int) AND a IS DISTINCT FROM 2",
    "\"Größe\" > 1 AND UPPER(NAME) = 'X' -- the end",
)


@pytest.mark.parametrize("condition", SQL)
async def test_no_column_of_sql_that_postgresql_takes_is_unknown(
    connection: Driver, condition: str
) -> None:
    columns = {
        "a": "int",
        "name": "text",
        "at": "timestamptz",
        "day": "date",
        "paid": "boolean",
        "j": "jsonb",
        "Größe": "int",
    }
    listed = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
    await connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS t ({listed})")

    await connection.prepare(f"SELECT 1 FROM t WHERE ({condition}\n)")  # noqa: S608  # a test's

    assert set(columns_in(condition)) <= {*columns, "t"}
