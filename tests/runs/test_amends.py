"""Which failed run is meant by «why did customers fail»."""

from datetime import timedelta

from engine.alerts.explanation import explanation
from engine.runs.amends import standing_failure
from engine.runs.model import Run, RunStatus, Step, StepKind, StepStatus
from engine.testing.clock import EPOCH
from tests.builders import a_project, a_run, a_step

FAILED, DONE, SKIPPED = StepStatus.FAILED, StepStatus.SUCCEEDED, StepStatus.SKIPPED


def run(id_: str, hour: int, *steps: Step) -> Run:
    """A run that ended at that hour."""
    lost = any(step.status is FAILED for step in steps)
    status = RunStatus.FAILED if lost else RunStatus.SUCCEEDED
    return a_run(*steps, id=id_, status=status, finished_at=EPOCH + timedelta(hours=hour))


def written(check: StepStatus, on: str = "silver.customers") -> tuple[Step, ...]:
    published = DONE if check is DONE else SKIPPED
    return (
        a_step(StepKind.REFINE, on, DONE),
        a_step(StepKind.CHECK, on, check),
        a_step(StepKind.PUBLISH, on, published),
    )


def look(status: StepStatus) -> Step:
    return a_step(StepKind.CHECK, "silver.customers", status)


def told(*newest_first: Run) -> tuple[str, str | None] | None:
    found = standing_failure(newest_first, "customers")
    return None if found is None else (found.run.id, found.amended.id if found.amended else None)


HELD = run("HELD", 1, *written(FAILED))


def test_a_version_that_was_held_back_says_more_than_a_later_look() -> None:
    assert told(run("LOOK", 2, look(FAILED)), HELD) == ("HELD", None)


def test_a_look_that_fails_is_meant_where_nothing_is_held_back() -> None:
    good, bad = run("GOOD", 2, *written(DONE)), run("LOOK", 3, look(FAILED))

    assert told(bad, good, HELD) == ("LOOK", None)


def test_what_was_made_good_is_told_as_past() -> None:
    assert told(run("GOOD", 2, *written(DONE)), HELD) == ("HELD", "GOOD")


def test_a_look_that_goes_well_makes_good_no_version_that_was_held_back() -> None:
    assert told(run("LOOK", 2, look(DONE)), HELD) == ("HELD", None)


def test_a_run_that_failed_elsewhere_makes_good_what_it_published() -> None:
    later = run("LATER", 2, *written(DONE), *written(FAILED, "silver.orders"))

    assert told(later, HELD) == ("HELD", "LATER")


def test_loading_again_makes_good_no_refinement_that_failed() -> None:
    broken = run("BROKEN", 1, a_step(StepKind.REFINE, status=FAILED))
    loaded = run("LOADED", 2, a_step(StepKind.INGEST, "bronze.customers", DONE))

    assert told(loaded, broken) == ("BROKEN", None)


def test_what_another_table_lost_is_not_meant() -> None:
    assert told(run("OTHER", 1, *written(FAILED, "silver.orders"))) is None


def test_the_explanation_begins_at_the_same_step() -> None:
    card = explanation(HELD, a_project(), "customers")

    assert ("Step", "check silver.customers") in [(each.name, each.value) for each in card.facts]
