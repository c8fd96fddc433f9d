"""The card of a run while it works, and once it ended."""

import pytest

from engine.alerts.progress import again, explanation, run_card
from engine.cards import CardKind, Fact, Severity
from engine.catalog.model import Operator
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.model import Counts, Run, RunStatus, StepKind, StepReport, StepStatus
from engine.testing.clock import EPOCH
from tests.builders import RUN_ID, a_project, a_run, a_step, a_verdict, an_asker

PROJECT = a_project()
SILVER = (
    a_step(
        StepKind.REFINE,
        status=StepStatus.SUCCEEDED,
        report=StepReport(
            Counts(rows_in=1200, quarantined=3, deduplicated=7, protected=2), ("3 rows put aside",)
        ),
    ),
    a_step(StepKind.CHECK, status=StepStatus.SUCCEEDED),
    a_step(
        StepKind.PUBLISH, status=StepStatus.SUCCEEDED, report=StepReport(Counts(published=1190))
    ),
)
HELD_BACK = (
    SILVER[0],
    a_step(
        StepKind.CHECK,
        status=StepStatus.FAILED,
        report=StepReport(verdicts=(a_verdict(Outcome.FAILED), a_verdict(Outcome.WARNED))),
        error="silver.customers: 1 check failed",
    ),
    a_step(StepKind.PUBLISH, status=StepStatus.SKIPPED),
)


def a_failed_run(**changes: object) -> Run:
    """A run whose table was held back."""
    return a_run(
        *HELD_BACK,
        **{  # type: ignore[arg-type]  # by field name
            "status": RunStatus.FAILED,
            "error": "silver.customers: 1 check failed",
            "started_at": EPOCH,
            "finished_at": EPOCH,
            **changes,
        },
    )


def facts_of(run: Run) -> dict[str, str]:
    """The facts of a run's card."""
    return {fact.name: fact.value for fact in run_card(run, PROJECT).facts}


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        (RunStatus.QUEUED, Severity.INFO),
        (RunStatus.RUNNING, Severity.INFO),
        (RunStatus.SUCCEEDED, Severity.SUCCESS),
        (RunStatus.FAILED, Severity.CRITICAL),
        (RunStatus.CANCELLED, Severity.WARNING),
    ],
)
def test_every_state_of_a_run_has_a_card(status: RunStatus, severity: Severity) -> None:
    card = run_card(a_run(status=status), PROJECT)

    assert card.kind is CardKind.PROGRESS
    assert card.severity is severity
    assert card.title == f"bronze_to_silver for customers — {status}"
    assert card.fallback_text == f"Run {RUN_ID}: bronze_to_silver for customers — {status}"


def test_a_run_at_work_tells_its_step() -> None:
    run = a_run(SILVER[0], a_step(StepKind.CHECK), status=RunStatus.RUNNING)

    card = run_card(run, PROJECT)

    assert card.text.startswith("Step 2 of 2")
    assert card.facts == (Fact("Run", RUN_ID),)


def test_a_run_that_succeeded_tells_its_rows_and_its_time() -> None:
    run = a_run(*SILVER, status=RunStatus.SUCCEEDED, started_at=EPOCH, finished_at=EPOCH)

    facts = facts_of(run)

    assert facts["Rows in"] == "1,200"
    assert facts["Published"] == "1,190"
    assert facts["Quarantined"] == "3"
    assert facts["Seconds"] == "0.0"
    assert "Rows built" not in facts
    assert "Owner" not in facts


def test_a_held_back_table_tells_that_nothing_was_published_and_who_owns_it() -> None:
    facts = facts_of(a_failed_run())

    assert facts["Published"] == "0"
    assert facts["Checks failed"] == "1"
    assert facts["Checks warned"] == "1"
    assert "Checks not evaluated" not in facts
    assert facts["Owner"] == "Customer relations (#crm)"


def test_a_dataset_is_shown_by_the_step_that_says_most() -> None:
    card = run_card(a_failed_run(), PROJECT)

    assert card.table is not None
    assert card.table.rows == (("silver.customers", "check", "failed", "1,200"),)


def test_the_card_belongs_to_the_thread_it_was_asked_in() -> None:
    run = a_run(asker=an_asker(thread="t1"))

    assert run_card(run, PROJECT).thread == "t1"


def test_a_scan_shows_what_its_columns_hold() -> None:
    found = Protection("gift", Operator.HASH, "EMAIL_ADDRESS", False, ("many", "its name"))
    report = StepReport(notes=("looked at 2 text columns",), protections=(found,))
    run = a_run(a_step(StepKind.SCAN, report=report), status=RunStatus.SUCCEEDED)

    card = run_card(run, PROJECT)

    assert card.table is not None
    assert card.table.rows == (("gift", "EMAIL_ADDRESS", "many; its name", "hashed"),)
    assert "looked at 2 text columns" in card.text


def test_a_scan_that_found_nothing_has_no_table() -> None:
    assert run_card(a_run(a_step(StepKind.SCAN)), PROJECT).table is None


def test_an_explanation_tells_step_cause_and_what_was_done_all_the_same() -> None:
    loaded = a_step(StepKind.INGEST, "bronze.customers", StepStatus.SUCCEEDED)
    run = a_failed_run(steps=a_run(loaded, *HELD_BACK).steps)

    card = explanation(run, PROJECT)

    assert card.title == "Why bronze_to_silver for customers failed"
    lines = card.text.splitlines()
    assert lines[:2] == [
        "silver.customers: 1 check failed",
        "missing_percent(email) < 5: failed (61.2)",
    ]
    assert "tables/customers.yaml" in lines[2]
    assert lines[3:] == [
        "Written: bronze.customers (1 dataset).",
        "Skipped: silver.customers (1 dataset).",
    ]
    assert Fact("Step", "check silver.customers") in card.facts


def test_an_explanation_without_a_broken_step_still_says_something() -> None:
    run = a_run(status=RunStatus.FAILED)

    card = explanation(run, PROJECT)

    assert card.text.splitlines() == ["It did not say why.", "Nothing was published."]


def test_a_run_is_asked_for_again_in_the_words_it_was_asked_in() -> None:
    assert again(a_run()) == "run pipeline bronze_to_silver for customers"
    assert again(a_run(table=None)) == "run pipeline bronze_to_silver"


@pytest.mark.parametrize(
    ("kind", "what", "sentence"),
    [
        (StepKind.CHECK, "quality check", "check quality of silver.customers"),
        (StepKind.SCAN, "privacy scan", "scan silver.customers for personal data"),
    ],
)
def test_a_check_or_a_scan_is_asked_for_again_as_what_it_is(
    kind: StepKind, what: str, sentence: str
) -> None:
    run = a_run(a_step(kind), pipeline=what, table="silver.customers")

    assert again(run) == sentence


def test_rows_that_were_held_back_are_shown_so_that_the_numbers_add_up() -> None:
    run = a_run(*HELD_BACK, status=RunStatus.FAILED)

    shown = {fact.name: fact.value for fact in run_card(run, PROJECT).facts}

    assert (shown["Rows in"], shown["Published"], shown["Held back"]) == ("1,200", "0", "1,190")


def test_nothing_is_held_back_where_all_was_published() -> None:
    run = a_run(*SILVER, status=RunStatus.SUCCEEDED)

    assert "Held back" not in {fact.name for fact in run_card(run, PROJECT).facts}
