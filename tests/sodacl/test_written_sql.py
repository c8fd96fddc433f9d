"""What can be told for sure of the SQL in a check."""

import pytest

from engine.sodacl.parse import read
from engine.sodacl.written_sql import columns_in, outputs, plain_outputs, plain_query


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("a > 0 AND Upper(\"B c\") = 'x'", {"a", "B c"}),
        ("Status IN ('a') OR status IS NULL", {"status"}),
        ("extract(year FROM at) > 2000 AND at < now() - interval '1 day'", {"at"}),
        ("a IN (SELECT x FROM other)", {"a"}),
        ("other.a > 0", set()),
        ("(place).x > 0", set()),
        ("user = 'me' AND current_date > day", {"day"}),
        ("sum(a) FILTER (WHERE b) -- c", {"a", "b"}),
        ("this is (no SQL", set()),
    ],
)
def test_the_columns_of_an_expression(sql: str, columns: set[str]) -> None:
    assert set(columns_in(sql)) == columns


@pytest.mark.parametrize(
    ("sql", "read_from"),
    [
        ("SELECT a, count(*) AS n FROM t WHERE b > 0 GROUP BY a ORDER BY n", ("", "t", {"a", "b"})),
        ("SELECT x.a FROM Silver.T AS x WHERE y.b", ("silver", "t", {"a"})),
        ("SELECT a FROM t, other", None),
        ("SELECT a FROM t JOIN other USING (id)", None),
        ("WITH t AS (SELECT 1 AS a) SELECT a FROM t", None),
        ("SELECT a FROM t AS x (a)", None),
        ("SELECT a FROM t UNION SELECT b FROM t", None),
        ("VALUES (1)", None),
    ],
)
def test_a_query_of_one_table(sql: str, read_from: tuple[str, str, set[str]] | None) -> None:
    found = plain_query(sql)

    said = None if found is None else (found.layer, found.table, set(found.columns))
    assert said == read_from


def test_what_a_query_gives_is_told_only_where_each_column_has_a_name() -> None:
    assert outputs('SELECT a, count(*) AS N, "B c" FROM t') == ("a", "n", "B c")
    assert outputs("SELECT a, count(*) FROM t") is None
    assert outputs("SELECT * FROM t") is None
    assert plain_outputs("SELECT a AS x, lower(b) AS y FROM t") == {"x": "a"}


@pytest.mark.parametrize(
    ("setting", "sql", "word"),
    [
        ("fail query", "DELETE FROM t", "DELETE"),
        ("fail query", "insert into t values (1)", "insert"),
        ("fail query", "SELECT 1; SELECT 2", "SELECT"),
        ("fail query", "WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM x", "UPDATE"),
        ("fail condition", "a > 0; DROP TABLE t", "DROP"),
    ],
)
def test_a_check_that_would_change_something_is_a_mistake(
    setting: str, sql: str, word: str
) -> None:
    (mistake,) = read(f"failed rows:\n  name: x\n  {setting}: {sql}").mistakes

    assert (mistake.line, mistake.word) == (3, word)
    assert "SELECT" in mistake.message or "one expression" in mistake.message


@pytest.mark.parametrize(
    ("setting", "sql"),
    [
        ("fail query", "SELECT a, update FROM t WHERE b = 'x; y';"),
        ("fail query", "(SELECT 1) UNION ALL VALUES (2)"),
        ("fail query", "TABLE t"),
        ("fail condition", "update IS NULL OR (delete) = 'DELETE FROM t'"),
        ("fail condition", "name = 'it''s; fine' -- or; not"),
    ],
)
def test_sql_that_only_reads_is_none(setting: str, sql: str) -> None:
    assert read(f"failed rows:\n  {setting}: |\n    {sql}").mistakes == ()
