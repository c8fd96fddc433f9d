"""Which steps a pipeline takes, in which order."""

from collections.abc import Iterator

from engine.catalog.model import DatasetName, Model, Pipeline, Project, Stage, Table
from engine.runs.model import Step, StepKind

Planned = tuple[StepKind, DatasetName]


def plan(project: Project, pipeline: Pipeline, table: str | None = None) -> tuple[Step, ...]:
    """The steps of a pipeline, for one table (or gold model) or for all that it covers."""
    planned = [
        each for stage in pipeline.stages for each in _stage(project, pipeline, stage, table)
    ]
    return tuple(Step(index, kind, dataset) for index, (kind, dataset) in enumerate(planned))


def refined_anew(table: Table) -> tuple[Step, ...]:
    """The steps that take one table from bronze to silver."""
    planned = _written(StepKind.REFINE, table.silver)
    return tuple(Step(index, kind, dataset) for index, (kind, dataset) in enumerate(planned))


def makers(project: Project) -> Iterator[tuple[DatasetName, str]]:
    """The silver and gold datasets, with the one pipeline that makes them and no other layer."""
    for stage in (Stage.SILVER, Stage.GOLD):
        only = [each for each in project.pipelines if each.stages == (stage,)]
        made = [(step, each.name) for each in only for step in plan(project, each)]
        names: dict[DatasetName, set[str]] = {}
        for step, name in made:
            if step.kind is StepKind.PUBLISH:
                names.setdefault(step.dataset, set()).add(name)
        yield from ((dataset, min(found)) for dataset, found in names.items() if len(found) == 1)


def _stage(
    project: Project, pipeline: Pipeline, stage: Stage, table: str | None
) -> Iterator[Planned]:
    match stage:
        case Stage.INGEST:
            for each in _tables(project, pipeline, table):
                yield StepKind.INGEST, each.bronze
                yield from _judged(each)
        case Stage.SILVER:
            for each in _tables(project, pipeline, table):
                if Stage.INGEST not in pipeline.stages:
                    yield from _judged(each)
                yield from _written(StepKind.REFINE, each.silver)
        case Stage.GOLD:
            for model in _models(project, pipeline, table):
                yield from _written(StepKind.BUILD, model.gold)


def _judged(table: Table) -> Iterator[Planned]:
    """Once a run, after what it loads: no row of bronze that broke a check becomes silver."""
    if table.bronze_checks:
        yield StepKind.CHECK, table.bronze


def _written(kind: StepKind, dataset: DatasetName) -> Iterator[Planned]:
    """Write, audit, publish."""
    yield kind, dataset
    yield StepKind.CHECK, dataset
    yield StepKind.PUBLISH, dataset


def _tables(project: Project, pipeline: Pipeline, table: str | None) -> Iterator[Table]:
    for each in project.tables:
        covered = not pipeline.tables or each.name in pipeline.tables
        if covered and table in {None, each.name}:
            yield each


def _models(project: Project, pipeline: Pipeline, table: str | None) -> Iterator[Model]:
    """The models that the tables of the pipeline feed; for a table only those downstream of it."""
    wanted = {each.silver for each in _tables(project, pipeline, table)}
    whole = table is None and not pipeline.tables
    for model in project.models:
        if whole or model.name == table or wanted.intersection(model.upstream):
            wanted.add(model.gold)
            yield model
