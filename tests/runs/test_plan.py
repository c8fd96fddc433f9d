"""Which steps a pipeline takes, in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import DatasetName, Model, Pipeline, Project, Stage, in_dependency_order
from engine.runs.model import StepKind
from engine.runs.plan import plan
from tests.builders import STAGES, a_model, a_project, a_table

TABLES = ("customers", "orders", "products")


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Three tables, and models that read any of them and of the models before."""
    models: list[Model] = []
    for index in range(draw(st.integers(0, 5))):
        known = [f"silver.{name}" for name in TABLES] + [f"gold.m{i}" for i in range(index)]
        reads = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
        models.append(a_model(f"m{index}", reads))
    shuffled = draw(st.permutations(models))
    return a_project(tuple(map(a_table, TABLES)), in_dependency_order(shuffled))


pipelines = st.builds(
    Pipeline,
    st.just("some"),
    st.sampled_from([STAGES, STAGES[:1], STAGES[1:], STAGES[2:]]),
    st.lists(st.sampled_from(TABLES), unique=True).map(tuple),
)
tables = st.none() | st.sampled_from([*TABLES, "m0", "m1", "nothing"])


@given(projects(), pipelines, tables)
def test_what_a_dataset_is_made_from_is_done_before_it(
    project: Project, pipeline: Pipeline, table: str | None
) -> None:
    steps = plan(project, pipeline, table)

    first: dict[DatasetName, int] = {}
    for step in steps:
        first.setdefault(step.dataset, step.index)
    for step in steps:
        ups = [name for name in project.upstream_of(step.dataset) if name in first]
        last = {name: max(s.index for s in steps if s.dataset == name) for name in ups}
        assert all(last[name] < step.index for name in ups)


@given(projects(), pipelines, tables)
def test_every_written_dataset_is_audited_before_it_is_published(
    project: Project, pipeline: Pipeline, table: str | None
) -> None:
    steps = plan(project, pipeline, table)

    assert [step.index for step in steps] == list(range(len(steps)))
    for name in {step.dataset for step in steps}:
        kinds = [step.kind for step in steps if step.dataset == name]
        assert kinds in (
            [StepKind.INGEST],
            [StepKind.REFINE, StepKind.CHECK, StepKind.PUBLISH],
            [StepKind.BUILD, StepKind.CHECK, StepKind.PUBLISH],
        )


@given(projects(), pipelines, st.sampled_from(TABLES))
def test_a_run_for_one_table_touches_it_and_what_is_made_from_it(
    project: Project, pipeline: Pipeline, table: str
) -> None:
    steps = plan(project, pipeline, table)

    bronze = a_table(table).bronze
    reachable = {bronze, *project.downstream_of(bronze)}
    assert {step.dataset for step in steps} <= reachable
    if not pipeline.tables and Stage.GOLD in pipeline.stages:
        gold = {name for name in reachable if name.layer == "gold"}
        assert gold == {step.dataset for step in steps if step.dataset.layer == "gold"}


@given(projects(), pipelines, tables)
def test_a_plan_for_all_covers_each_plan_for_one(
    project: Project, pipeline: Pipeline, table: str | None
) -> None:
    whole = {(step.kind, step.dataset) for step in plan(project, pipeline)}
    part = {(step.kind, step.dataset) for step in plan(project, pipeline, table)}

    if table in TABLES:
        assert part <= whole


def test_a_pipeline_of_all_stages_goes_stage_by_stage() -> None:
    names = [step.name for step in plan(a_project(), Pipeline("all", STAGES))]

    assert names == [
        "ingest bronze.customers",
        "ingest bronze.orders",
        "refine silver.customers",
        "check silver.customers",
        "publish silver.customers",
        "refine silver.orders",
        "check silver.orders",
        "publish silver.orders",
        "build gold.revenue",
        "check gold.revenue",
        "publish gold.revenue",
    ]


def test_a_pipeline_may_cover_some_tables_only() -> None:
    pipeline = Pipeline("some", (Stage.INGEST,), ("orders",))

    assert [step.name for step in plan(a_project(), pipeline)] == ["ingest bronze.orders"]


@pytest.mark.parametrize(
    ("stages", "table"),
    [((Stage.INGEST,), "revenue"), ((Stage.INGEST,), "nothing"), ((Stage.GOLD,), "nothing")],
)
def test_what_a_pipeline_does_not_cover_gives_no_step(
    stages: tuple[Stage, ...], table: str
) -> None:
    assert plan(a_project(), Pipeline("some", stages), table) == ()


def test_a_gold_model_may_be_built_alone() -> None:
    names = [step.name for step in plan(a_project(), Pipeline("g", (Stage.GOLD,)), "revenue")]

    assert names == ["build gold.revenue", "check gold.revenue", "publish gold.revenue"]
