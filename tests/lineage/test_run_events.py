"""Which event a step's change of state stands for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.catalog.model import DatasetName
from engine.lineage.model import EventType
from engine.runs.lineage import lineage_events
from engine.runs.model import Counts, StepKind, StepReport, StepStatus
from engine.testing.clock import EPOCH
from tests.builders import a_run, a_step, dataset

WRITTEN = (
    a_step(StepKind.REFINE),
    a_step(StepKind.CHECK),
    a_step(StepKind.PUBLISH),
)


START, FAIL, COMPLETE = EventType.START, EventType.FAIL, EventType.COMPLETE


def event_types(place: int, status: StepStatus, attempt: int = 1) -> list[EventType]:
    """The types of the events for one step of a silver table in that state."""
    run = a_run(*WRITTEN, attempt=attempt)
    step = replace(run.steps[place], status=status)
    return [event.type for event in lineage_events(run, step, (), EPOCH)]


@pytest.mark.parametrize(
    ("place", "status", "expected"),
    [
        (0, StepStatus.RUNNING, [START]),
        (0, StepStatus.SUCCEEDED, [START]),
        (0, StepStatus.FAILED, [START, FAIL]),
        (1, StepStatus.RUNNING, []),
        (1, StepStatus.SUCCEEDED, []),
        (1, StepStatus.FAILED, [FAIL]),
        (2, StepStatus.RUNNING, []),
        (2, StepStatus.SUCCEEDED, [COMPLETE]),
        (2, StepStatus.FAILED, [FAIL]),
        (2, StepStatus.SKIPPED, []),
    ],
)
def test_the_steps_of_a_dataset_are_one_job_that_starts_first_and_ends_last(
    place: int, status: StepStatus, expected: list[EventType]
) -> None:
    assert event_types(place, status) == expected


@pytest.mark.parametrize("place", range(3))
def test_a_later_attempt_starts_wherever_it_goes_on(place: int) -> None:
    assert event_types(place, StepStatus.RUNNING, attempt=2) == [START]


def test_a_start_tells_when_the_step_began_and_not_how_many_rows_it_wrote() -> None:
    began = EPOCH - timedelta(seconds=5)
    report = StepReport(Counts(loaded=5))
    step = a_step(
        StepKind.INGEST, "bronze.x", StepStatus.SUCCEEDED, report=report, started_at=began
    )

    start, complete = lineage_events(a_run(step), step, (), EPOCH)

    assert (start.at, start.rows) == (began, None)
    assert (complete.at, complete.rows) == (EPOCH, 5)


@pytest.mark.parametrize("kind", [StepKind.CHECK, StepKind.SCAN])
@pytest.mark.parametrize("status", StepStatus)
def test_a_run_that_writes_nothing_leaves_no_event(kind: StepKind, status: StepStatus) -> None:
    run = a_run(a_step(kind, status=status))

    assert lineage_events(run, run.steps[0], (), EPOCH) == ()


def test_an_event_names_what_was_read_and_written() -> None:
    report = StepReport(Counts(loaded=5))
    step = a_step(StepKind.INGEST, "bronze.customers", StepStatus.SUCCEEDED, report=report)
    read: tuple[DatasetName, ...] = (dataset("silver.orders"),)

    _, event = lineage_events(a_run(step, pipeline="ingest"), step, read, EPOCH)

    assert (event.job, event.pipeline) == ("ingest.bronze.customers", "ingest")
    assert (event.inputs, event.outputs) == (read, (dataset("bronze.customers"),))
    assert event.rows == 5
