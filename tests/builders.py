"""Values with defaults, so that a test names only what it is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.cards import Severity
from engine.catalog.model import (
    Check,
    Column,
    ColumnType,
    DatasetName,
    FileFormat,
    FileSource,
    Model,
    Operator,
    Owner,
    Pipeline,
    PrivacyPolicy,
    Project,
    Routes,
    Stage,
    Table,
)
from engine.findings.model import Evidence, Finding
from engine.findings.model import StepBroke as Broke
from engine.people import Asker
from engine.quality.model import Outcome, Verdict
from engine.runs.model import Run, RunStatus, Step, StepKind, StepReport, StepStatus
from engine.testing.clock import EPOCH

RUN_ID = "7K3F9QTZ"

STAGES = (Stage.INGEST, Stage.SILVER, Stage.GOLD)


def dataset(text: str) -> DatasetName:
    """The dataset of that name."""
    return DatasetName.parse(text)


def a_column(name: str = "email", operator: Operator | None = None, **changes: object) -> Column:
    """A text column that nobody decided on."""
    return replace(Column(name, ColumnType.TEXT, operator=operator), **changes)  # type: ignore[arg-type]  # by field name


def a_table(
    name: str = "customers",
    columns: Sequence[Column] | None = None,
    checks: Sequence[str] = ("row_count > 0",),
    owner: str | None = "crm",
) -> Table:
    """A table with a key column `id` and a column `email`, one check and an owner."""
    given = columns or (a_column("id", Operator.KEEP), a_column("email", Operator.HASH))
    return Table(
        name=name,
        source=FileSource(FileFormat.CSV, f"deliveries/*/{name}.csv"),
        key=(given[0].name,),
        columns=tuple(given),
        checks=tuple(Check(text) for text in checks),
        owner=owner,
    )


def a_model(
    name: str = "revenue",
    reads: Sequence[str] = ("silver.customers",),
    checks: Sequence[str] = ("row_count > 0",),
    owner: str | None = "sales",
) -> Model:
    """A gold model that reads customers."""
    upstream = tuple(dataset(each) for each in reads)
    sql = f"SELECT 1 FROM {', '.join(reads)}"  # noqa: S608  # nothing runs it
    return Model(name, sql, upstream, tuple(Check(text) for text in checks), owner)


def a_project(
    tables: Sequence[Table] | None = None,
    models: Sequence[Model] | None = None,
    pipelines: Sequence[Pipeline] | None = None,
    routes: Routes | None = None,
) -> Project:
    """Customers and orders, revenue from both, and a pipeline for each stage and for all."""
    return Project(
        name="Shop",
        folder=Path("/nowhere"),
        pipelines=tuple(pipelines) if pipelines is not None else a_shops_pipelines(),
        tables=tuple(tables) if tables is not None else (a_table(), a_table("orders")),
        models=tuple(models)
        if models is not None
        else (a_model(reads=("silver.customers", "silver.orders")),),
        owners=(
            Owner("crm", "Customer relations", "#crm"),
            Owner("sales", "Sales team"),
        ),
        routes=routes or Routes(),
        privacy=PrivacyPolicy({"EMAIL_ADDRESS": Operator.HASH, "CREDIT_CARD": Operator.MASK}),
    )


def a_shops_pipelines() -> tuple[Pipeline, ...]:
    """One pipeline for each stage, and `medallion` for all."""
    return (
        Pipeline("ingest", (Stage.INGEST,), description="Load what is new."),
        Pipeline("bronze_to_silver", (Stage.SILVER,)),
        Pipeline("silver_to_gold", (Stage.GOLD,)),
        Pipeline("medallion", STAGES),
    )


def an_asker(person: str = "maria", channel: str = "#general", **changes: object) -> Asker:
    """Maria, in #general of the web page."""
    asker = Asker("web", person, person.capitalize(), channel)
    return replace(asker, **changes)  # type: ignore[arg-type]  # by field name


def a_step(
    kind: StepKind = StepKind.REFINE,
    on: str = "silver.customers",
    status: StepStatus = StepStatus.QUEUED,
    index: int = 0,
    report: StepReport | None = None,
    **changes: object,
) -> Step:
    """A queued refinement of customers."""
    step = Step(index, kind, dataset(on), status, report=report or StepReport())
    return replace(step, **changes)  # type: ignore[arg-type]  # by field name


def a_run(
    *steps: Step,
    id: str = RUN_ID,  # noqa: A002  # as the field is called
    pipeline: str = "bronze_to_silver",
    table: str | None = "customers",
    status: RunStatus = RunStatus.QUEUED,
    requested_at: datetime = EPOCH,
    **changes: object,
) -> Run:
    """A queued run of customers to silver; the steps are numbered here."""
    planned = steps or (
        a_step(StepKind.REFINE),
        a_step(StepKind.CHECK),
        a_step(StepKind.PUBLISH),
    )
    numbered = tuple(replace(step, index=index) for index, step in enumerate(planned))
    run = Run(id, pipeline, table, an_asker(), numbered, requested_at, status)
    return replace(run, **changes)  # type: ignore[arg-type]  # by field name


def a_verdict(
    outcome: Outcome = Outcome.FAILED,
    check: str = "missing_percent(email) < 5",
    value: str | None = "61.2",
    reason: str = "",
) -> Verdict:
    """A check of e-mail addresses that failed."""
    return Verdict(Check(check), outcome, value, reason)


def a_finding(
    evidence: Evidence | None = None,
    on: str = "silver.customers",
    run_id: str = RUN_ID,
    severity: Severity = Severity.CRITICAL,
) -> Finding:
    """A step that broke."""
    return Finding(
        dataset(on),
        severity,
        run_id,
        evidence or Broke("refine silver.customers", "The disk is full.", "Make room."),
    )
