"""Which failed run tells how a table stands: before all others one that nothing made good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.runs.model import Run, RunStatus, Step, StepStatus

_LOST = frozenset({StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed run, and the one that made good since what it did not do, if any."""

    run: Run
    amended: Run | None


def standing_failure(runs: Sequence[Run], table: str) -> Failure | None:
    """What failed at a table, of runs with the newest first.

    A run that was to write says more than a look at what was published before; a failure that was
    made good is told only where there is no other.
    """
    found = [
        Failure(run, _amended(runs, run, step))
        for run in runs
        if run.status is RunStatus.FAILED and (step := lost_step(run, table)) is not None
    ]
    return min(found, key=_rank, default=None)


def _rank(failure: Failure) -> tuple[bool, bool]:
    """Of equals the first one, which is the newest."""
    is_over = failure.amended is not None
    return (is_over, not is_over and not _writes(failure.run))


def lost_step(run: Run, table: str) -> Step | None:
    """The step at which a run lost that table: what failed there before what was only skipped."""
    lost = [step for step in run.steps if step.dataset.table == table and step.status in _LOST]
    failed = (step for step in lost if step.status is StepStatus.FAILED)
    return next(failed, lost[0] if lost else None)


def _amended(runs: Sequence[Run], lost: Run, step: Step) -> Run | None:
    """A later run that did the same step; a look makes good no version that was held back."""
    later = (run for run in runs if end_of(run) > end_of(lost))
    return next((run for run in later if _did(run, step) and _says_as_much(run, lost)), None)


def _did(run: Run, step: Step) -> bool:
    return any(
        (each.kind, each.dataset) == (step.kind, step.dataset)
        and each.status is StepStatus.SUCCEEDED
        for each in run.steps
    )


def _says_as_much(run: Run, lost: Run) -> bool:
    return _writes(run) or not _writes(lost)


def _writes(run: Run) -> bool:
    return bool(run.targets())


def end_of(run: Run) -> datetime:
    """When a run was over; of one that is not, when it was asked for."""
    return run.finished_at or run.requested_at
