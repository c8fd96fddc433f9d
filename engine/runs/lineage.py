"""Which lineage events a change of a run or of one of its steps stands for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

from engine.catalog.model import DatasetName
from engine.lineage.columns import ColumnLineage
from engine.lineage.model import (
    Asked,
    Change,
    Checked,
    EventType,
    Field,
    JobFacts,
    JobKind,
    LineageEvent,
    Made,
    Occasion,
)
from engine.quality.model import Verdict
from engine.runs.lineage_checks import assertions, missing_counts
from engine.runs.lineage_facts import Knowledge
from engine.runs.model import Priority, Run, RunStatus, Step, StepKind, StepStatus

_BEGINS = frozenset({StepKind.INGEST, StepKind.REFINE, StepKind.BUILD})
_COMPLETES = frozenset({StepKind.INGEST, StepKind.PUBLISH})

_BEGUN = frozenset({StepStatus.RUNNING, StepStatus.SUCCEEDED, StepStatus.FAILED})

_ENDS = {
    StepStatus.FAILED: EventType.FAIL,
    StepStatus.SUCCEEDED: EventType.COMPLETE,
    StepStatus.CANCELLED: EventType.ABORT,
}

_RUN_ENDS = {
    RunStatus.SUCCEEDED: EventType.COMPLETE,
    RunStatus.FAILED: EventType.FAIL,
    RunStatus.CANCELLED: EventType.ABORT,
}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was seen before a step wrote its dataset."""

    existed: bool = True
    columns: ColumnLineage = field(default_factory=ColumnLineage)
    upstream: Mapping[DatasetName, tuple[Field, ...]] = field(default_factory=dict)


UNSEEN = Foreseen()


def step_events(
    known: Knowledge, run: Run, step: Step, at: datetime, foreseen: Foreseen = UNSEEN
) -> tuple[LineageEvent, ...]:
    """The events of a step that was begun or that ended, in order.

    The steps of one dataset are one OpenLineage job run: it starts with the first of them,
    completes with the last, and fails with any. A check is a job run of its own, which reads the
    dataset. The log keeps one start of each, however often it is told: a slow step tells it at
    once, a quick one with its end.
    """
    checking = () if step.kind is not StepKind.CHECK else _check_events(known, run, step, at)
    return (*checking, *_dataset_events(known, run, step, at, foreseen))


def still_running(known: Knowledge, run: Run, step: Step, at: datetime) -> tuple[LineageEvent, ...]:
    """That the step at work goes on."""
    if step.kind is StepKind.CHECK:
        return (_check_event(known, run, step, EventType.RUNNING, at),)
    if not _is_written(run, step.dataset):
        return ()
    return (_dataset_event(known, run, step, EventType.RUNNING, at),)


def run_started(known: Knowledge, run: Run, at: datetime) -> LineageEvent:
    """That an attempt of a run began."""
    return _run_event(known, run, EventType.START, at)


def run_ended(known: Knowledge, run: Run, at: datetime) -> tuple[LineageEvent, ...]:
    """That a run is over, and with it the datasets that were begun and not finished."""
    type_ = _RUN_ENDS[run.status]
    # what did not run to its end did not fail unless the run did
    left = EventType.FAIL if run.status is RunStatus.FAILED else EventType.ABORT
    return (*_left_open(known, run, left, at), *_run_ends(known, run, type_, at))


def attempt_left(known: Knowledge, run: Run, at: datetime) -> tuple[LineageEvent, ...]:
    """That a worker lost or gave back a run, as it was; the next attempt has events of its own."""
    abort = EventType.ABORT
    return (*_left_open(known, run, abort, at), *_run_ends(known, run, abort, at))


def _run_ends(known: Knowledge, run: Run, type_: EventType, at: datetime) -> Iterator[LineageEvent]:
    # one that nobody began has a beginning too
    yield _run_event(known, run, EventType.START, run.started_at or at)
    yield _run_event(known, run, type_, at)


def _left_open(
    known: Knowledge, run: Run, type_: EventType, at: datetime
) -> Iterator[LineageEvent]:
    error = run.error if type_ is EventType.FAIL else None
    for step in _open_checks(run):
        yield _check_event(known, run, step, EventType.START, step.started_at or at)
        yield replace(_check_event(known, run, step, type_, at), error=error)
    for step in _open_datasets(run):
        yield _dataset_event(known, run, step, EventType.START, step.started_at or at)
        yield replace(_dataset_event(known, run, step, type_, at), error=error)


def _open_checks(run: Run) -> Iterator[Step]:
    return (step for step in run.steps if step.kind is StepKind.CHECK and _was_cut_off(step))


def _open_datasets(run: Run) -> Iterator[Step]:
    """The first step of each dataset that was begun, did not fail, and was not finished."""
    for dataset in run.targets():
        own = [step for step in run.steps if step.dataset == dataset]
        failed = any(step.status is StepStatus.FAILED for step in own)
        finished = any(_finishes(step) for step in own)
        begun = any(step.status is StepStatus.SUCCEEDED or _was_cut_off(step) for step in own)
        if begun and not failed and not finished:
            yield own[0]


def _was_cut_off(step: Step) -> bool:
    stopped = step.status is StepStatus.CANCELLED and step.started_at is not None
    return stopped or step.status is StepStatus.RUNNING


def _finishes(step: Step) -> bool:
    return step.kind in _COMPLETES and step.status is StepStatus.SUCCEEDED


def _is_written(run: Run, dataset: DatasetName) -> bool:
    return dataset in run.targets()


def _run_event(known: Knowledge, run: Run, type_: EventType, at: datetime) -> LineageEvent:
    return LineageEvent(
        type=type_,
        at=at,
        run_id=run.id,
        attempt=run.attempt,
        pipeline=run.pipeline,
        job=run.pipeline,
        error=run.error if type_ is EventType.FAIL else None,
        occasion=occasion_of(run),
        work=known.pipeline(run.pipeline),
    )


def _dataset_events(
    known: Knowledge, run: Run, step: Step, at: datetime, foreseen: Foreseen
) -> Iterator[LineageEvent]:
    for type_ in _types(run, step):
        when = (step.started_at or at) if type_ is EventType.START else at
        event = _dataset_event(known, run, step, type_, when)
        if type_ is EventType.COMPLETE:
            made = _made(run, step, foreseen)
            event = replace(event, rows=_rows(step), rows_read=_rows_read(run, step), made=made)
        yield event


def _dataset_event(
    known: Knowledge, run: Run, step: Step, type_: EventType, at: datetime
) -> LineageEvent:
    dataset = step.dataset
    return LineageEvent(
        type=type_,
        at=at,
        run_id=run.id,
        attempt=run.attempt,
        pipeline=run.pipeline,
        job=f"{run.pipeline}.{dataset}",
        inputs=known.upstream(dataset),
        sources=known.sources_of(dataset),
        outputs=(dataset,),
        error=step.error if type_ is EventType.FAIL else None,
        occasion=occasion_of(run),
        work=known.writing(dataset),
        about=known.about(dataset, known.protections(run, dataset)),
    )


def _types(run: Run, step: Step) -> Iterator[EventType]:
    if not _is_written(run, step.dataset) or step.status not in _BEGUN:
        return
    # a run that was taken up again may begin in the middle
    if step.kind in _BEGINS or run.attempt > 1:
        yield EventType.START
    if step.status is StepStatus.FAILED:
        yield EventType.FAIL
    if _finishes(step):
        yield EventType.COMPLETE


def _check_events(known: Knowledge, run: Run, step: Step, at: datetime) -> Iterator[LineageEvent]:
    if step.status not in _BEGUN:
        return
    yield _check_event(known, run, step, EventType.START, step.started_at or at)
    end = _ENDS.get(step.status)
    if end is not None:
        event = _check_event(known, run, step, end, at)
        yield replace(event, checked=_checked(known, run, step))


def _check_event(
    known: Knowledge, run: Run, step: Step, type_: EventType, at: datetime
) -> LineageEvent:
    dataset = step.dataset
    return LineageEvent(
        type=type_,
        at=at,
        run_id=run.id,
        attempt=run.attempt,
        pipeline=run.pipeline,
        job=f"{run.pipeline}.{dataset}.check",
        inputs=(dataset,),
        error=step.error if type_ is EventType.FAIL else None,
        occasion=occasion_of(run),
        work=JobFacts(JobKind.CHECK, owner=known.about(dataset).owner),
        about=known.about(dataset),
    )


def _checked(known: Knowledge, run: Run, step: Step) -> Checked:
    verdicts = step.report.verdicts
    tellable = known.tellable(step.dataset, known.protections(run, step.dataset))
    rows = _rows_staged(run, step.dataset)
    return Checked(assertions(verdicts, tellable), rows, missing_counts(verdicts))


def _made(run: Run, step: Step, foreseen: Foreseen) -> Made:
    return Made(
        change=_change(step, foreseen),
        version=f"{run.id}/{run.attempt}",
        columns=foreseen.columns,
        missing=missing_counts(_verdicts(run, step.dataset)),
    )


def _change(step: Step, foreseen: Foreseen) -> Change | None:
    """What was appended or merged left the dataset as a whole as it was."""
    if not foreseen.existed:
        return Change.CREATE
    merged = step.report.counts.inserted is not None
    appended = step.kind is StepKind.INGEST
    return None if merged or appended else Change.OVERWRITE


def _verdicts(run: Run, dataset: DatasetName) -> Sequence[Verdict]:
    return [v for step in run.steps if step.dataset == dataset for v in step.report.verdicts]


def _rows(step: Step) -> int | None:
    counts = step.report.counts
    told = (counts.published, counts.built, counts.loaded)
    return next((count for count in told if count is not None), None)


def _rows_read(run: Run, step: Step) -> int | None:
    """Of the one dataset that it reads: what was loaded, or was in bronze."""
    if step.kind is StepKind.INGEST:
        return step.report.counts.loaded
    own = [each.report.counts.rows_in for each in run.steps if each.dataset == step.dataset]
    return next((count for count in own if count is not None), None)


def _rows_staged(run: Run, dataset: DatasetName) -> int | None:
    own = [each.report.counts for each in run.steps if each.dataset == dataset]
    told = (count for each in own for count in (each.built, each.published))
    return next((count for count in told if count is not None), None)


def occasion_of(run: Run) -> Occasion:
    """Why the run is there, and for which time: when it was due, or the days of its rows."""
    given = run.parameters
    if given.start is not None or given.end is not None:
        days = [
            None if day is None else datetime.combine(day, time(), UTC)
            for day in (given.start, given.end)
        ]
        return Occasion(_asked(run), *days)
    return Occasion(_asked(run), _due(run.key))


def _asked(run: Run) -> Asked:
    if run.backfill is not None:
        return Asked.BACKFILL
    return Asked.SCHEDULE if run.priority is Priority.SCHEDULE else Asked.PERSON


def _due(key: str | None) -> datetime | None:
    """The moment in a schedule's key, `schedule:<id>:<moment>`; other keys are people's own."""
    word, _, rest = (key or "").partition(":")
    moment = rest.partition(":")[2]
    if word != "schedule" or not moment:
        return None
    try:
        due = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return due if due.tzinfo else None
