"""An incremental load brings only newer rows to silver, counts them, and changes nothing twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.adapters.soda import SodaQuality
from engine.catalog.model import (
    Check,
    Column,
    ColumnType,
    DatasetName,
    Layer,
    Load,
    LoadMode,
    Operator,
    Table,
)
from engine.errors import ConfigurationError
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.model import Counts, Parameters, Run, staged_table
from tests.adapters.builders import Cells, Lab, a_table, execute, refining
from tests.adapters.loading import FULL, arrive, changes, day, loaded

INCREMENTAL = Load(LoadMode.INCREMENTAL)
PEOPLE = DatasetName(Layer.SILVER, "people")

TABLE = replace(
    a_table(
        Column("name"),
        Column("at", ColumnType.TIMESTAMP),
        Column("gone", ColumnType.BOOLEAN),
        watermark="at",
    ),
    load=INCREMENTAL,
)
LEAVING = replace(TABLE, load=replace(INCREMENTAL, deleted="gone"))


async def refine(
    lab: Lab, run: Run | None = None, table: Table = TABLE, *protections: Protection
) -> Counts:
    return await loaded(lab, table, run, *protections)


def asked(parameters: Parameters) -> Run:
    return replace(refining(TABLE), parameters=parameters)


async def names(lab: Lab) -> dict[object, object]:
    return {row["id"]: row["name"] for row in await lab.rows("SELECT id, name FROM silver.people")}


async def test_the_first_run_reads_all_and_the_next_ones_only_what_is_new(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None), ("2", "Grace", day(1), None)])
    first = await refine(lab)
    await arrive(lab, ("2", "Grace H", day(2), None), ("3", "Edith", day(2), None))

    second = await refine(lab)

    assert (first.rows_in, changes(first)) == (2, (2, 0, 0, 0))
    assert (second.rows_in, second.published) == (2, 2)
    assert changes(second) == (1, 1, 0, 0)
    assert await names(lab) == {"1": "Ada", "2": "Grace H", "3": "Edith"}


async def test_a_second_run_over_the_same_rows_rewrites_no_row(lab: Lab) -> None:
    rows = [("1", "Ada", day(1), None), ("2", "Grace", day(2), None)]
    await lab.fill_bronze(TABLE, rows)
    await refine(lab)
    before = await lab.rows("SELECT ctid::text, xmin::text, * FROM silver.people ORDER BY id")

    nothing = await refine(lab)
    await arrive(lab, *rows)
    again = await refine(lab)

    assert (nothing.rows_in, changes(nothing)) == (0, (0, 0, 0, 0))
    assert (again.rows_in, changes(again)) == (2, (0, 0, 2, 0))
    assert (
        await lab.rows("SELECT ctid::text, xmin::text, * FROM silver.people ORDER BY id") == before
    )


async def test_a_late_row_changes_nothing_and_of_equal_watermarks_the_later_one_wins(
    lab: Lab,
) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(5), None), ("2", "Grace", day(5), None)])
    await refine(lab)
    await arrive(lab, ("1", "late", day(4), None), ("2", "mended", day(5), None))
    await arrive(lab, ("1", "no date", None, None))

    counts = await refine(lab)

    assert changes(counts) == (0, 1, 1, 0)
    assert counts.deduplicated == 1
    assert await names(lab) == {"1": "Ada", "2": "mended"}


async def test_a_row_without_a_watermark_gives_way_to_one_that_has_it(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", None, None)])
    await refine(lab)
    await arrive(lab, ("1", "Ada L", None, None))
    await refine(lab)
    assert await names(lab) == {"1": "Ada L"}

    await arrive(lab, ("1", "Lovelace", day(1), None))
    await refine(lab)

    assert await names(lab) == {"1": "Lovelace"}


async def test_a_deleted_row_leaves_silver_and_a_late_one_does_not_bring_it_back(lab: Lab) -> None:
    await lab.fill_bronze(LEAVING, [("1", "Ada", day(1), None), ("2", "Grace", day(1), "true")])
    first = await refine(lab, None, LEAVING)
    assert await names(lab) == {"1": "Ada"}
    await arrive(lab, ("1", "Ada", day(5), "true"))
    second = await refine(lab, None, LEAVING)
    assert await names(lab) == {}
    await arrive(lab, ("1", "late", day(3), None))
    await refine(lab, None, LEAVING)
    assert await names(lab) == {}
    await arrive(lab, ("1", "back", day(6), "false"))

    await refine(lab, None, LEAVING)

    assert (first.published, changes(first)) == (2, (1, 0, 0, 1))
    assert changes(second) == (0, 0, 0, 1)
    assert await names(lab) == {"1": "back"}


async def test_bad_rows_of_a_delta_join_those_in_quarantine_and_the_sum_holds(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", "no day", None), (None, "x", day(1), None)])
    await refine(lab)
    await arrive(lab, ("3", "Edith", "nor this", None), ("4", "Joan", day(2), None))

    counts = await refine(lab)

    assert [row["bronze_row"] for row in await lab.quarantined(TABLE)] == [1, 2, 3]
    assert (counts.rows_in, counts.quarantined, counts.deduplicated) == (2, 1, 0)
    assert counts.published == sum(each or 0 for each in changes(counts)) == 1


async def test_the_mark_stays_where_the_gate_held_the_delta_back(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None)])
    await refine(lab)
    await arrive(lab, ("2", "Grace", day(2), None))
    held = refining(TABLE)
    async with lab.transactions.begin() as tx:
        await tx.warehouse.refine(held, TABLE, ())
    async with lab.transactions.begin() as tx:
        await tx.warehouse.discard(held, PEOPLE)
    left = "SELECT relname FROM pg_class WHERE relnamespace = 'silver'::regnamespace"
    assert {row["relname"] for row in await lab.rows(left)} == {"people", "people_atlas_key"}
    assert await lab.value("SELECT count(*) FROM atlas.increments") == 0

    counts = await refine(lab)

    assert (counts.rows_in, changes(counts)) == (1, (1, 0, 0, 0))


async def test_the_checks_see_silver_as_it_will_be(lab: Lab) -> None:
    await lab.fill_bronze(
        LEAVING,
        [("1", "Ada", day(5), None), ("2", "Grace", day(5), None), ("3", "Edith", day(5), None)],
    )
    await refine(lab, None, LEAVING)
    await arrive(
        lab,
        ("1", "late", day(1), None),
        ("2", "Grace", day(6), "true"),
        ("3", "Edith C", day(6), None),
        ("4", "Joan", day(6), None),
    )
    run = refining(LEAVING)

    async with lab.transactions.begin() as tx:
        await tx.warehouse.refine(run, LEAVING, ())

    staged = f'SELECT * FROM silver."people__{run.id.lower()}" ORDER BY id'  # noqa: S608  # an id of our own
    shown = await lab.rows(staged)
    assert await names(lab) == {"1": "Ada", "2": "Grace", "3": "Edith"}
    async with lab.transactions.begin() as tx:
        await tx.warehouse.publish(run, PEOPLE)
    assert await lab.rows("SELECT * FROM silver.people ORDER BY id") == shown
    assert await names(lab) == {"1": "Ada", "3": "Edith C", "4": "Joan"}


async def test_soda_judges_silver_as_it_will_be(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None), ("2", None, day(1), None)])
    await refine(lab)
    await arrive(lab, ("2", "Grace", day(2), None), ("3", "Edith", day(2), None))
    run = refining(TABLE)
    async with lab.transactions.begin() as tx:
        await tx.warehouse.refine(run, TABLE, ())
    quality = SodaQuality(lab.url, timeout=60)
    checks = (Check("row_count = 3"), Check("missing_count(name) = 0"))

    measured = await quality.measure(Layer.SILVER, staged_table(run, PEOPLE), checks)

    quality.close()
    assert [each.outcome for each in measured] == [Outcome.PASSED, Outcome.PASSED]


async def test_rows_that_were_removed_from_bronze_stay_in_silver(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None), ("2", "Grace", day(1), None)])
    await refine(lab)
    await execute(lab.url, "TRUNCATE bronze.people")

    nothing = await refine(lab)
    await arrive(lab, ("3", "Edith", day(2), None))
    counts = await refine(lab)

    assert (nothing.rows_in, counts.rows_in) == (0, 1)
    assert sorted(map(str, await names(lab))) == ["1", "2", "3"]


async def test_a_bronze_that_was_made_anew_is_read_from_its_first_row(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None), ("2", "Grace", day(1), None)])
    await refine(lab)
    await lab.fill_bronze(TABLE, [("3", "Edith", day(1), None)])

    counts = await refine(lab)

    assert (counts.rows_in, counts.inserted) == (1, 1)
    assert sorted(map(str, await names(lab))) == ["3"]


async def test_a_full_refresh_on_demand_reads_all_of_bronze(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None)])
    await refine(lab)
    await execute(lab.url, "DELETE FROM silver.people")
    assert await names(lab) == {}

    counts = await refine(lab, asked(FULL))

    assert (counts.rows_in, counts.inserted) == (1, 1)
    assert await names(lab) == {"1": "Ada"}
    assert (await refine(lab)).rows_in == 0


async def test_a_backfill_reads_the_rows_of_its_days_again_and_leaves_the_mark(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [(str(n), f"n{n}", day(n), None) for n in range(1, 6)])
    await refine(lab)
    await execute(lab.url, "DELETE FROM silver.people WHERE id IN ('2', '3', '4')")
    await arrive(lab, ("6", "new", day(6), None))
    days = Parameters(start=date(2026, 3, 2), end=date(2026, 3, 4))

    filled = await refine(lab, asked(days))
    rest = await refine(lab)

    assert (filled.rows_in, changes(filled)) == (2, (2, 0, 0, 0))
    assert (rest.rows_in, rest.inserted) == (1, 1)
    assert sorted(map(str, await names(lab))) == ["1", "2", "3", "5", "6"]


async def test_days_can_not_be_chosen_by_a_watermark_that_is_a_number(lab: Lab) -> None:
    table = replace(
        a_table(Column("name"), Column("at", ColumnType.INTEGER), Column("gone"), watermark="at"),
        load=INCREMENTAL,
    )
    await lab.fill_bronze(table, [("1", "Ada", "1", None)])
    await refine(lab, None, table)

    with pytest.raises(ConfigurationError, match="is no date"):
        await refine(lab, asked(Parameters(start=date(2026, 3, 1))), table)


async def test_a_column_that_came_since_is_added_to_silver(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None)])
    await refine(lab)
    await execute(lab.url, "CREATE VIEW public.mine AS SELECT * FROM silver.people")
    await execute(lab.url, "ALTER TABLE bronze.people ADD COLUMN town text")
    await execute(
        lab.url, "INSERT INTO bronze.people (id, at, town) VALUES ('2', '2026-03-02', 'York')"
    )

    counts = await refine(lab)

    assert counts.rows_in == 1
    towns = await lab.rows("SELECT id, town FROM silver.people ORDER BY id")
    assert towns == [{"id": "1", "town": None}, {"id": "2", "town": "York"}]
    assert await lab.value("SELECT count(*) FROM public.mine") == 2


async def test_a_column_that_is_protected_from_now_on_is_so_in_every_row(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None)])
    await refine(lab)
    await arrive(lab, ("2", "Grace", day(2), None))

    hashed = Protection("name", Operator.HASH, "PERSON", declared=True)
    counts = await refine(lab, None, TABLE, hashed)

    assert counts.rows_in == 2
    assert set((await names(lab)).values()).isdisjoint({"Ada", "Grace"})


async def test_another_key_or_rule_makes_silver_anew(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), "true"), ("1", "Ada L", day(2), None)])
    await refine(lab)

    by_name = await refine(lab, None, replace(TABLE, key=("name",)))
    leaving = await refine(lab, None, replace(LEAVING, key=("name",)))

    assert (by_name.rows_in, by_name.inserted) == (2, 2)
    assert changes(leaving) == (1, 0, 0, 1)
    index = "SELECT indexdef FROM pg_indexes WHERE tablename = 'people'"
    assert await lab.value(index) == (
        "CREATE UNIQUE INDEX people_atlas_key ON silver.people USING btree (name)"
    )


async def test_a_hashed_key_is_met_again_by_its_token(lab: Lab) -> None:
    hashed = Protection("id", Operator.HASH, "PERSON", declared=True)
    await lab.fill_bronze(LEAVING, [("1", "Ada", day(1), None), ("2", "Grace", day(1), None)])
    await refine(lab, None, LEAVING, hashed)
    await arrive(lab, ("1", "Ada L", day(2), None), ("2", "Grace", day(2), "true"))

    counts = await refine(lab, None, LEAVING, hashed)

    assert changes(counts) == (0, 1, 0, 1)
    assert list((await names(lab)).values()) == ["Ada L"]


cells = st.tuples(
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["a", "b", None]),
    st.sampled_from([day(1), day(2), day(3), None, "no day"]),
    st.sampled_from([None, "true", "false"]),
)
deliveries = st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(deliveries=deliveries, leaving=st.booleans())
async def test_however_rows_are_split_silver_is_what_a_full_refresh_makes(
    lab: Lab, deliveries: Sequence[Sequence[Cells]], leaving: bool
) -> None:
    table = LEAVING if leaving else TABLE
    await execute(lab.url, "DROP TABLE IF EXISTS silver.people", "TRUNCATE atlas.watermarks")
    await lab.fill_bronze(table, [])
    for rows in deliveries:
        await arrive(lab, *rows)
        counts = await refine(lab, None, table)
        assert counts.published == sum(each or 0 for each in changes(counts))
    silver, aside = await lab.silver(table), await lab.quarantined(table)

    await refine(lab, replace(refining(table), parameters=FULL), table)

    assert await lab.silver(table) == silver
    assert [row["bronze_row"] for row in await lab.quarantined(table)] == [
        row["bronze_row"] for row in aside
    ]
