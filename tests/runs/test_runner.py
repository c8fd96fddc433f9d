"""A run is taken through its steps, whatever happens on the way."""

import pytest

from engine.catalog.model import DatasetName
from engine.errors import DatabaseUnreachable, DiskFull, SourceUnreadable, WorkerFailed
from engine.lineage.model import EventType
from engine.quality.model import Outcome
from engine.runs.model import Run, RunStatus, StepStatus
from engine.testing.warehouse import FixedDelivery
from tests.builders import RUN_ID, a_project, a_table, dataset
from tests.runs.doings import statuses
from tests.workshop import Workshop

CUSTOMERS = dataset("silver.customers")
ORDERS = dataset("silver.orders")
REVENUE = dataset("gold.revenue")

AWAY = DatabaseUnreachable("PostgreSQL does not answer.", "Start it.")

VALUES_OF_A_ROW = "Key (email)=(ludmila@example.com) already exists"


def published(shop: Workshop, run: Run) -> list[DatasetName]:
    """What a run published, in order."""
    return [name for what, name in shop.state.deeds_of(run.id) if what == "published"]


async def test_a_run_without_trouble_publishes_everything() -> None:
    shop = Workshop()

    run = await shop.run("medallion")

    assert run.status is RunStatus.SUCCEEDED
    assert set(statuses(run).values()) == {StepStatus.SUCCEEDED}
    assert {CUSTOMERS, ORDERS, REVENUE} <= set(shop.state.tables)
    assert shop.state.staged == {}
    assert shop.state.runs[RUN_ID] == run
    assert shop.listening.finished(RUN_ID) == [run]


async def test_a_run_counts_rows_of_all_its_tables() -> None:
    counts = (await Workshop().run("medallion")).counts

    assert (counts.loaded, counts.rows_in, counts.built) == (4, 4, 2)


async def test_the_steps_of_a_run_leave_their_lineage() -> None:
    shop = Workshop()

    await shop.run("medallion", "customers")

    assert [(event.type, event.job) for event in shop.state.lineage] == [
        (EventType.START, "medallion"),
        (EventType.START, "medallion.bronze.customers"),
        (EventType.COMPLETE, "medallion.bronze.customers"),
        (EventType.START, "medallion.silver.customers"),
        (EventType.START, "medallion.silver.customers.check"),
        (EventType.COMPLETE, "medallion.silver.customers.check"),
        (EventType.COMPLETE, "medallion.silver.customers"),
        (EventType.START, "medallion.gold.revenue"),
        (EventType.FAIL, "medallion.gold.revenue"),
        (EventType.FAIL, "medallion"),
    ]


async def test_only_a_completed_dataset_tells_its_columns() -> None:
    shop = Workshop()

    await shop.run("ingest", "customers")

    start, complete = (event for event in shop.state.lineage if event.outputs)
    assert start.schema == ()
    assert [field.name for field in complete.schema] == ["id", "email"]


async def test_a_step_that_fails_skips_the_rest_of_its_table_and_what_reads_it() -> None:
    shop = Workshop()
    shop.transactions.faults.plan("refine", DiskFull("The disk is full.", "Make room."), CUSTOMERS)

    run = await shop.run("medallion")

    states = statuses(run)
    assert run.status is RunStatus.FAILED
    assert (run.error, run.hint) == ("The disk is full.", "Make room.")
    assert states["refine silver.customers"] is StepStatus.FAILED
    assert states["publish silver.customers"] is StepStatus.SKIPPED
    assert states["publish silver.orders"] is StepStatus.SUCCEEDED
    assert states["build gold.revenue"] is StepStatus.SKIPPED
    assert states["publish gold.revenue"] is StepStatus.SKIPPED


async def test_a_skipped_step_names_what_was_lost() -> None:
    shop = Workshop()
    shop.transactions.faults.plan("load", DiskFull("The disk is full."), dataset("bronze.orders"))

    run = await shop.run("medallion", "orders")

    skipped = {step.name: step.error for step in run.steps if step.status is StepStatus.SKIPPED}
    assert skipped["refine silver.orders"] == "ingest bronze.orders did not succeed"


async def test_a_check_that_fails_holds_its_table_back() -> None:
    shop = Workshop()
    await shop.run("medallion", run_id="11111111")
    before = shop.state.tables[CUSTOMERS]
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED

    run = await shop.run("bronze_to_silver", "customers")

    assert run.status is RunStatus.FAILED
    assert run.error == "silver.customers: 1 check failed"
    assert shop.state.tables[CUSTOMERS] is before
    assert shop.state.deeds_of(RUN_ID) == (("staged", CUSTOMERS),), "kept for a retry"


async def test_a_check_without_an_answer_holds_its_table_back() -> None:
    shop = Workshop()
    await shop.run("ingest", run_id="11111111")
    shop.quality.outcomes["row_count > 0"] = None

    run = await shop.run("bronze_to_silver", "customers")

    assert run.error == "silver.customers: 1 check could not be evaluated"
    assert CUSTOMERS not in shop.state.tables


async def test_a_check_that_warns_lets_its_table_through() -> None:
    shop = Workshop()
    shop.quality.outcomes["row_count > 0"] = Outcome.WARNED

    run = await shop.run("medallion")

    assert run.status is RunStatus.SUCCEEDED
    assert run.checks_that(Outcome.WARNED) == 3


async def test_the_verdicts_of_a_held_back_table_are_kept() -> None:
    shop = Workshop()
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED

    run = await shop.run("medallion", "customers")

    (verdict,) = shop.state.verdicts[RUN_ID, CUSTOMERS]
    assert verdict.outcome is Outcome.FAILED
    assert run.verdicts == (verdict,)


async def test_a_table_without_checks_asks_no_quality_engine() -> None:
    shop = Workshop(a_project([a_table(checks=())], ()))

    run = await shop.run("medallion")

    assert run.status is RunStatus.SUCCEEDED
    assert shop.quality.asked == []


async def test_checks_are_measured_on_the_staged_table() -> None:
    shop = Workshop()

    await shop.run("medallion", "customers")

    assert shop.quality.asked[0] == ("silver", "customers__7k3f9qtz")


@pytest.mark.parametrize(
    ("operation", "step"),
    [
        ("load", "ingest bronze.customers"),
        ("refine", "refine silver.customers"),
        ("publish", "publish silver.customers"),
        ("sample", "refine silver.customers"),
    ],
)
async def test_nothing_is_published_whichever_operation_fails(operation: str, step: str) -> None:
    shop = Workshop(a_project([a_table()], ()))
    shop.transactions.faults.plan(operation, DiskFull("The disk is full.", "Make room."))

    run = await shop.run("medallion")

    assert statuses(run)[step] is StepStatus.FAILED
    assert bool(shop.state.staged) == (operation == "publish"), "what can be taken up is kept"
    assert CUSTOMERS not in shop.state.tables
    assert len(shop.listening.finished(RUN_ID)) == 1


async def test_a_worker_process_that_died_fails_the_step_that_needed_it() -> None:
    shop = Workshop()
    shop.quality.error = WorkerFailed("The quality check died.", "Run it again.")

    run = await shop.run("medallion", "customers")

    assert statuses(run)["check silver.customers"] is StepStatus.FAILED
    assert run.hint == "Run it again."
    assert published(shop, run) == []


async def test_a_table_whose_delivery_never_came_says_what_to_do_first() -> None:
    run = await Workshop().run("bronze_to_silver", "customers")

    assert run.error == "bronze.customers does not exist yet: nothing was loaded."
    assert "run pipeline ingest for customers" in run.hint


async def test_the_oldest_delivery_that_is_not_loaded_comes_next() -> None:
    days = tuple(FixedDelivery(f"day {day}", ("id", "email"), (("1", "x"),)) for day in (1, 2))
    shop = Workshop(a_project([a_table()], ()), deliveries={"customers": days})

    runs = [await shop.run("ingest", run_id=f"1111111{number}") for number in range(3)]

    notes = [run.steps[0].report.notes for run in runs]
    assert notes == [("loaded 1 row of day 1",), ("loaded 1 row of day 2",), ("no new delivery",)]
    assert runs[2].status is RunStatus.SUCCEEDED


async def test_a_delivery_with_other_columns_is_loaded_and_says_so() -> None:
    delivery = FixedDelivery("day 1", ("id", "gift"), (("1", "x"),))
    shop = Workshop(a_project([a_table()], ()), deliveries={"customers": (delivery,)})

    run = await shop.run("ingest")

    assert run.steps[0].report.notes == (
        "loaded 1 row of day 1",
        "columns that the table does not declare: gift",
        "declared columns that the delivery lacks: email",
    )


async def test_personal_data_in_an_undeclared_column_is_protected_and_noted() -> None:
    delivery = FixedDelivery("day 1", ("id", "email", "gift"), (("1", "x", "a@example.com"),))
    shop = Workshop(a_project([a_table()], ()), deliveries={"customers": (delivery,)})
    shop.detector.entities["gift"] = "EMAIL_ADDRESS"

    run = await shop.run("medallion")

    refine = run.steps[1]
    assert [(each.column, each.declared) for each in refine.report.protections] == [
        ("email", True),
        ("gift", False),
    ]
    assert "personal data that nobody declared, protected: gift" in refine.report.notes
    assert shop.detector.examined == ["gift"]


async def test_an_alert_is_posted_once_for_each_thing_that_broke() -> None:
    shop = Workshop()
    shop.transactions.faults.plan("refine", DiskFull("The disk is full."), CUSTOMERS)

    await shop.run("medallion")

    keys = [key for key in shop.state.posts if key.startswith("incident:")]
    assert keys == ["incident:1@web:#data-alerts"]


async def test_the_card_of_a_run_is_one_post_that_grows_older() -> None:
    shop = Workshop()

    await shop.run("ingest")

    kept = shop.state.posts[f"run:{RUN_ID}"]
    assert kept.post.place == "web:#general"
    assert kept.revision == 2, "taken, and ended; the pulse tells of what takes long"
    assert kept.post.card.title == "ingest — succeeded"


async def test_a_source_that_can_not_be_read_fails_its_own_table_only() -> None:
    shop = Workshop()
    unreadable = SourceUnreadable("customers.csv, line 3: extra data.", "Mend that line.")
    shop.transactions.faults.plan("load", unreadable, dataset("bronze.customers"))

    run = await shop.run("ingest")

    assert [step.status for step in run.steps] == [StepStatus.FAILED, StepStatus.SUCCEEDED]
