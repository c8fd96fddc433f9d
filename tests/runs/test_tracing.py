"""What is looked at in the transaction of a step, so that its lineage can tell of it."""

from collections.abc import Mapping

from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from engine.lineage.model import Asked, Change, EventType, LineageEvent, Occasion
from engine.runs.desk import RunDesk
from engine.runs.lineage_facts import Knowledge
from engine.runs.model import RunStatus
from engine.runs.tracing import Schema, Tracer
from engine.testing.transactions import MemoryTransaction
from tests.builders import RUN_ID, a_model, a_project, a_table, an_asker
from tests.workshop import Workshop

FROM_CUSTOMERS = ColumnOrigin("n", (ColumnSource("silver.customers", "id", Influence.AGGREGATION),))


class Deriving:
    """Finds one origin, whatever it is asked, and remembers that."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Mapping[str, str]]]] = []

    def __call__(self, sql: str, schema: Schema) -> ColumnLineage:
        """As if it had read the SELECT."""
        self.asked.append((sql, schema))
        return ColumnLineage((FROM_CUSTOMERS,))


def completed(shop: Workshop, job: str) -> LineageEvent:
    *_, event = [
        each for each in shop.state.lineage if each.job == job and each.type is EventType.COMPLETE
    ]
    return event


async def test_the_columns_of_a_model_are_derived_from_its_sql_and_the_columns_there_are() -> None:
    derive, project = Deriving(), a_project([a_table()], [a_model()])
    shop = Workshop(project)
    shop.runner.tracer = Tracer(Knowledge(project), derive)

    await shop.run("medallion")

    ((sql, schema),) = derive.asked
    assert sql == a_model().sql
    assert set(schema["silver.customers"]) == {"id", "email"}
    made = completed(shop, "medallion.gold.revenue").made
    assert made is not None
    assert made.columns.columns == (FROM_CUSTOMERS,)


async def test_the_columns_of_silver_come_from_those_of_bronze_and_are_masked() -> None:
    shop = Workshop()

    await shop.run("medallion")

    made = completed(shop, "medallion.silver.customers").made
    assert made is not None
    masked = {each.column: each.sources[0].masking for each in made.columns.columns}
    assert masked == {"id": False, "email": True}


async def test_what_was_not_there_before_was_created_and_then_overwritten() -> None:
    shop = Workshop(a_project([a_table()], ()))

    await shop.run("medallion", run_id="11111111")
    first = completed(shop, "medallion.silver.customers").made
    await shop.run("bronze_to_silver", run_id="22222222")
    second = completed(shop, "bronze_to_silver.silver.customers").made

    assert first is not None
    assert second is not None
    assert (first.change, second.change) == (Change.CREATE, Change.OVERWRITE)


async def test_a_run_that_is_cancelled_in_line_is_told_to_have_been_aborted() -> None:
    shop = Workshop()
    await shop.queued("medallion")
    desk: RunDesk[MemoryTransaction] = RunDesk(
        shop.transactions, shop.clock, tracer=Tracer(Knowledge(shop.project))
    )

    run = await desk.cancel(RUN_ID, an_asker())

    assert run.status is RunStatus.CANCELLED
    assert [(each.type, each.job) for each in shop.state.lineage] == [
        (EventType.START, "medallion"),
        (EventType.ABORT, "medallion"),
    ]
    assert {each.occasion for each in shop.state.lineage} == {Occasion(Asked.PERSON)}
