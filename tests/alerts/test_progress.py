"""The card of a run while it works, and once it ended."""

import pytest

from engine.alerts.progress import cancelling, duration, run_card
from engine.cards import CardKind, Fact, Severity
from engine.catalog.model import Operator
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.events import Pace
from engine.runs.model import (
    Counts,
    Run,
    RunStatus,
    StepKind,
    StepReport,
    StepStatus,
    cancelled,
)
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
    found = Protection(
        "gift",
        Operator.HASH,
        "EMAIL_ADDRESS",
        False,
        ("many", "its name"),
        rule="PERSON: hash",
        looks=("•••@•.•••",),
    )
    report = StepReport(notes=("looked at 2 text columns",), protections=(found,))
    run = a_run(a_step(StepKind.SCAN, report=report), status=RunStatus.SUCCEEDED)

    card = run_card(run, PROJECT)

    assert card.table is not None
    assert card.table.rows == (
        (
            "gift",
            "EMAIL_ADDRESS",
            "•••@•.•••",
            "many; its name",
            "replaced by tokens",
            "PERSON: hash; nobody decided",
        ),
    )
    assert "looked at 2 text columns" in card.text


def test_a_scan_that_found_nothing_has_no_table() -> None:
    assert run_card(a_run(a_step(StepKind.SCAN)), PROJECT).table is None


def test_a_failed_run_offers_why_and_a_retry() -> None:
    card = run_card(a_failed_run(), PROJECT)

    assert [button.command for button in card.buttons] == [
        f"why did {RUN_ID} fail",
        f"retry {RUN_ID}",
        "show quarantined rows of customers",
    ]


def test_a_change_that_is_asked_about_can_be_accepted_on_the_card_of_the_run() -> None:
    hint = f"If that is meant, say «retry {RUN_ID} and accept the change»."
    step = a_step(StepKind.INGEST, "bronze.customers", StepStatus.FAILED, hint=hint)
    of_run, of_step = a_failed_run(hint=hint), a_run(step, status=RunStatus.FAILED)

    for run in (of_run, of_step):
        buttons = run_card(run, PROJECT).buttons
        assert [button.command for button in buttons][1:3] == [
            f"retry {RUN_ID} and accept the change",
            f"retry {RUN_ID}",
        ]
        assert buttons[1].confirm


def test_a_run_at_work_tells_its_pace_and_can_be_cancelled() -> None:
    run = a_run(status=RunStatus.RUNNING)

    card = run_card(run, PROJECT, Pace(412_000, 20_600.4, 95.0, runs=5))

    assert card.text == (
        "Step 1 of 3: refine silver.customers · 412,000 rows so far · 20,600 a second · "
        "about 2 min left, going by the last 5 runs"
    )
    assert [button.command for button in card.buttons] == [f"cancel {RUN_ID}", f"status {RUN_ID}"]
    assert card.buttons[0].confirm


@pytest.mark.parametrize(
    ("pace", "told"),
    [
        (Pace(seconds_left=12.0, runs=1), "about 12 s left, going by the last run"),
        (Pace(exceeds=40.0, runs=4), "longer than usual: it took 40 s in the last 4 runs"),
    ],
)
def test_a_step_of_one_statement_tells_what_earlier_runs_took(pace: Pace, told: str) -> None:
    card = run_card(a_run(status=RunStatus.RUNNING), PROJECT, pace)

    assert card.text == f"Step 1 of 3: refine silver.customers · {told}"


def test_a_run_that_somebody_cancelled_says_so_until_it_has_stopped() -> None:
    run = a_run(status=RunStatus.RUNNING, cancelled_by="Olga")

    card = run_card(run, PROJECT)

    assert card.text == "Stopping: Olga cancelled it."
    assert [button.command for button in card.buttons] == [f"status {RUN_ID}"]
    assert cancelling(run).title == "bronze_to_silver for customers is being stopped"


def test_a_cancelled_run_tells_what_stays_and_can_be_retried() -> None:
    some = cancelled(a_run(*SILVER, a_step(), cancelled_by="Olga"), EPOCH)
    none = cancelled(a_run(cancelled_by="Olga"), EPOCH)

    assert run_card(some, PROJECT).text.splitlines()[:2] == [
        "Cancelled by Olga.",
        "What was published before stays; nothing half-done is left.",
    ]
    assert run_card(none, PROJECT).text.splitlines() == [
        "Cancelled by Olga.",
        "Nothing was published.",
    ]
    assert [button.command for button in run_card(none, PROJECT).buttons] == [f"retry {RUN_ID}"]
    assert cancelling(none).title == "bronze_to_silver for customers is cancelled"


def test_a_waiting_run_names_the_one_it_waits_for() -> None:
    ahead = a_run(id="11111111", pipeline="medallion", table=None)

    card = run_card(a_run(), PROJECT, ahead=ahead)

    assert card.text == "Waits for 11111111 (medallion), which writes silver.customers."
    assert run_card(a_run(), PROJECT).text.startswith("Waits for its turn")


def test_a_run_that_was_handed_back_says_that_nothing_is_lost() -> None:
    run = a_run(SILVER[0], a_step(StepKind.CHECK), attempt=2)

    assert run_card(run, PROJECT).text.startswith(
        "Step 2 of 2: check silver.customers, as soon as a worker is free; what was done stays done"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59, "59 s"), (95, "2 min"), (3600, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_a_length_of_time_is_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_rows_that_were_held_back_are_shown_so_that_the_numbers_add_up() -> None:
    run = a_run(*HELD_BACK, status=RunStatus.FAILED)

    shown = {fact.name: fact.value for fact in run_card(run, PROJECT).facts}

    assert (shown["Rows in"], shown["Published"], shown["Held back"]) == ("1,200", "0", "1,190")


def test_nothing_is_held_back_where_all_was_published() -> None:
    run = a_run(*SILVER, status=RunStatus.SUCCEEDED)

    assert "Held back" not in {fact.name for fact in run_card(run, PROJECT).facts}
