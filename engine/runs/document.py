"""A run as programs read it: the JSON of `GET /pipelines/{run_id}` and of `atlas ask --json`."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from engine.quality.model import Outcome, Verdict
from engine.runs.model import (
    Counts,
    Parameters,
    Run,
    RunStatus,
    Step,
    StepKind,
    StepStatus,
)


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
    inserted: int | None
    updated: int | None
    unchanged: int | None
    deleted: int | None
    released: int | None


class CheckDocument(BaseModel):
    """The verdict of one check."""

    model_config = ConfigDict(frozen=True)

    check: str = Field(description="As the project declares it.")
    outcome: Outcome
    value: str | None = Field(description="What was measured.")
    reason: str = Field(description="Why there is no outcome, where there is none.")


class StepDocument(BaseModel):
    """One step of a run."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: StepKind
    dataset: str
    status: StepStatus
    started_at: datetime | None
    finished_at: datetime | None
    counts: CountsDocument
    notes: tuple[str, ...]
    checks: tuple[CheckDocument, ...]
    error: str | None
    hint: str


class ReleaseDocument(BaseModel):
    """Which rows in quarantine were asked for."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    rule: str | None = Field(description="Null for all of them.")


class ParametersDocument(BaseModel):
    """How a run was asked for; the days are whole ones, the end exclusive."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    full_refresh: bool
    start: date | None
    end: date | None
    accept_drift: bool
    release: ReleaseDocument | None = Field(description="Null but for a release from quarantine.")


class RunDocument(BaseModel):
    """One run with its steps."""

    model_config = ConfigDict(frozen=True)

    run_id: str = Field(description="8 characters, in any case.")
    status: RunStatus
    pipeline_name: str
    table_name: str | None = Field(description="Null where all tables of the pipeline are meant.")
    parameters: ParametersDocument
    priority: int = Field(
        description="The higher, the sooner it goes of runs asked for within an hour."
    )
    attempt: int = Field(description="Grows when another worker takes the run over.")
    requested_by: str = Field(description="Who asked, such as `rest:1f0c2a9b`.")
    cancelled_by: str | None = Field(description="Who asked to stop it.")
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None = Field(description="How long it worked, once it ended.")
    counts: CountsDocument
    steps: tuple[StepDocument, ...]
    error: str | None = Field(description="What went wrong first.")
    hint: str = Field(description="What to do about it.")


def run_document(run: Run) -> RunDocument:
    """The document of a run."""
    return RunDocument(
        run_id=run.id,
        status=run.status,
        pipeline_name=run.pipeline,
        table_name=run.table,
        parameters=_parameters(run.parameters),
        priority=run.priority,
        attempt=run.attempt,
        requested_by=run.asker.id,
        cancelled_by=run.cancelled_by,
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        seconds=run.seconds,
        counts=_counts(run.counts),
        steps=tuple(step_document(step) for step in run.steps),
        error=run.error,
        hint=run.hint,
    )


def step_document(step: Step) -> StepDocument:
    """The document of a step."""
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


def _parameters(parameters: Parameters) -> ParametersDocument:
    return ParametersDocument.model_validate(parameters)


def _counts(counts: Counts) -> CountsDocument:
    return CountsDocument.model_validate(counts)


def _check(verdict: Verdict) -> CheckDocument:
    return CheckDocument(
        check=verdict.check.text,
        outcome=verdict.outcome,
        value=verdict.value,
        reason=verdict.reason,
    )
