"""Which lineage events a step's change of state stands for."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.lineage.model import EventType, LineageEvent
from engine.runs.model import Run, Step, StepKind, StepStatus

_BEGINS = frozenset({StepKind.INGEST, StepKind.REFINE, StepKind.BUILD})
_COMPLETES = frozenset({StepKind.INGEST, StepKind.PUBLISH})

_BEGUN = frozenset({StepStatus.RUNNING, StepStatus.SUCCEEDED, StepStatus.FAILED})


def lineage_events(
    run: Run, step: Step, upstream: Sequence[DatasetName], at: datetime
) -> tuple[LineageEvent, ...]:
    """The events of a step that was begun or that ended, in order.

    The steps of one dataset are one OpenLineage job run: it starts with the first of them,
    completes with the last, and fails with any. The log keeps one start of each, however often it
    is told: a slow step tells it at once, a quick one with its end.
    """
    return tuple(
        LineageEvent(
            type=kind,
            at=(step.started_at or at) if kind is EventType.START else at,
            run_id=run.id,
            attempt=run.attempt,
            pipeline=run.pipeline,
            job=f"{run.pipeline}.{step.dataset}",
            inputs=tuple(upstream),
            outputs=(step.dataset,),
            rows=None if kind is EventType.START else _rows(step),
            error=step.error,
        )
        for kind in _types(run, step)
    )


def _types(run: Run, step: Step) -> Iterator[EventType]:
    writes = any(each.dataset == step.dataset and each.kind in _COMPLETES for each in run.steps)
    if not writes or step.status not in _BEGUN:
        return
    # a run that was taken up again may begin in the middle
    if step.kind in _BEGINS or run.attempt > 1:
        yield EventType.START
    if step.status is StepStatus.FAILED:
        yield EventType.FAIL
    if step.status is StepStatus.SUCCEEDED and step.kind in _COMPLETES:
        yield EventType.COMPLETE


def _rows(step: Step) -> int | None:
    counts = step.report.counts
    told = (counts.published, counts.built, counts.loaded)
    return next((count for count in told if count is not None), None)
