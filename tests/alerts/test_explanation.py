"""Why a run failed, as somebody reads it who was woken up by it."""

from dataclasses import replace

from engine.alerts.explanation import explanation, failed_elsewhere
from engine.cards import Card, Fact
from engine.quality.model import Outcome
from engine.runs.model import Counts, Run, RunStatus, Step, StepKind, StepReport, StepStatus
from tests.builders import RUN_ID, a_project, a_run, a_step, a_verdict

PROJECT = a_project()
STAYS = "A version from before stays in place, if there was one"
MENDING = (
    "Have the source corrected and delivered again, or change the check in "
    "tables/customers.yaml; then run it again."
)
LOADED = a_step(
    StepKind.INGEST,
    "bronze.customers",
    StepStatus.SUCCEEDED,
    report=StepReport(Counts(loaded=4000)),
)
REFINED = a_step(StepKind.REFINE, status=StepStatus.SUCCEEDED)
HELD_BACK = (
    REFINED,
    a_step(
        StepKind.CHECK,
        status=StepStatus.FAILED,
        report=StepReport(verdicts=(a_verdict(Outcome.FAILED), a_verdict(Outcome.WARNED))),
        error="silver.customers: 1 check failed",
    ),
    a_step(StepKind.PUBLISH, status=StepStatus.SKIPPED),
)
ORDERS = (
    a_step(StepKind.REFINE, "silver.orders", StepStatus.SUCCEEDED),
    a_step(StepKind.CHECK, "silver.orders", StepStatus.SUCCEEDED),
    a_step(
        StepKind.PUBLISH,
        "silver.orders",
        StepStatus.SUCCEEDED,
        report=StepReport(Counts(published=120)),
    ),
)


def a_failed_run(*steps: Step, **changes: object) -> Run:
    """A run that failed with the error of its first broken step."""
    run = a_run(*steps, status=RunStatus.FAILED)
    broken = next((step for step in run.steps if step.status is StepStatus.FAILED), None)
    error, hint = (broken.error, broken.hint) if broken else (None, "")
    return replace(run, **{"error": error, "hint": hint, **changes})  # type: ignore[arg-type]  # by field name


def sentences(card: Card) -> list[str]:
    """What the buttons of a card say."""
    return [button.command for button in card.buttons]


def test_a_table_that_was_held_back_is_told_with_cause_outcome_and_what_to_do() -> None:
    card = explanation(a_failed_run(LOADED, *HELD_BACK, *ORDERS), PROJECT)

    assert card.title == "Why bronze_to_silver for customers failed"
    assert card.text.splitlines() == [
        "silver.customers: 1 check failed",
        "missing_percent(email) < 5: failed (61.2 %)",
        MENDING,
        "Loaded: bronze.customers (4,000 rows).",
        "Published all the same: silver.orders (120 rows).",
        f"Not published: silver.customers. {STAYS}.",
        f"«retry {RUN_ID}» checks the same rows once more.",
    ]
    assert Fact("Step", "check silver.customers") in card.facts
    assert Fact("Owner", "Customer relations (#crm)") in card.facts
    assert sentences(card) == [
        f"retry {RUN_ID}",
        f"retry {RUN_ID} from the quality gate",
        "run pipeline bronze_to_silver for customers",
    ]


def test_what_was_not_published_is_named_and_no_version_from_before_is_claimed() -> None:
    broken = a_step(StepKind.REFINE, status=StepStatus.FAILED, error="The disk is full.", hint="Rm")
    others = [
        a_step(kind, status=StepStatus.SKIPPED) for kind in (StepKind.CHECK, StepKind.PUBLISH)
    ]

    card = explanation(a_failed_run(broken, *others), PROJECT)

    assert card.text.splitlines() == [
        "The disk is full.",
        "Rm",
        f"Not published: silver.customers. {STAYS}.",
        f"«retry {RUN_ID}» takes it up again at refine silver.customers.",
    ]
    assert sentences(card) == [f"retry {RUN_ID}"]


def test_what_else_failed_is_told_too() -> None:
    broken = a_step(StepKind.REFINE, "silver.orders", StepStatus.FAILED, error="It is gone.")

    card = explanation(a_failed_run(*HELD_BACK, broken), PROJECT)

    assert "Also failed: refine silver.orders. It is gone." in card.text.splitlines()


def test_a_run_that_broke_outside_of_its_steps_is_explained_all_the_same() -> None:
    card = explanation(a_failed_run(error="It took longer than 60 seconds."), PROJECT)
    silent = explanation(a_failed_run(), PROJECT)

    assert card.text.startswith("It took longer than 60 seconds.\nNot published: silver.")
    assert silent.text.startswith("It did not say why.")


def test_a_check_alone_changed_nothing_and_has_no_gate_to_go_back_to() -> None:
    looked = replace(HELD_BACK[1], hint="")

    card = explanation(a_failed_run(looked, pipeline="quality check"), PROJECT)

    assert "It only looked; nothing was changed." in card.text.splitlines()
    assert sentences(card) == [f"retry {RUN_ID}"]


def test_a_question_about_columns_has_its_answer_as_a_button() -> None:
    hint = f"If that is right, say «retry {RUN_ID} and accept the change»."
    broken = a_step(StepKind.INGEST, "bronze.customers", StepStatus.FAILED, error="a", hint=hint)

    card = explanation(a_failed_run(broken), PROJECT)

    assert sentences(card) == [f"retry {RUN_ID}", f"retry {RUN_ID} and accept the change"]
    assert card.buttons[1].confirm


def test_of_many_tables_the_first_are_named_and_the_others_counted() -> None:
    steps = [a_step(StepKind.PUBLISH, f"silver.t{n}", StepStatus.SKIPPED) for n in range(12)]

    card = explanation(a_failed_run(*steps), PROJECT)

    assert "silver.t7 and 4 more. A version from before" in card.text


ORDERS_HELD_BACK = (
    a_step(StepKind.REFINE, "silver.orders", StepStatus.SUCCEEDED),
    a_step(
        StepKind.CHECK,
        "silver.orders",
        StepStatus.FAILED,
        error="silver.orders: 2 checks failed",
        hint="Look at them.",
    ),
    a_step(StepKind.PUBLISH, "silver.orders", StepStatus.SKIPPED),
)


def test_asked_for_a_table_what_failed_there_comes_first() -> None:
    run = a_failed_run(*HELD_BACK, *ORDERS_HELD_BACK, table=None)

    card = explanation(run, PROJECT, "orders")

    first, second, *_ = card.text.splitlines()
    assert (first, second) == ("silver.orders: 2 checks failed", "Look at them.")
    assert "Also failed: check silver.customers." in card.text
    assert Fact("Step", "check silver.orders") in card.facts


def test_a_table_with_which_all_went_well_is_said_to_be_so() -> None:
    card = failed_elsewhere(a_failed_run(*HELD_BACK, *ORDERS, table=None), "orders")

    assert card.title == "No run failed at orders lately"
    assert card.text == (
        f"The latest failed run that works on orders is {RUN_ID} (bronze_to_silver). "
        "It failed at check silver.customers; all it had to do for orders went well."
    )
    assert sentences(card)[0] == f"why did {RUN_ID} fail"
