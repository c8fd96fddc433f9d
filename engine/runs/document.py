"""A run as programs read it: the JSON of `GET /pipelines/{run_id}` and of `atlas ask --json`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from engine.quality.model import Verdict
from engine.runs.model import Counts, Run, Step


class CountsDocument(BaseModel):
    """Numbers of a step or run; null where one does not apply."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    loaded: int | None
    rows_in: int | None
    published: int | None
    quarantined: int | None
    deduplicated: int | None
    protected: int | None
    built: int | None


class CheckDocument(BaseModel):
    """The verdict of one check."""

    model_config = ConfigDict(frozen=True)

    check: str
    outcome: str
    value: str | None
    reason: str


class StepDocument(BaseModel):
    """One step of a run."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: str
    dataset: str
    status: str
    started_at: datetime | None
    finished_at: datetime | None
    counts: CountsDocument
    notes: tuple[str, ...]
    checks: tuple[CheckDocument, ...]
    error: str | None
    hint: str


class RunDocument(BaseModel):
    """One run with its steps."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    status: str
    pipeline_name: str
    table_name: str | None
    attempt: int
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    counts: CountsDocument
    steps: tuple[StepDocument, ...]
    error: str | None
    hint: str


def run_document(run: Run) -> RunDocument:
    """The document of a run."""
    return RunDocument(
        run_id=run.id,
        status=run.status,
        pipeline_name=run.pipeline,
        table_name=run.table,
        attempt=run.attempt,
        requested_by=run.asker.id,
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=run.seconds,
        counts=_counts(run.counts),
        steps=tuple(_step(step) for step in run.steps),
        error=run.error,
        hint=run.hint,
    )


def _step(step: Step) -> StepDocument:
    return StepDocument(
        name=step.name,
        kind=step.kind,
        dataset=str(step.dataset),
        status=step.status,
        started_at=step.started_at,
        finished_at=step.finished_at,
        counts=_counts(step.report.counts),
        notes=step.report.notes,
        checks=tuple(_check(verdict) for verdict in step.report.verdicts),
        error=step.error,
        hint=step.hint,
    )


def _counts(counts: Counts) -> CountsDocument:
    return CountsDocument.model_validate(counts)


def _check(verdict: Verdict) -> CheckDocument:
    return CheckDocument(
        check=verdict.check.text,
        outcome=verdict.outcome,
        value=verdict.value,
        reason=verdict.reason,
    )
