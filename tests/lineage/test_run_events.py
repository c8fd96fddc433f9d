"""Which event a step's change of state stands for."""

from dataclasses import replace

import pytest

from engine.catalog.model import DatasetName
from engine.lineage.model import EventType
from engine.runs.lineage import lineage_event
from engine.runs.model import Counts, StepKind, StepReport, StepStatus
from engine.testing.clock import EPOCH
from tests.builders import a_run, a_step, dataset

WRITTEN = (
    a_step(StepKind.REFINE),
    a_step(StepKind.CHECK),
    a_step(StepKind.PUBLISH),
)


def event_type(place: int, status: StepStatus) -> EventType | None:
    """The type of event for one step of a silver table in that state."""
    run = a_run(*WRITTEN)
    step = replace(run.steps[place], status=status)
    event = lineage_event(run, step, (), EPOCH)
    return event.type if event else None


@pytest.mark.parametrize(
    ("place", "status", "expected"),
    [
        (0, StepStatus.RUNNING, EventType.START),
        (0, StepStatus.SUCCEEDED, None),
        (0, StepStatus.FAILED, EventType.FAIL),
        (1, StepStatus.RUNNING, None),
        (1, StepStatus.SUCCEEDED, None),
        (1, StepStatus.FAILED, EventType.FAIL),
        (2, StepStatus.RUNNING, None),
        (2, StepStatus.SUCCEEDED, EventType.COMPLETE),
        (2, StepStatus.FAILED, EventType.FAIL),
        (2, StepStatus.SKIPPED, None),
    ],
)
def test_the_steps_of_a_dataset_are_one_job_that_starts_once_and_ends_once(
    place: int, status: StepStatus, expected: EventType | None
) -> None:
    assert event_type(place, status) is expected


@pytest.mark.parametrize("kind", [StepKind.CHECK, StepKind.SCAN])
@pytest.mark.parametrize("status", StepStatus)
def test_a_run_that_writes_nothing_leaves_no_event(kind: StepKind, status: StepStatus) -> None:
    run = a_run(a_step(kind, status=status))

    assert lineage_event(run, run.steps[0], (), EPOCH) is None


def test_an_event_names_what_was_read_and_written() -> None:
    report = StepReport(Counts(loaded=5))
    step = a_step(StepKind.INGEST, "bronze.customers", StepStatus.SUCCEEDED, report=report)
    read: tuple[DatasetName, ...] = (dataset("silver.orders"),)

    event = lineage_event(a_run(step, pipeline="ingest"), step, read, EPOCH)

    assert event is not None
    assert (event.job, event.pipeline) == ("ingest.bronze.customers", "ingest")
    assert (event.inputs, event.outputs) == (read, (dataset("bronze.customers"),))
    assert event.rows == 5
