"""Which calls a run is worth, told of only once it is committed."""

from dataclasses import replace

import pytest

from engine.hooks.model import Call, Moment, Narrator
from engine.runs.events import Pace, RunChanged, RunEvent, RunFinished, StepFinished
from engine.runs.model import RunStatus, StepStatus
from tests.builders import a_run, a_step

QUEUED = a_run()
RUNNING = a_run(status=RunStatus.RUNNING)
DONE = a_run(status=RunStatus.SUCCEEDED)
STEP = a_step(status=StepStatus.SUCCEEDED)


def moments(narrator: Narrator, *events: RunEvent) -> list[Moment]:
    """When hooks are called for these events."""
    calls = [narrator.call_for(event) for event in events]
    return [call.moment for call in calls if call is not None]


def test_each_moment_of_a_run_is_told_once() -> None:
    events = (
        RunChanged(QUEUED),
        RunChanged(RUNNING),
        RunChanged(RUNNING, Pace(10)),
        StepFinished(RUNNING, STEP),
        RunChanged(RUNNING),
        RunFinished(DONE),
    )

    assert moments(Narrator(), *events) == [
        Moment.QUEUED,
        Moment.STARTED,
        Moment.STEP_FINISHED,
        Moment.FINISHED,
    ]


def test_a_run_that_goes_on_elsewhere_starts_again_with_its_next_attempt() -> None:
    again = replace(RUNNING, attempt=2)

    found = moments(Narrator(), RunChanged(RUNNING), RunChanged(again), RunChanged(again))

    assert found == [Moment.STARTED, Moment.STARTED]


def test_a_run_that_is_taken_up_again_is_queued_and_starts_again() -> None:
    narrator = Narrator()
    moments(narrator, RunChanged(QUEUED), RunChanged(RUNNING), RunFinished(DONE))

    assert moments(narrator, RunChanged(QUEUED), RunChanged(RUNNING)) == [
        Moment.QUEUED,
        Moment.STARTED,
    ]


def test_nothing_is_remembered_of_runs_that_are_over() -> None:
    narrator = Narrator()

    for number in range(10):
        run = a_run(id=f"{number:08d}", status=RunStatus.RUNNING)
        moments(narrator, RunChanged(run), RunFinished(run))

    assert narrator._begun == {}


@pytest.mark.parametrize("event", [RunChanged(QUEUED), RunFinished(DONE)])
def test_a_call_about_a_run_has_the_run_alone(event: RunEvent) -> None:
    call = Narrator().call_for(event)

    assert call is not None
    assert call.arguments == (call.run,)
    assert call.run.run_id == QUEUED.id


def test_a_call_about_a_step_has_the_run_and_the_step() -> None:
    call = Narrator().call_for(StepFinished(RUNNING, STEP))

    assert isinstance(call, Call)
    assert call.step is not None
    assert call.arguments == (call.run, call.step)
    assert call.step.name == "refine silver.customers"
