"""A dry run: it tells the steps, the rows and the SQL, and touches nothing."""

from dataclasses import replace
from datetime import timedelta

import sqlglot

from engine.adapters.deliveries.sources import ProjectDeliveries
from engine.adapters.postgres.increments import Increment, Increments
from engine.adapters.postgres.preview import PostgresPreviews
from engine.adapters.postgres.protecting import Protecting
from engine.catalog.model import (
    Check,
    Column,
    ColumnType,
    DatasetName,
    Load,
    LoadMode,
    Model,
    Operator,
    Pipeline,
    PrivacyPolicy,
    Project,
    Routes,
    Stage,
    Table,
)
from engine.runs.model import AS_USUAL, Parameters, StepKind
from engine.runs.plan import plan
from engine.runs.preview import StepPreview
from tests.adapters.builders import CLOCK, KEYS, Lab, Values, a_model, a_run, a_table

RELATIONS = """SELECT nspname, relname, relkind, c.oid, relfilenode,
  format('%I.%I', nspname, relname),
  CASE WHEN relkind = 'S' THEN pg_sequence_last_value(c.oid) END AS last_value
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname IN ('atlas', 'bronze', 'silver', 'gold', 'quarantine', 'public')
ORDER BY 1, 2"""


async def everything(lab: Lab) -> list[Values]:
    """Each relation, the place of each sequence, and each row of each table."""
    relations = await lab.rows(RELATIONS)
    rows: list[Values] = []
    for each in relations:
        if each["relkind"] == b"r":
            rows += await lab.rows(f"SELECT t::text FROM {each['format']} t ORDER BY 1")  # noqa: S608  # PostgreSQL quoted it
    return relations + rows


def people(**changes: object) -> Table:
    """People with a nickname that nobody decided on and an age."""
    age = Column("age", ColumnType.INTEGER, operator=Operator.KEEP)
    table = a_table(Column("id", required=True, operator=Operator.KEEP), "nickname", age)
    table = replace(table, checks=(Check("row_count > 0"),))
    return replace(table, **changes)  # type: ignore[arg-type]  # by field name


def a_project(lab: Lab, table: Table, *models: Model) -> Project:
    return Project(
        "Shop",
        lab.folder,
        (Pipeline("medallion", (Stage.INGEST, Stage.SILVER, Stage.GOLD)),),
        (table,),
        models,
        (),
        Routes(),
        PrivacyPolicy({}),
    )


REPORT = a_model("SELECT age FROM silver.people", DatasetName.parse("silver.people"))


async def previewed(
    lab: Lab, table: Table, *models: Model, parameters: Parameters = AS_USUAL
) -> dict[str, StepPreview]:
    """What the whole way would do, by the name of each step."""
    project = a_project(lab, table, *models)
    previews = PostgresPreviews(
        project,
        lab.database,
        ProjectDeliveries(lab.folder, CLOCK),
        Protecting(KEYS, lab.shields),
        CLOCK,
    )
    steps = plan(project, project.pipelines[0])
    return {each.step.name: each for each in await previews.of(steps, parameters)}


async def published(lab: Lab, table: Table, rows: int = 3) -> None:
    """A first delivery of so many people, published."""
    lab.deliver("id,nickname,age\n" + "".join(f"{n},Nick {n},{n}\n" for n in range(rows)))
    await lab.ingest(table)
    await lab.refine(table)


async def test_nothing_is_touched(lab: Lab) -> None:
    table = people()
    await published(lab, table)
    await lab.build(REPORT)
    lab.deliver("id,nickname,age\n7,Sven,x\n", "2.csv")
    before = await everything(lab)

    await previewed(lab, table, REPORT)

    assert await everything(lab) == before
    assert len(before) > len(await lab.rows(RELATIONS))
    assert await lab.ingest(table) is not None


async def test_not_even_by_a_query_that_would_write_when_it_is_planned(lab: Lab) -> None:
    await published(lab, people())
    await lab.rows("CREATE SEQUENCE gold.counter")
    await lab.rows(
        "CREATE FUNCTION gold.sly() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS "
        "$$ BEGIN RETURN nextval('gold.counter'); END $$"
    )
    sly = a_model("SELECT age FROM silver.people WHERE gold.sly() > 0")

    steps = await previewed(lab, people(), sly)

    assert steps["build gold.report"].rows is None
    assert await lab.value("SELECT is_called FROM gold.counter") is False


async def test_it_tells_that_checks_of_raw_rows_hold_silver_back(lab: Lab) -> None:
    table = people(bronze_checks=(Check("row_count > 0"), Check("missing_count(id) = 0")))

    steps = await previewed(lab, table)

    assert steps["check bronze.people"].does == "hold silver.people back unless 2 checks hold"
    assert steps["check silver.people"].does == "hold silver.people back unless 1 check holds"
    assert steps["check bronze.people"].notes == ("row_count > 0", "missing_count(id) = 0")


async def test_it_tells_the_rows_from_the_delivery_to_the_report(lab: Lab) -> None:
    table = people()
    await published(lab, table)
    lab.deliver("id,nickname,age\n7,Sven,7\n8,Ole,8", "2.csv")

    steps = await previewed(lab, table, REPORT)

    assert steps["ingest bronze.people"].does == "append 2.csv to bronze.people"
    assert steps["ingest bronze.people"].rows == 2
    assert steps["refine silver.people"].rows == 5
    assert steps["publish silver.people"].rows == 5
    assert steps["build gold.report"].rows == 3
    assert steps["check silver.people"].notes == ("row_count > 0",)
    replaced = steps["publish silver.people"].replaces
    assert replaced is not None
    assert (replaced.rows, replaced.bytes > 0) == (3, True)
    assert steps["publish gold.report"].replaces is None


async def test_before_the_first_run_it_tells_what_would_become_of_nothing(lab: Lab) -> None:
    lab.deliver("id,nickname,age\n7,Sven,7\n")

    steps = await previewed(lab, people(), REPORT)

    assert steps["refine silver.people"].rows == 1
    assert steps["publish silver.people"].does == "become silver.people"
    assert steps["build gold.report"].notes[0].startswith("how many rows is known once")
    assert not any(each.fails for each in steps.values())


async def test_without_a_new_delivery_it_says_so(lab: Lab) -> None:
    table = people()
    await published(lab, table)

    assert (await previewed(lab, table))["ingest bronze.people"].does.startswith("nothing")


async def test_a_delivery_that_can_not_be_read_is_told_as_what_would_fail(lab: Lab) -> None:
    lab.deliver("")

    ingest = (await previewed(lab, people()))["ingest bronze.people"]

    assert ingest.fails is not None
    assert "is empty" in ingest.fails


async def test_a_model_that_reads_what_nobody_writes_would_fail(lab: Lab) -> None:
    lab.deliver("id,nickname,age\n7,Sven,7\n")
    lost = a_model("SELECT 1 FROM silver.pets", DatasetName.parse("silver.pets"))

    steps = await previewed(lab, people(), lost)

    assert steps["build gold.report"].fails == "silver.pets does not exist."


async def test_columns_that_nobody_decided_on_are_named(lab: Lab) -> None:
    await published(lab, people())

    refine = (await previewed(lab, people()))["refine silver.people"]

    assert refine.undecided == ("nickname",)
    assert refine.notes == ()


async def test_the_sql_is_that_of_the_run_and_can_be_read(lab: Lab) -> None:
    table = people()
    await published(lab, table)

    steps = await previewed(lab, table, REPORT)

    for each in steps.values():
        assert all(sqlglot.parse_one(sql, read="postgres") for sql in each.sql), each.step
        assert bool(each.sql) is (each.step.kind not in {StepKind.CHECK, StepKind.INGEST})
    assert "silver.people" in steps["build gold.report"].sql[0]


def incremental() -> Table:
    """People of whom only new rows are read."""
    return people(watermark="age", load=Load(LoadMode.INCREMENTAL, timedelta(0)))


async def marked(lab: Lab, table: Table, row: int) -> None:
    """Let an incremental load have come so far."""
    increment = Increment(False, table.key, "age", "bigint", None, False, {}, row)
    async with lab.database.begin() as connection:
        run = a_run((StepKind.REFINE, table.silver))
        await Increments(connection, CLOCK).move(run, table.silver, increment, "3")


async def test_an_incremental_load_tells_what_is_new(lab: Lab) -> None:
    table = incremental()
    await published(lab, people())
    await marked(lab, table, 2)
    lab.deliver("id,nickname,age\n7,Sven,7\n8,Ole,8\n", "2.csv")

    steps = await previewed(lab, table)

    assert steps["refine silver.people"].does.startswith("incremental: ")
    assert steps["refine silver.people"].rows == 3
    assert steps["publish silver.people"].does == "merge the new rows into silver.people"
    assert "MERGE INTO" in steps["publish silver.people"].sql[0]


async def test_a_full_refresh_and_a_first_load_read_everything(lab: Lab) -> None:
    table = incremental()
    lab.deliver("id,nickname,age\n7,Sven,7\n", "2.csv")
    assert said(await previewed(lab, table)).startswith("full: ")

    await published(lab, people())
    await marked(lab, table, 2)

    assert said(await previewed(lab, table, parameters=Parameters(full_refresh=True))).startswith(
        "full: "
    )


def said(steps: dict[str, StepPreview]) -> str:
    """What the refinement would do."""
    return steps["refine silver.people"].does
