"""Which columns may show values: of gold only those that come from nothing personal."""

import pytest

from engine.catalog.model import Column, ColumnType, Model, Operator, Project
from engine.catalog.sql_model import NotAModel, datasets_read
from engine.quality.openness import open_columns
from tests.builders import a_column, a_project, a_table, dataset

KEEP, HASH = Operator.KEEP, Operator.HASH
PEOPLE = a_table(
    "people",
    [
        a_column("id", KEEP),
        a_column("country", KEEP),
        a_column("name", HASH),
        a_column("segment"),
    ],
)
ORDERS = a_table("orders", [a_column("id", KEEP), a_column("amount", KEEP)])


def shop(sql: str) -> Project:
    read = datasets_read(sql)
    assert not isinstance(read, NotAModel)
    return a_project([PEOPLE, ORDERS], [Model("report", sql, read)])


def opened(sql: str) -> list[str]:
    return sorted(open_columns(shop(sql), dataset("gold.report")))


def test_what_is_kept_is_open_and_what_nobody_decided_on_is_not() -> None:
    project = a_project([PEOPLE], [])

    assert open_columns(project, dataset("silver.people")) == {"id", "country"}


def test_a_watermark_of_time_is_open_unless_it_is_protected() -> None:
    at = Column("at", ColumnType.TIMESTAMP)
    for column, expected in ((at, {"at"}), (a_column("at"), set()), (a_column("at", HASH), set())):
        table = a_table("people", [a_column("id", HASH), column])
        object.__setattr__(table, "watermark", "at")
        assert open_columns(a_project([table], []), dataset("silver.people")) == expected


def test_bronze_shows_when_its_rows_came() -> None:
    project = a_project([PEOPLE], [])

    assert "_loaded_at" in open_columns(project, dataset("bronze.people"))


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT country, name FROM silver.people", ["country"]),
        ("SELECT country AS c, count(*) AS n, 5 AS k FROM silver.people GROUP BY 1",
         ["c", "k", "n"]),
        ("SELECT country || name AS x FROM silver.people", []),
        ("SELECT count(name) AS n, max(country) AS m FROM silver.people", ["m"]),
        ("SELECT CASE WHEN name = 'x' THEN country END AS x FROM silver.people", []),
        ("WITH a AS (SELECT name AS country FROM silver.people) SELECT country FROM a", []),
        ("WITH a AS (SELECT country AS x FROM silver.people) SELECT x AS y FROM a", ["y"]),
        ("SELECT p.country, o.amount FROM silver.people p JOIN silver.orders o USING (id)",
         ["amount", "country"]),
        ("SELECT country FROM silver.people UNION ALL SELECT name FROM silver.people", []),
        ("SELECT (SELECT max(name) FROM silver.people) AS x, id FROM silver.orders", ["id"]),
        ("SELECT exists(SELECT 1 FROM silver.people p WHERE p.name = id) AS x FROM silver.orders",
         []),
        ("SELECT p AS x, p.country FROM silver.people p", ["country"]),
        ("SELECT country || p::text AS x FROM silver.people p", []),
        ("SELECT country || (p.*)::text AS x FROM silver.people p", []),
        ("SELECT country || (p).name AS x FROM silver.people p", []),
        ("SELECT row_to_json(p) AS x FROM silver.people p", []),
        ("SELECT name_of(country) AS x FROM silver.people p", []),
        ("SELECT people AS x FROM silver.people", []),
        ("SELECT * FROM silver.people", []),
        ("SELECT u.x FROM silver.people p, unnest(ARRAY[p.name]) AS u(x)", []),
        ("SELECT u.x FROM silver.people p CROSS JOIN LATERAL (SELECT p.name AS x) u", []),
        ("SELECT nowhere AS x FROM silver.people", []),
    ],
)  # fmt: skip
def test_a_column_of_gold_is_open_where_all_its_sources_are(sql: str, columns: list[str]) -> None:
    assert opened(sql) == columns


def test_a_model_that_reads_a_model_is_judged_by_the_tables_beneath() -> None:
    first = "SELECT id, country AS place, name AS who FROM silver.people"
    second = "SELECT place, who FROM gold.first"
    models = [
        Model("first", first, (dataset("silver.people"),)),
        Model("second", second, (dataset("gold.first"),)),
    ]

    project = a_project([PEOPLE], models)

    assert open_columns(project, dataset("gold.second")) == {"place"}
