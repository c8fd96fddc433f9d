"""Gold tables are built beside the published one, and swapped in by rename."""

import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits, driver
from engine.catalog.model import DatasetName, Layer
from engine.errors import StatementFailed
from engine.runs.model import Run
from tests.adapters.builders import Lab, a_model, a_run, a_table, building, execute, refining

PEOPLE = DatasetName(Layer.SILVER, "people")
REPORT = DatasetName(Layer.GOLD, "report")


async def staged_build(lab: Lab, sql: str) -> Run:
    run = building(a_model(sql))
    async with lab.transactions.begin() as tx:
        await tx.warehouse.build(run, a_model(sql))
    return run


async def test_publishing_puts_the_new_table_in_place_of_the_old_one(lab: Lab) -> None:
    await lab.build(a_model("SELECT 1 AS n"))

    counts = await lab.build(a_model("SELECT 2 AS n, 'more' AS told UNION ALL SELECT 3, 'x'"))

    assert counts.built == 2
    assert await lab.rows("SELECT * FROM gold.report ORDER BY n") == [
        {"n": 2, "told": "more"},
        {"n": 3, "told": "x"},
    ]
    assert await lab.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'gold'") == 1


async def test_a_staged_table_changes_nothing_that_is_published(lab: Lab) -> None:
    await lab.build(a_model("SELECT 1 AS n"))

    run = await staged_build(lab, "SELECT 2 AS n")

    assert await lab.value("SELECT n FROM gold.report") == 1
    assert await lab.staged(run, REPORT)


async def test_a_model_may_use_more_memory_than_a_question_and_less_is_never_given(
    lab: Lab,
) -> None:
    model = a_model("SELECT 1 AS n")
    found = []

    for given in ("4MB", "1GB"):
        async with lab.transactions.begin() as tx:
            connection = await driver(tx.warehouse._connection)
            await connection.execute(f"SET LOCAL work_mem = '{given}'")
            await tx.warehouse.build(building(model), model)
            found.append(await connection.fetchval("SHOW work_mem"))

    assert found == ["32MB", "1GB"]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT no_such_column FROM silver.people", "no_such_column"),
        ("SELECT * FROM silver.nobody", "silver.nobody"),
        ("SELECT 1 AS n, 2 AS n", '"n"'),
        ("SELECT name::int AS n FROM silver.people", "22P02"),
        ("SELECT 1 / (n - 5) AS n FROM silver.people", "22012"),
    ],
)
async def test_a_model_that_fails_leaves_the_published_table_and_nothing_staged(
    lab: Lab, sql: str, said: str
) -> None:
    await execute(lab.url, "CREATE TABLE silver.people AS SELECT 'secret name' AS name, 5 AS n")
    await lab.build(a_model("SELECT 1 AS n"))

    with pytest.raises(StatementFailed) as caught:
        await lab.build(a_model(sql))

    assert said in caught.value.message
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"
    assert await lab.value("SELECT n FROM gold.report") == 1
    assert await lab.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'gold'") == 1


async def test_discarding_drops_what_was_staged_and_only_that(lab: Lab) -> None:
    await lab.build(a_model("SELECT 1 AS n"))
    run = await staged_build(lab, "SELECT 2 AS n")
    other = await staged_build(lab, "SELECT 3 AS n")

    async with lab.transactions.begin() as tx:
        await tx.warehouse.discard(run, REPORT)
        await tx.warehouse.discard(run, REPORT)

    assert not await lab.staged(run, REPORT)
    assert await lab.staged(other, REPORT)
    assert await lab.value("SELECT n FROM gold.report") == 1


async def test_a_run_that_publishes_nothing_never_discards_the_published_table(lab: Lab) -> None:
    await lab.build(a_model("SELECT 1 AS n"))

    async with lab.transactions.begin() as tx:
        await tx.warehouse.discard(a_run(), REPORT)

    assert await lab.value("SELECT n FROM gold.report") == 1


async def test_refining_and_publishing_undo_together(lab: Lab) -> None:
    table = a_table("name")
    await lab.refined(table, [("1", "Ada")])
    await lab.fill_bronze(table, [("2", "Grace")])
    run = refining(table)

    async def refine_publish_and_break() -> None:
        async with lab.transactions.begin() as tx:
            await tx.warehouse.refine(run, table, ())
            await tx.warehouse.publish(run, PEOPLE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await refine_publish_and_break()

    assert await lab.silver(table) == [{"id": "1", "name": "Ada"}]
    assert not await lab.staged(run, PEOPLE)


async def test_a_statement_that_takes_too_long_is_stopped(lab: Lab) -> None:
    hasty = Lab(
        lab.url, Database(lab.url, DatabaseLimits(statement_timeout=0.1)), lab.folder, lab.shields
    )

    with pytest.raises(StatementFailed, match="longer than it may"):
        await hasty.build(a_model("SELECT pg_sleep(30)::text AS n"))

    await hasty.database.close()


async def test_columns_are_told_without_those_of_atlas_and_empty_where_there_is_no_table(
    lab: Lab,
) -> None:
    await lab.fill_bronze(a_table("größe"), [])

    async with lab.transactions.begin() as tx:
        fields = await tx.warehouse.columns(DatasetName(Layer.BRONZE, "people"))
        nothing = await tx.warehouse.columns(DatasetName(Layer.GOLD, "nobody"))

    assert [(field.name, field.type) for field in fields] == [("id", "text"), ("größe", "text")]
    assert nothing == ()


async def test_the_longest_value_of_each_column_is_measured_in_bytes(lab: Lab) -> None:
    table = a_table("town", "empty")
    await lab.fill_bronze(table, [("1", "York", None), ("22", "王", None), ("3", None, None)])

    async with lab.transactions.begin() as tx:
        longest = await tx.warehouse.longest(table.bronze, ["id", "town", "empty"])
        none = await tx.warehouse.longest(table.bronze, [])

    assert longest == {"id": 2, "town": 4, "empty": 0}
    assert none == {}


async def test_a_sample_holds_different_values_and_is_the_same_each_time(lab: Lab) -> None:
    table = a_table("town")
    rows = [(str(n), ["York", "London", "", " ", None, "x" * 9_000][n % 6]) for n in range(60)]
    await lab.fill_bronze(table, rows)

    async with lab.transactions.begin() as tx:
        first = await tx.warehouse.sample(table.bronze, ["town", "id"], 20)
        again = await tx.warehouse.sample(table.bronze, ["town", "id"], 20)

    assert first == again
    towns, ids = first
    assert set(towns.values) == {"York", "London", "x" * 2_000}
    assert len(set(ids.values)) == 20
    assert "York" not in repr(towns)


@pytest.mark.parametrize("copies", [2, 30])
async def test_a_sample_of_a_large_table_has_the_lowest_hashes_of_all(
    lab: Lab, copies: int
) -> None:
    table = a_table("town")
    towns = [f"town {n}" for n in range(1_100)]
    rows = [(str(n), town) for n, town in enumerate(towns * copies)]
    await lab.fill_bronze(table, rows)

    async with lab.transactions.begin() as tx:
        (sample,) = await tx.warehouse.sample(table.bronze, ["town"], 5)

    lowest = await lab.rows(
        "SELECT town FROM (SELECT DISTINCT town FROM bronze.people) different "
        "ORDER BY hashtext(town) LIMIT 5"
    )
    assert list(sample.values) == [row["town"] for row in lowest]
