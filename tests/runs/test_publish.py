"""What a publishing tells, and what a run asks before it loses a column."""

import pytest

from engine.runs.model import Counts, RunStatus
from engine.runs.steps.publish import changes_told
from engine.testing.warehouse import FixedDelivery
from tests.builders import a_column, a_project, a_table
from tests.workshop import Workshop

CUSTOMERS = a_table(columns=(a_column("id"), a_column("email")))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (Counts(published=3), []),
        (Counts(inserted=0, updated=0, unchanged=0, deleted=0), ["no row was new"]),
        (
            Counts(inserted=1200, updated=0, unchanged=3, deleted=1),
            ["rows: 1,200 inserted, 3 unchanged, 1 deleted"],
        ),
    ],
)
def test_an_incremental_load_tells_what_it_changed(counts: Counts, told: list[str]) -> None:
    assert list(changes_told(counts)) == told


async def test_a_run_stops_at_a_delivery_that_lacks_a_column_and_asks() -> None:
    files = (
        FixedDelivery("1.csv", ("id", "email"), (("1", "a@x.org"),), "one"),
        FixedDelivery("2.csv", ("id",), (("2",),), "two"),
    )
    shop = Workshop(a_project([CUSTOMERS], ()), deliveries={"customers": files})
    await shop.run("ingest", run_id="11111111")

    run = await shop.run("ingest", run_id="22222222")

    assert run.status is RunStatus.FAILED
    assert "2.csv has no column email" in (run.error or "")
    assert run.hint == "If that is meant, say «retry 22222222 and accept the change»."
    assert len(shop.state.tables[CUSTOMERS.bronze].rows) == 1
