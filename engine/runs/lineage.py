"""Which lineage event a step's change of state stands for."""

from collections.abc import Sequence
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.lineage.model import EventType, LineageEvent
from engine.runs.model import Run, Step, StepKind, StepStatus

_BEGINS = frozenset({StepKind.INGEST, StepKind.REFINE, StepKind.BUILD})
_COMPLETES = frozenset({StepKind.INGEST, StepKind.PUBLISH})


def lineage_event(
    run: Run, step: Step, upstream: Sequence[DatasetName], at: datetime
) -> LineageEvent | None:
    """The event of a step that was just changed, or None.

    The steps of one dataset are one OpenLineage job run: it starts with the first of them,
    completes with the last, and fails with any.
    """
    kind = _type(run, step)
    if kind is None:
        return None
    return LineageEvent(
        type=kind,
        at=at,
        run_id=run.id,
        attempt=run.attempt,
        pipeline=run.pipeline,
        job=f"{run.pipeline}.{step.dataset}",
        inputs=tuple(upstream),
        outputs=(step.dataset,),
        rows=_rows(step),
        error=step.error,
    )


def _type(run: Run, step: Step) -> EventType | None:
    if not any(each.dataset == step.dataset and each.kind in _COMPLETES for each in run.steps):
        return None
    if step.status is StepStatus.RUNNING and step.kind in _BEGINS:
        return EventType.START
    if step.status is StepStatus.FAILED:
        return EventType.FAIL
    if step.status is StepStatus.SUCCEEDED and step.kind in _COMPLETES:
        return EventType.COMPLETE
    return None


def _rows(step: Step) -> int | None:
    counts = step.report.counts
    told = (counts.published, counts.built, counts.loaded)
    return next((count for count in told if count is not None), None)
