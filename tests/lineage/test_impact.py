"""What a mishap reaches, told the quick way, is what the plain way tells."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Exposure, Owner, Project
from engine.lineage.columns import Influence
from engine.lineage.graph import (
    EXPOSURES,
    ColumnFrom,
    ColumnId,
    DatasetId,
    Graph,
    JobId,
    KnownColumns,
    Naming,
)
from engine.lineage.impact import (
    Affected,
    AffectedColumn,
    DueRun,
    Impact,
    Landscape,
    column_reach,
    impact_of,
)
from engine.testing.clock import EPOCH
from tests.builders import a_model, a_project, dataset
from tests.lineage.events import DATABASE, lake

NAMING = Naming(DATABASE, "shop")
NAMES = tuple(f"g{each}" for each in range(6))
MODELS = tuple(a_model(name, owner=owner) for name, owner in zip(NAMES, "ababab", strict=True))
OWNERS = (Owner("a", "Ann"), Owner("b", "Ben"))
PROJECT = replace(
    a_project(models=MODELS),
    owners=OWNERS,
    exposures=(
        Exposure("board", "dashboard", (), "b", "at 07:00"),
        Exposure("wall", "screen", (), None, ""),
    ),
)

IDS = (
    *(NAMING.id_of(dataset(f"gold.{name}")) for name in NAMES),
    lake("gold.g0"),
    # of the name of one of ours, elsewhere
    replace(NAMING.id_of(dataset("gold.g1")), namespace="postgres://other"),
    DatasetId(EXPOSURES, "board"),
    DatasetId(EXPOSURES, "unknown"),
)
ids = st.sampled_from(IDS)
TOLD = {
    ("zoe@else.where",): Owner("zoe@else.where", "zoe@else.where"),
    ("zoe", "user:a"): OWNERS[0],
    ("team:BEN",): OWNERS[1],
}
told_owners = st.dictionaries(st.sampled_from(IDS[-4:-2]), st.sampled_from(sorted(TOLD)))
flows = st.lists(
    st.tuples(st.lists(ids, max_size=3), st.lists(ids, max_size=3)), min_size=3, max_size=12
)
sources = st.builds(
    ColumnFrom,
    st.builds(ColumnId, ids, st.sampled_from("xy")),
    st.sampled_from((Influence.IDENTITY, Influence.FILTER)),
)
known = st.builds(
    lambda x, influences, unresolved: KnownColumns({"x": tuple(x)}, tuple(influences), unresolved),
    st.lists(sources, max_size=2),
    st.lists(sources, max_size=1),
    st.sampled_from(((), ("who knows",))),
)
due_runs = st.lists(
    st.builds(
        DueRun,
        st.just("medallion"),
        st.integers(0, 3).map(lambda hours: EPOCH + timedelta(hours=hours)),
        st.sets(st.sampled_from([dataset(f"gold.{name}") for name in NAMES])).map(frozenset),
    ),
    max_size=3,
)


def plainly(
    project: Project, graph: Graph, start: DatasetId, column: str | None, due: Sequence[DueRun]
) -> Impact:
    """Every dataset looked at by itself."""
    distances = graph.downstream(start).distances
    reach = column_reach(graph, ColumnId(start, column or ""))
    touched = set(distances) if column is None else {*reach.datasets, *reach.unknown}
    owned = {NAMING.id_of(each): project.owner_of(each) for each in project.datasets()}
    owned |= {each: TOLD[graph.owners(each)] for each in IDS if graph.owners(each)}
    unknown = () if column is None else reach.unknown
    hit = [
        Affected(each, NAMING.told(each), far, owned.get(each), each not in unknown)
        for each, far in distances.items()
        if each in touched
    ]
    datasets = [each for each in hit if each.id.namespace != EXPOSURES]
    names = {each.name for each in hit if each.id.namespace == EXPOSURES}
    exposures = tuple(each for each in project.exposures if each.name in names)
    owners = [each.owner for each in datasets if each.owner]
    owners += [owner for each in exposures for owner in OWNERS if owner.id == each.owner]
    hurt = {start, *(each.id for each in datasets)}

    def is_hit(run: DueRun) -> bool:
        return any(NAMING.id_of(each) in hurt for each in run.writes)

    columns = [
        AffectedColumn(f"{each.column} of {NAMING.told(each.dataset)}", far)
        for far, ring in enumerate(reach.rings, start=1)
        for each in ring
    ]
    return Impact(
        datasets,
        sum(not each.certain for each in datasets),
        [] if column is None else columns,
        exposures,
        tuple(dict.fromkeys(owners)),
        tuple(sorted((run for run in due if is_hit(run)), key=lambda run: run.at)),
    )


@given(
    flows,
    st.dictionaries(ids, known),
    ids,
    st.sampled_from((None, "x", "y")),
    due_runs,
    told_owners,
)
def test_an_impact_is_what_one_by_one_tells(
    jobs: list[tuple[list[DatasetId], list[DatasetId]]],
    columns: dict[DatasetId, KnownColumns],
    start: DatasetId,
    column: str | None,
    due: list[DueRun],
    owners: dict[DatasetId, tuple[str, ...]],
) -> None:
    graph = Graph()
    for each, names in owners.items():
        graph.put_owners(each, names)
    for number, (inputs, outputs) in enumerate(jobs):
        graph.put_job(JobId("x", str(number)), inputs, outputs)
    for each, told in columns.items():
        graph.put_columns(each, told)

    found = impact_of(Landscape.of(PROJECT, graph, NAMING), start, column, due)
    plain = plainly(PROJECT, graph, start, column, due)

    assert list(found.datasets) == list(plain.datasets)
    assert found.datasets[1:3] == plain.datasets[1:3]
    assert [each.distance for each in found.columns] == [each.distance for each in plain.columns]
    assert found.sentence == plain.sentence
    assert (found.exposures, found.owners, found.schedules, found.perhaps) == (
        plain.exposures, plain.owners, plain.schedules, plain.perhaps,
    )  # fmt: skip


def test_a_job_that_changed_changes_the_answer_that_was_kept() -> None:
    graph = Graph()
    land = Landscape.of(PROJECT, graph, NAMING)
    graph.put_job(JobId("x", "1"), [IDS[0]], [IDS[1]])
    before = [each.name for each in impact_of(land, IDS[0]).datasets]

    graph.put_job(JobId("x", "1"), [IDS[0]], [IDS[2]])

    assert before == ["gold.g1"]
    assert [each.name for each in impact_of(land, IDS[0]).datasets] == ["gold.g2"]
