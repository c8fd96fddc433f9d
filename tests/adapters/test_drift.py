"""A column that comes is taken along, a column that goes is asked about, on its way to silver."""

from dataclasses import replace

import pytest

from engine.catalog.model import Column, ColumnType, DatasetName, Layer, Table
from engine.errors import DriftQuestion
from engine.runs.model import Parameters, Retyped, StepKind
from engine.runs.steps.publish import Publish
from tests.adapters.builders import Lab, a_model, a_run, a_table, building, refining
from tests.adapters.loading import loaded

REPORT = DatasetName(Layer.GOLD, "report")
TABLE = a_table("name", "town")
ACCEPTED = Parameters(accept_drift=True)


async def test_a_delivery_that_lacks_a_column_of_the_one_before_is_not_loaded(lab: Lab) -> None:
    lab.deliver("id,name,town\n1,Ada,London\n", "1.csv")
    await lab.ingest(TABLE)
    lab.deliver("id,name\n2,Grace\n", "2.csv")

    with pytest.raises(DriftQuestion, match=r"2\.csv has no column town"):
        await lab.ingest(TABLE)

    assert len(await lab.bronze(TABLE)) == 1


async def test_a_delivery_whose_loss_was_accepted_is_loaded_and_sets_the_measure(
    lab: Lab,
) -> None:
    lab.deliver("id,name,town\n1,Ada,London\n", "1.csv")
    await lab.ingest(TABLE)
    lab.deliver("id,name\n2,Grace\n", "2.csv")
    lab.deliver("id,name\n3,Edith\n", "3.csv")

    accepting = replace(a_run((StepKind.INGEST, TABLE.bronze)), parameters=ACCEPTED)
    await lab.ingest(TABLE, accepting)
    await lab.ingest(TABLE)

    assert [row["town"] for row in await lab.bronze(TABLE)] == ["London", None, None]


async def test_a_first_delivery_may_lack_what_is_declared(lab: Lab) -> None:
    lab.deliver("id,name\n1,Ada\n")

    arrived = await lab.ingest(TABLE)

    assert arrived is not None
    assert arrived.missing == ("town",)


async def test_a_column_that_a_delivery_adds_reaches_silver(lab: Lab) -> None:
    lab.deliver("id,name,town\n1,Ada,London\n", "1.csv")
    await lab.ingest(TABLE)
    await loaded(lab, TABLE)
    lab.deliver("id,name,town,shoe\n2,Grace,York,38\n", "2.csv")

    arrived = await lab.ingest(TABLE)
    await loaded(lab, TABLE)

    assert arrived is not None
    assert arrived.extra == ("shoe",)
    assert [row["shoe"] for row in await lab.silver(TABLE)] == [None, "38"]


async def test_another_type_of_a_published_column_is_noted_with_the_step(lab: Lab) -> None:
    await lab.refined(TABLE, [("1", "7", "London")])
    narrow = a_table(Column("name", ColumnType.INTEGER), "town")

    assert await published(lab, narrow) == (Retyped("name", "text", "bigint"),)
    assert await published(lab, narrow) == ()


async def published(lab: Lab, table: Table) -> tuple[Retyped, ...]:
    """Refine and publish; the types that this changed."""
    run = replace(refining(table), parameters=ACCEPTED)
    async with lab.transactions.begin() as tx:
        await tx.warehouse.refine(run, table, [])
    act = await Publish().prepare(run, run.steps[-1])
    async with lab.transactions.begin() as tx:
        return (await act(tx)).retyped


async def test_a_declaration_that_types_narrower_is_asked_about_before_publishing(
    lab: Lab,
) -> None:
    await lab.refined(TABLE, [("1", "7", "London")])
    narrow = a_table(Column("name", ColumnType.INTEGER), "town")

    with pytest.raises(DriftQuestion, match="its column name would become bigint"):
        await loaded(lab, narrow)
    assert (await lab.silver(TABLE))[0]["name"] == "7"

    await loaded(lab, narrow, replace(refining(narrow), parameters=ACCEPTED))
    assert (await lab.silver(TABLE))[0]["name"] == 7


async def test_a_model_that_drops_a_column_is_asked_about(lab: Lab) -> None:
    await lab.build(a_model("SELECT 1 AS n, 'x' AS told"))

    with pytest.raises(DriftQuestion, match=r"gold\.report .* column told would be gone"):
        await lab.build(a_model("SELECT 2 AS n"))
    assert await lab.value("SELECT told FROM gold.report") == "x"

    run = replace(building(a_model("SELECT 2 AS n")), parameters=ACCEPTED)
    async with lab.transactions.begin() as tx:
        await tx.warehouse.build(run, a_model("SELECT 2 AS n"))
        await tx.warehouse.publish(run, REPORT)
    assert await lab.rows("SELECT * FROM gold.report") == [{"n": 2}]
