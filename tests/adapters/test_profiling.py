"""A profile of a real table: exact counts, and no value of a column that may be personal."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.profiling import PostgresProfiles
from engine.catalog.model import Column, ColumnType, Model, Operator, Project, Table
from engine.clock import SystemClock
from engine.errors import DatabaseRefused, UnknownDataset
from engine.quality.model import Outcome
from engine.quality.profile import ColumnProfile, Profile, Shown
from engine.quality.suggestions import suggested
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import Lab, execute
from tests.builders import a_column, a_project, a_table, dataset

KEEP = Operator.KEEP
ORDERS = a_table(
    "orders",
    [
        a_column("id", KEEP),
        a_column("customer_id", KEEP),
        a_column("status", KEEP),
        Column("price", ColumnType.NUMBER, operator=KEEP),
        Column("at", ColumnType.TIMESTAMP, operator=KEEP),
        a_column("mail"),
        a_column("card", Operator.HASH),
    ],
)
CUSTOMERS = a_table("customers", [a_column("customer_id", KEEP)])
REPORT = Model(
    "report",
    "SELECT status, count(*) AS orders, sum(price) AS price FROM silver.orders GROUP BY status",
    (dataset("silver.orders"),),
)
SHOP = a_project([ORDERS, CUSTOMERS], [REPORT])

FILLED = (
    """CREATE TABLE silver.orders AS SELECT
  'O' || lpad(i::text, 5, '0') AS id,
  'C' || i % 50 AS customer_id,
  (ARRAY['new', 'paid', 'shipped'])[1 + i % 3] AS status,
  i / 4.0 AS price,
  now() - interval '3 hours' - i * interval '1 minute' AS at,
  CASE WHEN i % 10 > 0 THEN 'p' || i || '@example.org' END AS mail,
  'secret' AS card
FROM generate_series(1, 400) i""",
    "CREATE TABLE silver.customers AS SELECT 'C' || i AS customer_id FROM generate_series(0, 49) i",
    f"CREATE TABLE gold.report AS {REPORT.sql}",
    "ANALYZE silver.orders",
)


@pytest.fixture
async def shop(lab: Lab) -> Lab:
    """Four hundred orders of fifty customers."""
    await execute(lab.url, *FILLED)
    return lab


async def profile(lab: Lab, on: str, project: Project = SHOP, counted: int = 100_000) -> Profile:
    return await PostgresProfiles(lab.database, counted).of(project, dataset(on))


def column(found: Profile, name: str) -> ColumnProfile:
    each = found.column(name)
    assert each is not None
    return each


def shown(found: Profile, name: str) -> Shown:
    values = column(found, name).shown
    assert values is not None
    return values


async def test_a_profile_counts_exactly(shop: Lab) -> None:
    found = await profile(shop, "silver.orders")

    assert found.rows == 400
    assert [(key.columns, key.distinct) for key in found.keys] == [(("id",), 400)]
    assert (column(found, "mail").nulls, column(found, "mail").distinct) == (40, 360)
    assert column(found, "customer_id").distinct == 50
    assert [each.unmatched for each in found.inclusions] == [0]


async def test_open_columns_show_what_their_values_are_like(shop: Lab) -> None:
    found = await profile(shop, "silver.orders")

    assert shown(found, "id").pattern == "^O[0-9]{5}$"
    assert sorted(shown(found, "status").values) == ["new", "paid", "shipped"]
    assert (shown(found, "price").low, shown(found, "price").high) == (
        Decimal("0.25"),
        Decimal(100),
    )
    age = shown(found, "at").age
    assert age is not None
    assert timedelta(hours=3) < age < timedelta(hours=3, minutes=5)


async def test_of_columns_that_may_be_personal_only_counts_leave(shop: Lab) -> None:
    found = await profile(shop, "silver.orders")

    assert column(found, "mail").shown is None
    assert column(found, "card").shown is None
    assert "secret" not in str(found)
    assert not any("secret" in each.text + each.evidence for each in suggested(SHOP, found, ()))


async def test_every_suggestion_holds_where_it_is_measured(shop: Lab) -> None:
    checks = PostgresChecks(shop.database, FixedQuality(), SystemClock())
    for on in ("silver.orders", "gold.report"):
        found = suggested(SHOP, await profile(shop, on), ())

        asked = [each.check for each in found]
        measured = await checks.measure(dataset(on).layer, dataset(on).table, asked)

        assert len(found) > 4
        outcomes = {asked[each.index].text: each.outcome for each in measured}
        assert set(outcomes.values()) == {Outcome.PASSED}, outcomes


async def test_gold_is_profiled_with_the_totals_beneath(shop: Lab) -> None:
    found = await profile(shop, "gold.report")

    texts = [each.text for each in suggested(SHOP, found, ())]
    assert "orders_gap = 0" in " ".join(texts)
    assert "price_gap = 0" in " ".join(texts)
    assert "duplicate_count(status) = 0" in texts


async def test_of_a_large_table_different_values_are_estimated_and_lists_are_exact(
    shop: Lab,
) -> None:
    found = await profile(shop, "silver.orders", counted=10)

    assert column(found, "customer_id").estimated
    assert not column(found, "status").estimated
    assert column(found, "status").distinct == 3


async def test_a_list_is_not_believed_where_statistics_are_old(shop: Lab) -> None:
    await execute(shop.url, "UPDATE silver.orders SET status = id")

    found = await profile(shop, "silver.orders", counted=10)

    assert shown(found, "status").values == ()


ODD = """CREATE TABLE silver.odd ("id" text, "a b""c" text, "Straße" numeric, nan float8, j json,
  list int[], day date, big numeric, empty text, flag boolean, short varchar(3))"""
ODD_ROWS = """INSERT INTO silver.odd SELECT i, 'x', i,
  (CASE i WHEN 1 THEN 'NaN' ELSE 'Infinity' END)::float8,
  '{}', '{1}', CASE i WHEN 1 THEN 'infinity' WHEN 2 THEN '0044-03-15 BC' END::date,
  repeat('9', 60)::numeric, '', i = 1, 'abc' FROM generate_series(1, 40) i"""


async def test_any_name_and_any_type_can_be_profiled(lab: Lab) -> None:
    await execute(lab.url, ODD, ODD_ROWS)
    names = ("id", 'a b"c', "Straße", "nan", "j", "list", "day", "big", "empty", "flag", "short")
    table = a_table("odd", [a_column(name, KEEP) for name in names])
    project = a_project([table], [])

    found = await profile(lab, "silver.odd", project)

    assert shown(found, "nan") == Shown()
    assert shown(found, "day").age is None
    assert shown(found, "big").high == Decimal("9" * 60)
    assert column(found, "j").distinct is None
    assert all('"' not in each.text for each in suggested(project, found, ()))


async def test_an_empty_table_has_a_profile(lab: Lab) -> None:
    await execute(lab.url, ODD)
    project = a_project([a_table("odd", [a_column("id", KEEP), a_column("empty", KEEP)])], [])

    found = await profile(lab, "silver.odd", project)

    assert (found.rows, suggested(project, found, ())) == (0, ())


async def test_a_table_of_many_columns_is_read_in_parts(lab: Lab) -> None:
    names = [f"c{number}" for number in range(900)]
    defined = ", ".join(f"{name} int DEFAULT 7" for name in names)
    await execute(
        lab.url, f"CREATE TABLE silver.wide ({defined})", "INSERT INTO silver.wide DEFAULT VALUES"
    )
    project = a_project([a_table("wide", [a_column(name, KEEP) for name in names])], [])

    found = await profile(lab, "silver.wide", project)

    assert len(found.columns) == 900
    assert {each.distinct for each in found.columns} == {1}
    assert shown(found, "c899").high == Decimal(7)


async def test_bronze_tells_when_its_rows_came(lab: Lab) -> None:
    table: Table = replace(ORDERS, columns=(Column("id"),))
    defined = "_row bigint, _loaded_at timestamptz DEFAULT now(), id text"
    insert = "INSERT INTO bronze.orders (id) VALUES ('1'), ('2')"
    await execute(lab.url, f"CREATE TABLE bronze.orders ({defined})", insert)
    project = a_project([table], [])

    found = await profile(lab, "bronze.orders", project)

    assert [each.name for each in found.columns] == ["_loaded_at", "id"]
    assert len(suggested(project, found, ())) == 3


async def test_what_was_not_written_yet_is_told(lab: Lab) -> None:
    with pytest.raises(UnknownDataset) as raised:
        await profile(lab, "silver.orders")

    assert "was not written yet" in raised.value.hint


async def test_a_profile_can_write_nothing(shop: Lab) -> None:
    await execute(
        shop.url,
        "CREATE FUNCTION public.writes() RETURNS boolean LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM silver.customers; RETURN true; END $$",
        "CREATE VIEW silver.trap AS SELECT id, public.writes() AS gone FROM silver.orders",
    )
    project = a_project([a_table("trap", [a_column("id", KEEP)])], [])

    with pytest.raises(DatabaseRefused):
        await profile(shop, "silver.trap", project)

    assert await shop.value("SELECT count(*) FROM silver.customers") == 50
