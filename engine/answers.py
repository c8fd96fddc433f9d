"""The cards that answer questions about what there is and what happened."""

from collections.abc import Iterator, Sequence

from engine.alerts.wording import owner_fact
from engine.cards import Button, Card, CardKind, CardTable, Fact, Severity, counted, readable
from engine.catalog.model import DatasetName, Layer, Pipeline, Project
from engine.runs.model import Run, Step
from engine.runs.plan import plan


def pipelines_card(project: Project) -> Card:
    """Which pipelines and tables there are."""
    rows = tuple((each.name, _stages(each), each.description) for each in project.pipelines)
    tables = ", ".join(table.name for table in project.tables)
    models = ", ".join(model.name for model in project.models)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{counted(len(rows), 'pipeline')} in {project.name}",
        facts=(Fact("Tables", tables or "none"), Fact("Gold models", models or "none")),
        table=CardTable(("Pipeline", "Stages", "What it does"), rows),
        buttons=tuple(
            Button(f"Describe {each.name}", f"describe {each.name}") for each in project.pipelines
        ),
    )


def _stages(pipeline: Pipeline) -> str:
    return " → ".join(pipeline.stages)


def pipeline_card(project: Project, pipeline: Pipeline) -> Card:
    """What a pipeline does, step by step."""
    steps = plan(project, pipeline)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=pipeline.name,
        text=pipeline.description,
        facts=(Fact("Stages", _stages(pipeline)), Fact("Steps", readable(len(steps)))),
        table=CardTable(
            ("Dataset", "Steps", "Made from", "Owner"), tuple(_planned(project, steps))
        ),
        buttons=(Button(f"Run {pipeline.name}", f"run pipeline {pipeline.name}"),),
    )


def _planned(project: Project, steps: Sequence[Step]) -> Iterator[tuple[str, ...]]:
    for dataset in dict.fromkeys(step.dataset for step in steps):
        kinds = " → ".join(step.kind for step in steps if step.dataset == dataset)
        yield str(dataset), kinds, _made_from(project, dataset), _owner(project, dataset)


def _made_from(project: Project, dataset: DatasetName) -> str:
    if dataset.layer is Layer.BRONZE:
        return "its deliveries"
    return ", ".join(str(name) for name in project.upstream_of(dataset))


def _owner(project: Project, dataset: DatasetName) -> str:
    return next((fact.value for fact in owner_fact(project, dataset)), "")


def runs_card(runs: Sequence[Run], asked: str) -> Card:
    """A list of runs."""
    rows = tuple(
        (run.id, run.title, str(run.status), _when(run), readable(run.seconds or 0.0))
        for run in runs
    )
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{counted(len(runs), 'run')}{asked}" if runs else f"No runs{asked}",
        table=CardTable(("Run", "What", "State", "Asked for", "Seconds"), rows) if rows else None,
        buttons=tuple(Button(run.id, f"status {run.id}") for run in runs[:5]),
    )


def _when(run: Run) -> str:
    return f"{run.requested_at:%Y-%m-%d %H:%M} UTC"
