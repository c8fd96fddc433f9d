"""What checks and scans of published datasets tell."""

from engine.catalog.model import Operator, Pipeline, Stage
from engine.commands import CheckQuality, ScanPrivacy
from engine.errors import WorkerFailed
from engine.outcome import Accepted
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.model import Run, RunStatus
from tests.builders import a_column, a_model, a_project, a_table
from tests.workshop import Workshop


async def worked(shop: Workshop, command: CheckQuality | ScanPrivacy) -> Run:
    """The run that a command started, as it ended."""
    outcome = await shop.ask(command)
    assert isinstance(outcome, Accepted)
    return await shop.taken(outcome.run_id)


async def a_full_shop() -> Workshop:
    """A shop whose tables were all published."""
    columns = (a_column("id", Operator.KEEP), a_column("email", Operator.HASH), a_column("note"))
    shop = Workshop(a_project([a_table(columns=columns)], (a_model(),)))
    await shop.run("medallion", run_id="11111111")
    return shop


async def test_a_check_measures_the_published_table() -> None:
    shop = await a_full_shop()

    run = await worked(shop, CheckQuality("silver.customers"))

    assert run.status is RunStatus.SUCCEEDED
    assert shop.quality.asked[-1] == ("silver", "customers")


async def test_a_check_that_fails_leaves_the_published_table_and_writes_nothing() -> None:
    shop = await a_full_shop()
    before, events = dict(shop.state.tables), len(shop.state.lineage)
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED

    run = await worked(shop, CheckQuality("silver.customers"))

    assert run.status is RunStatus.FAILED
    assert shop.state.tables == before
    assert all(not event.outputs for event in shop.state.lineage[events:])


async def test_a_scan_judges_each_text_column_and_tells_what_silver_does_with_it() -> None:
    shop = await a_full_shop()
    shop.detector.entities = {"email": "EMAIL_ADDRESS", "note": "CREDIT_CARD"}

    run = await worked(shop, ScanPrivacy("bronze.customers"))

    (step,) = run.steps
    assert step.report.notes == ("looked at up to 200 different values of 3 text columns",)
    assert step.report.protections == (
        Protection(
            "email",
            Operator.HASH,
            "EMAIL_ADDRESS",
            True,
            ("its name says an e-mail address", "2 of 2 sampled values are e-mail addresses"),
            rule="customers.email: hash in tables/customers.yaml",
        ),
        Protection(
            "note",
            Operator.MASK,
            "CREDIT_CARD",
            False,
            ("2 of 2 sampled values are card numbers",),
            rule="CREDIT_CARD: mask",
        ),
    )


async def test_a_scan_that_finds_nothing_says_that_it_looked() -> None:
    shop = await a_full_shop()

    run = await worked(shop, ScanPrivacy("gold.revenue"))

    assert run.status is RunStatus.SUCCEEDED
    assert run.steps[0].report.notes == (
        "looked at up to 200 different values of 1 text column",
        "nothing personal was found",
    )


async def test_a_scan_of_what_was_never_written_says_what_to_do_first() -> None:
    run = await worked(Workshop(), ScanPrivacy("silver.customers"))

    assert run.status is RunStatus.FAILED
    assert run.hint == "silver.customers was not written yet. Say «run pipeline medallion» first."


async def test_a_check_of_what_was_never_written_does_not_pass() -> None:
    shop = Workshop()
    shop.quality.outcomes["row_count > 0"] = None

    run = await worked(shop, CheckQuality("silver.customers"))

    assert run.error == "silver.customers: 1 check could not be evaluated"


async def test_a_model_whose_table_was_never_published_says_what_to_do_first() -> None:
    run = await Workshop().run("silver_to_gold")

    assert run.error == "silver.customers does not exist yet: it was never published."
    assert run.hint == (
        "Say «run pipeline bronze_to_silver for customers» first, or "
        "«status for table customers» to see what became of it."
    )


async def test_a_model_of_a_model_names_the_pipeline_that_makes_it() -> None:
    report = a_model("report", ("gold.revenue",))
    shop = Workshop(a_project(models=(a_model(), report)))

    run = await shop.run("silver_to_gold", "report")

    assert run.error == "gold.revenue does not exist yet: it was never published."
    assert "«run pipeline silver_to_gold for revenue» first" in run.hint


async def test_where_only_the_whole_makes_a_table_the_whole_is_named() -> None:
    gold = Pipeline("gold", (Stage.GOLD,))
    shop = Workshop(a_project(models=(a_model(),), pipelines=(gold,)))

    run = await shop.run("gold")

    assert "«run pipeline medallion for customers» first" in run.hint


async def test_a_detector_that_died_fails_the_scan() -> None:
    shop = await a_full_shop()
    shop.detector.error = WorkerFailed("The privacy examination died.", "Run it again.")

    run = await worked(shop, ScanPrivacy("silver.customers"))

    assert (run.error, run.hint) == ("The privacy examination died.", "Run it again.")


async def test_a_run_that_can_not_look_for_personal_data_publishes_nothing() -> None:
    shop = await a_full_shop()
    before = shop.state.tables
    shop.detector.error = WorkerFailed("The privacy examination died.")

    run = await shop.run("bronze_to_silver", "customers")

    assert run.status is RunStatus.FAILED
    assert shop.state.tables == before
