"""What holds of all runs, whatever happened to them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.runs.model import Run, RunStatus, StepStatus
from tests.runs.bench import Told


def a_run_is_sound(run: Run, before: Run | None) -> None:
    """Its state fits to those of its steps, and came from the state before."""
    states = {step.status for step in run.steps}
    if before is not None:
        assert run.attempt >= before.attempt
        if before.done and run != before:
            assert run.attempt > before.attempt, "only a retry changes a run that is over"
        if not before.done:
            assert before.cancelled_by in {None, run.cancelled_by}, "a wish was lost"
    if run.status is RunStatus.QUEUED:
        assert StepStatus.RUNNING not in states
    if run.done:
        assert states <= set(StepStatus) - {StepStatus.QUEUED, StepStatus.RUNNING}
    assert (run.status is RunStatus.SUCCEEDED) == (states == {StepStatus.SUCCEEDED})
    assert (run.status is RunStatus.CANCELLED) <= (run.cancelled_by is not None)


def nobody_is_in_anothers_way(runs: Mapping[str, Run], tickets: Mapping[str, int]) -> None:
    """Of the runs that write a dataset one has a ticket, and who has none waits for another."""
    open_ = [run for run in runs.values() if not run.done]
    having = [run for run in open_ if run.id in tickets]
    writers = Counter(dataset for run in having for dataset in run.targets())
    assert not writers or max(writers.values()) == 1
    assert all(run.status is RunStatus.QUEUED for run in open_ if run.id not in tickets)
    for run in open_:
        if run.id not in tickets:
            rivals = [each for each in open_ if set(each.targets()) & set(run.targets())]
            assert any(each.id in tickets or place(each) < place(run) for each in rivals)


def everything_was_told_once(runs: Mapping[str, Run], told: Sequence[Told]) -> None:
    """Each end was told with the attempt that it ended, and by no attempt that was over."""
    ends = {(each.run_id, each.attempt) for each in told if each.what == "ended"}
    assert all(times == 1 for each, times in Counter(told).items() if each.what != "begun")
    for run in runs.values():
        assert run.done == ((run.id, run.attempt) in ends)
        attempts = [each.attempt for each in told if each.run_id == run.id]
        assert attempts == sorted(attempts), "an attempt that was over wrote something"


def place(run: Run) -> tuple[int, object, str]:
    """Where a run stands in line."""
    return (-run.priority, run.requested_at, run.id)
