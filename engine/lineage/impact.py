"""What a mishap reaches downstream, by distance, and whom it hurts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from engine.cards import counted
from engine.catalog.model import DatasetName, Exposure, Owner, Project
from engine.lineage.graph import EXPOSURES, ColumnId, DatasetId, Graph, Naming

ColumnRing: TypeAlias = tuple[ColumnId, ...]


@dataclass(frozen=True, slots=True)
class ColumnReach:
    """What holds something of a column, by distance, and what may."""

    rings: tuple[ColumnRing, ...] = ()
    datasets: frozenset[DatasetId] = frozenset()
    """Those of the columns, and those whose rows depend on one; where it began is among them."""
    unknown: tuple[DatasetId, ...] = ()
    """Made from something affected, while too little is known of their columns to tell more."""

    @property
    def columns(self) -> ColumnRing:
        """All columns, nearest first, then by name."""
        return tuple(column for ring in self.rings for column in ring)


def column_reach(graph: Graph, start: ColumnId) -> ColumnReach:
    """Every column that is made from one or decided by it, directly or not.

    Where the rows of a dataset depend on a column, as by a filter, all of its columns do.
    """
    rings, seen, ring = list[ColumnRing](), {start}, {start}
    while ring:
        ring = {each for column in ring for each in _next(graph, column)} - seen
        seen |= ring
        if ring:
            rings.append(tuple(sorted(ring, key=_by_name)))
    touched = {column.dataset for column in seen}
    touched |= {each for column in seen for each in graph.swayed_by(column)}
    return ColumnReach(tuple(rings), frozenset(touched), tuple(_unknown(graph, touched)))


def _next(graph: Graph, column: ColumnId) -> Iterator[ColumnId]:
    yield from graph.made_from(column)
    for dataset in graph.swayed_by(column):
        yield from (ColumnId(dataset, name) for name in graph.columns(dataset).names)


def _by_name(column: ColumnId) -> tuple[str, str, str]:
    return column.dataset.name, column.dataset.namespace, column.column


def _unknown(graph: Graph, touched: Collection[DatasetId]) -> Iterator[DatasetId]:
    """Those downstream of what is touched whose columns can't clear them."""
    queue = sorted(touched)
    doubtful = set[DatasetId]()
    for dataset in queue:
        for target in graph.targets(dataset):
            known = graph.columns(target)
            is_clear = known.traced and not known.unresolved and dataset not in doubtful
            if target not in touched and target not in doubtful and not is_clear:
                doubtful.add(target)
                queue.append(target)
                yield target


@dataclass(frozen=True, slots=True)
class Affected:
    """A dataset that a mishap reaches; not certain where its columns are not known."""

    id: DatasetId
    name: str
    distance: int
    owner: Owner | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class AffectedColumn:
    """A column that a mishap reaches."""

    name: str
    distance: int


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that a schedule will start, and which datasets it makes."""

    what: str
    at: datetime
    writes: frozenset[DatasetName]


@dataclass(frozen=True, slots=True)
class Impact:
    """All that a mishap reaches, nearest first."""

    datasets: tuple[Affected, ...] = ()
    columns: tuple[AffectedColumn, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    owners: tuple[Owner, ...] = ()
    """Who answers for what is reached, each once."""
    schedules: tuple[DueRun, ...] = ()
    """Runs due soon that would work with it, soonest first."""

    @property
    def sentence(self) -> str:
        """«3 datasets, the CFO dashboard due every weekday at 07:00»."""
        return summary(self)


def summary(impact: Impact) -> str:
    """An impact in one line: how many datasets, and which consumers by when."""
    return ", ".join(_parts(impact)) or "nothing downstream"


def _parts(impact: Impact) -> Iterator[str]:
    certain = sum(each.certain for each in impact.datasets)
    perhaps = len(impact.datasets) - certain
    if impact.columns:
        yield counted(len(impact.columns), "column")
    if certain:
        yield counted(certain, "dataset")
    if perhaps:
        yield f"perhaps {counted(perhaps, 'dataset')}"
    for each in impact.exposures:
        yield f"the {each.name} due {each.due}" if each.due else f"the {each.name}"


@dataclass(frozen=True, slots=True)
class Landscape:
    """The graph, with what the project says of its own datasets."""

    project: Project
    graph: Graph
    naming: Naming

    def owner_of(self, dataset: DatasetId) -> Owner | None:
        """Who answers for a dataset of the project."""
        local = self.naming.local(dataset)
        return self.project.owner_of(local) if local else None

    def told(self, column: ColumnId) -> str:
        """A column for people, such as «gold.revenue.total»."""
        name, space, rest = self.naming.told(column.dataset).partition(" (")
        return f"{name}.{column.column}{space}{rest}"


def impact_of(
    landscape: Landscape,
    start: DatasetId,
    column: str | None = None,
    due: Iterable[DueRun] = (),
) -> Impact:
    """What happens to others when something happens to a dataset, or to one of its columns."""
    reached, columns = _reached(landscape, start, column)
    datasets = tuple(each for each in reached if each.id.namespace != EXPOSURES)
    names = {each.id.name for each in reached if each.id.namespace == EXPOSURES}
    exposures = tuple(each for each in landscape.project.exposures if each.name in names)
    return Impact(
        datasets=datasets,
        columns=columns,
        exposures=exposures,
        owners=_owners(landscape.project, datasets, exposures),
        schedules=_soon(landscape.naming, start, datasets, due),
    )


def _reached(
    landscape: Landscape, start: DatasetId, column: str | None
) -> tuple[tuple[Affected, ...], tuple[AffectedColumn, ...]]:
    distances = landscape.graph.downstream(start).distances
    if column is None:
        return tuple(_affected(landscape, distances, frozenset())), ()
    reach = column_reach(landscape.graph, ColumnId(start, column))
    columns = tuple(
        AffectedColumn(landscape.told(each), far)
        for far, ring in enumerate(reach.rings, start=1)
        for each in ring
    )
    touched = reach.datasets.union(reach.unknown)
    reached = {each: far for each, far in distances.items() if each in touched}
    return tuple(_affected(landscape, reached, frozenset(reach.unknown))), columns


def _affected(
    landscape: Landscape, distances: Mapping[DatasetId, int], doubtful: Collection[DatasetId]
) -> Iterator[Affected]:
    project, told = landscape.project, landscape.naming.told
    # looked up by name once: there may be thousands of datasets
    owners = {str(each): project.owner_of(each) for each in project.datasets()}
    for each, far in distances.items():
        name = told(each)
        yield Affected(each, name, far, owners.get(name), each not in doubtful)


def _owners(
    project: Project, datasets: Iterable[Affected], exposures: Iterable[Exposure]
) -> tuple[Owner, ...]:
    """Each owner once, in the order in which they are reached."""
    wanted = [each.owner.id for each in datasets if each.owner]
    wanted += [each.owner for each in exposures if each.owner]
    known = {owner.id: owner for owner in project.owners}
    return tuple(known[each] for each in dict.fromkeys(wanted) if each in known)


def _soon(
    naming: Naming, start: DatasetId, datasets: Sequence[Affected], due: Iterable[DueRun]
) -> tuple[DueRun, ...]:
    hurt = {start, *(each.id for each in datasets)}
    hit = [run for run in due if not hurt.isdisjoint(map(naming.id_of, run.writes))]
    return tuple(sorted(hit, key=lambda run: run.at))
