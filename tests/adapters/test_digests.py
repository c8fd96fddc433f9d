"""The numbers of digests in PostgreSQL."""

from datetime import UTC, timedelta

from engine.adapters.postgres.digests import PostgresDigestNumbers
from engine.digests.model import NewPersonalData, Period, PipelineTally, Tally
from engine.runs.model import RunStatus
from tests.adapters.builders import NOON, Lab, execute
from tests.adapters.test_monitors import a_run, keep

DAY = timedelta(days=1)
WEEK = Period.of(NOON - 7 * DAY, NOON, UTC)


async def test_runs_are_counted_by_pipeline_and_table_in_both_periods(lab: Lab) -> None:
    second = timedelta(seconds=1)
    await keep(
        lab,
        *(
            a_run(each, NOON - DAY, started_at=NOON - DAY - took * second)
            for each, took in enumerate((10, 20, 90))
        ),
        a_run(3, NOON - DAY, status=RunStatus.FAILED),
        a_run(4, NOON - DAY, status=RunStatus.CANCELLED),
        a_run(5, NOON - 8 * DAY, started_at=NOON - 8 * DAY - 5 * second),
        a_run(6, NOON - 15 * DAY),
        a_run(7, NOON),
        a_run(8, NOON - 7 * DAY, table="orders"),
        a_run(9, NOON, status=RunStatus.RUNNING, finished_at=None),
    )

    found = await PostgresDigestNumbers(lab.database).pipelines(WEEK)

    assert set(found) == {
        PipelineTally("medallion", Tally(3, 1, 1, 20.0), Tally(1, 0, 0, 5.0)),
        PipelineTally("medallion for orders", Tally(1, 0, 0, 60.0)),
    }


async def test_only_personal_data_that_is_new_is_told(lab: Lab) -> None:
    for column, ago in (("note", 1), ("memo", 9)):
        first = NOON - ago * DAY
        await execute(
            lab.url,
            "INSERT INTO atlas.privacy_findings VALUES ('silver.customers', "  # noqa: S608  # a test's own values
            f"'{column}', 'PERSON', 3, 0.1, '{first}', '{NOON}', 'R1')",
        )

    found = await PostgresDigestNumbers(lab.database).personal(WEEK)

    assert found == (NewPersonalData("silver.customers.note", "PERSON"),)
