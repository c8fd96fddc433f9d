"""What holds of lineage whatever the statement: it never raises, never guesses, never hangs."""

import time
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.sql_lineage import SqlLineage, Written, statement_lineage
from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from tests.adapters.sql_corpus.notation import SCHEMA, Example
from tests.adapters.sql_corpus.selects import SELECTS
from tests.adapters.sql_corpus.writes import WRITES

CORPUS = (*SELECTS, *WRITES)

LONG = 5.0
"""Seconds; the machine may be busy."""


def lineage(sql: str) -> ColumnLineage:
    (written,) = statement_lineage(sql, SCHEMA)
    return written.lineage


def unresolved(sql: str) -> tuple[str, ...]:
    return lineage(sql).unresolved


def positions(found: ColumnLineage) -> list[tuple[ColumnSource, ...]]:
    return [each.sources for each in found.columns]


@pytest.mark.parametrize("example", SELECTS, ids=lambda each: each.title)
def test_a_star_around_a_query_keeps_its_lineage(example: Example) -> None:
    wrapped = f"SELECT * FROM ({example.sql}) AS around"  # noqa: S608  # it is read, never done

    assert lineage(wrapped) == lineage(example.sql)


LOCKING = "FOR UPDATE"
"""PostgreSQL locks no rows of a UNION."""


@pytest.mark.parametrize(
    "example", [each for each in SELECTS if LOCKING not in each.sql], ids=lambda each: each.title
)
def test_a_query_beside_itself_keeps_its_lineage(example: Example) -> None:
    assert lineage(f"({example.sql}) UNION ALL ({example.sql})") == lineage(example.sql)
    assert lineage(f"({example.sql}) UNION ({example.sql})").columns == lineage(example.sql).columns


@pytest.mark.parametrize("example", SELECTS, ids=lambda each: each.title)
def test_a_view_of_a_query_has_its_lineage(example: Example) -> None:
    (view,) = statement_lineage(f"CREATE VIEW gold.seen AS {example.sql}", SCHEMA)

    assert (view.target, view.lineage) == ("gold.seen", lineage(example.sql))


ALIASES = st.lists(
    st.from_regex(r"[a-z]{1,6}_[0-9]", fullmatch=True), min_size=3, max_size=3, unique=True
)

COLUMNS = st.lists(
    st.sampled_from(
        (
            "{0}.amount",
            "sum({0}.amount) OVER (PARTITION BY {1}.country)",
            "upper({1}.name)",
            "{2}.title",
            "(SELECT max({2}.price) FROM silver.products {2} WHERE {2}.id = {0}.product_id)",
            "CASE WHEN {1}.country = 'DE' THEN {0}.id END",
            "{2}",
            "{0}.data -> {1}.name",
        )
    ),
    min_size=1,
    max_size=5,
)

SHAPES = st.sampled_from(
    (
        (
            "SELECT {columns} FROM silver.orders {0} JOIN silver.customers AS {1} "
            "ON {1}.id = {0}.customer_id LEFT JOIN silver.products {2} ON {2}.id = {0}.product_id"
        ),
        (
            "WITH {2} AS (SELECT id, title FROM silver.products), {1} AS (TABLE silver.customers) "
            "SELECT {columns} FROM silver.orders {0}, {1}, {2} WHERE {0}.id > 3 ORDER BY {2}.id"
        ),
        (
            "SELECT {columns} FROM (SELECT * FROM silver.orders) {0} CROSS JOIN LATERAL "
            "(SELECT * FROM silver.customers WHERE id = {0}.customer_id) {1}, silver.products {2}"
        ),
    )
)


def written_with(shape: str, columns: Sequence[str], aliases: Sequence[str]) -> str:
    named = (f"{each} AS out{at}" for at, each in enumerate(columns))
    return shape.replace("{columns}", ", ".join(named)).format(*aliases)


@given(shape=SHAPES, columns=COLUMNS, one=ALIASES, other=ALIASES)
def test_the_names_of_aliases_do_not_matter(
    shape: str, columns: list[str], one: list[str], other: list[str]
) -> None:
    found = lineage(written_with(shape, columns, one))

    assert found == lineage(written_with(shape, columns, other))
    assert len(found.columns) == len(columns)


def soon_told(sql: str) -> tuple[Written, ...]:
    started = time.monotonic()
    found = statement_lineage(sql, SCHEMA)
    assert time.monotonic() - started < LONG
    return found


def all_known(found: Iterable[Written]) -> bool:
    """Whether each source of each column is that of a dataset."""
    columns = (column for each in found for column in each.lineage.columns)
    return all(source.dataset for column in columns for source in column.sources)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_no_text_is_too_odd(text: str) -> None:
    assert all_known(soon_told(text))


WORDS = st.lists(
    st.sampled_from(
        sorted({word for each in CORPUS for word in each.sql.replace("(", " ( ").split()})
    ),
    max_size=40,
)


@given(WORDS)
@settings(deadline=None, max_examples=200)
def test_words_of_sql_in_any_order_raise_nothing(words: list[str]) -> None:
    assert all_known(soon_told(" ".join(words)))


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_a_statement_with_a_slip_raises_nothing(data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(CORPUS)).sql.split(" ")
    at = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(["", "(", ")", "*", "SELECT", "x", "1", ",", words[0]]))

    assert all_known(soon_told(" ".join((*words[:at], other, *words[at + 1 :]))))
    assert all_known(soon_told(" ".join(words[:at])))
    assert all_known(soon_told(" ".join((*words[:at], words[at], words[at], *words[at + 1 :]))))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 500 + "1" + ")" * 500,
        "SELECT " + "not " * 5000 + "true",
        "SELECT id" + "::text" * 3000 + " FROM silver.orders",
        "SELECT tags" + "[1]" * 3000 + " FROM silver.orders",
        "SELECT '" * 60_000,
        "SELECT * FROM " + "(SELECT * FROM " * 200 + "silver.orders" + ") a" * 200,
    ],
    ids=["brackets", "nots", "casts", "subscripts", "length", "queries"],
)
def test_what_is_too_deep_or_too_long_is_said(sql: str) -> None:
    (written,) = soon_told(sql)

    assert written.lineage.columns == ()
    assert len(written.lineage.unresolved) == 1


def test_work_without_end_is_said() -> None:
    wide = {"silver.wide": {f"c{at}": "text" for at in range(300)}}
    names = ", ".join(wide["silver.wide"])
    turned = ", ".join(f"c{(at + 1) % 300}" for at in range(300))
    again = f"TABLE silver.wide UNION ALL SELECT {turned} FROM r"  # noqa: S608  # it is read, never done
    sql = f"WITH RECURSIVE r ({names}) AS ({again}) TABLE r"

    (written,) = statement_lineage(sql, wide)

    assert written.lineage.unresolved == ("the statement is too large for its lineage to be told",)


def test_hundreds_of_links_in_a_chain_are_read() -> None:
    union = " UNION ALL ".join(["SELECT id FROM silver.orders"] * 400)
    where = " AND ".join(["amount > 1"] * 1000)
    filtered = f"SELECT 1 FROM silver.orders WHERE {where}"  # noqa: S608  # it is read, never done

    assert positions(lineage(union)) == [(ColumnSource("silver.orders", "id", Influence.IDENTITY),)]
    assert lineage(filtered).influences == (
        ColumnSource("silver.orders", "amount", Influence.FILTER),
    )


def test_two_hundred_columns_through_ten_queries_take_no_time() -> None:
    wide = {"silver.wide": {f"c{at}": "text" for at in range(200)}}
    steps = ", ".join(f"q{at} AS (TABLE q{at - 1})" for at in range(1, 10))
    sql = f"WITH q0 AS (TABLE silver.wide), {steps} TABLE q9"

    started = time.process_time()
    (written,) = statement_lineage(sql, wide)

    assert time.process_time() - started < 0.2
    assert len(written.lineage.columns) == 200
    assert written.lineage.columns[-1] == ColumnOrigin(
        "c199", (ColumnSource("silver.wide", "c199", Influence.IDENTITY),)
    )


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nothing FROM silver.orders", "nothing is a column of no table here"),
        ("SELECT id FROM silver.orders, silver.events", "id is a column of several tables here"),
        ("SELECT x.id FROM silver.orders", "no table is called x where x.id stands"),
        ("SELECT o.nothing FROM silver.orders o", "o has no one column nothing"),
        ("SELECT id FROM parcels", "parcels is in no schema that is known"),
        (
            "SELECT id FROM customers",
            "customers is in several schemas: archive.customers, silver.customers",
        ),
        ("SELECT * FROM silver.parcels", "what * stands for is not all known: silver.parcels"),
        ("SELECT p.* FROM silver.parcels p", "what p.* stands for is not all known"),
        (
            "SELECT weight FROM silver.parcels, silver.letters",
            "weight may be a column of several tables, not all known",
        ),
        (
            "SELECT 1 FROM silver.parcels NATURAL JOIN silver.orders",
            "NATURAL JOIN of tables whose columns are not all known",
        ),
        (
            "SELECT app.price_of(id) FROM silver.orders",
            "what app.price_of() reads by itself is not known",
        ),
        (
            "INSERT INTO silver.parcels SELECT id FROM silver.orders",
            "the columns of silver.parcels are not known",
        ),
        (
            "CREATE TABLE fresh AS SELECT id FROM silver.orders",
            "fresh is made without naming a schema",
        ),
        ("DROP TABLE silver.orders", "DROP is no statement whose lineage can be told"),
        ("COPY silver.orders FROM stdin", "COPY is no statement whose lineage can be told"),
        ("CALL app.refresh('secret')", "CALL is no statement whose lineage can be told"),
        ("SELECT id,\nFROM WHERE", "the SQL does not parse at line 2"),
    ],
)
def test_what_can_not_be_told_is_said(sql: str, said: str) -> None:
    assert said in unresolved(sql)


def test_nothing_is_guessed_in_place_of_what_can_not_be_told() -> None:
    found = lineage("SELECT id, nothing, x.id FROM silver.orders, silver.events")

    assert positions(found) == [(), (), ()]
    assert len(found.unresolved) == 3


def test_a_table_without_a_schema_is_found_where_only_one_has_that_name() -> None:
    assert lineage("SELECT amount FROM orders") == lineage("SELECT amount FROM silver.orders")


def test_a_table_that_is_not_known_still_has_the_columns_that_are_named_with_it() -> None:
    found = lineage("SELECT p.weight, name FROM silver.parcels p JOIN archive.customers USING (id)")

    assert positions(found) == [
        (ColumnSource("silver.parcels", "weight", Influence.IDENTITY),),
        (ColumnSource("archive.customers", "name", Influence.IDENTITY),),
    ]


def test_several_statements_are_read_one_after_the_other() -> None:
    found = statement_lineage("TRUNCATE gold.totals; " + WRITES[5].sql, SCHEMA)

    assert [each.target for each in found] == ["", "gold.totals"]


def test_nothing_of_a_statement_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    statement_lineage("CREATE POLICY p ON t USING (email = 'mary@example.org')", SCHEMA)
    statement_lineage("SELECT 'mary@example.org' FROM WHERE", SCHEMA)

    assert caplog.text == ""


def test_a_model_is_read_once_for_a_schema() -> None:
    reader = SqlLineage(kept=1)
    model = "SELECT * FROM silver.orders"
    first = reader.of(model, SCHEMA)

    assert reader.of(model, SCHEMA) is first
    assert len(reader.of(model, {"silver.orders": {"id": "integer"}}).columns) == 1
    assert reader.of(model, SCHEMA) == first


def test_a_model_is_one_select() -> None:
    reader = SqlLineage()

    assert reader.of(WRITES[0].sql, SCHEMA).unresolved == ("this is not one SELECT",)
    assert reader.of("SELECT 1; SELECT 2", SCHEMA).unresolved == ("this is not one SELECT",)
    assert reader.of("", SCHEMA).unresolved == ("this is not one SELECT",)
