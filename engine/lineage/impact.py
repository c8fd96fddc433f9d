"""What a mishap reaches downstream, by distance, and whom it hurts."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain
from typing import Generic, TypeAlias, TypeVar, overload

from typing_extensions import override

from engine.cards import counted
from engine.catalog.model import DatasetName, Exposure, Owner, Project
from engine.lineage.graph import EXPOSURES, ColumnId, DatasetId, Graph, Naming, Ring

ColumnRing: TypeAlias = tuple[ColumnId, ...]

K = TypeVar("K")
T = TypeVar("T")


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


class Told(Sequence[T], Generic[K, T]):
    """What is at each distance, told when it is looked at: a card shows few of thousands."""

    def __init__(self, rings: Sequence[Sequence[K]], tell: Callable[[K, int], T]) -> None:
        self._rings = rings
        self._ends = list(accumulate(map(len, rings)))
        self._tell = tell

    @override
    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    @override
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        at = range(len(self))[place]
        ring = bisect_right(self._ends, at)
        # what is left to the end of its ring is its place from behind
        return self._tell(self._rings[ring][at - self._ends[ring]], ring + 1)


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that a schedule will start, and which datasets it makes."""

    what: str
    at: datetime
    writes: frozenset[DatasetName]


@dataclass(frozen=True, slots=True)
class Impact:
    """All that a mishap reaches, nearest first."""

    datasets: Sequence[Affected] = ()
    perhaps: int = 0
    """How many of the datasets are not certain."""
    columns: Sequence[AffectedColumn] = ()
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
    certain, perhaps = len(impact.datasets) - impact.perhaps, impact.perhaps
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
    owners: Mapping[str, Owner]
    """By the name of a dataset in the project's own namespace."""
    called: Mapping[str, Owner]
    """By id and by name, in lower case."""

    @classmethod
    def of(cls, project: Project, graph: Graph, naming: Naming) -> "Landscape":
        """The owners are looked up once: keep it, and give it other graphs by `replace`."""
        owners = {owner.id: owner for owner in reversed(project.owners)}
        known: dict[str, Owner] = {}
        for dataset, owner in project.owned():
            if owner in owners:
                known[naming.id_of(dataset).name] = owners[owner]
        ids = {owner.id.casefold(): owner for owner in owners.values()}
        return cls(project, graph, naming, known, {_name(o): o for o in owners.values()} | ids)

    def owner_of(self, dataset: DatasetId) -> Owner | None:
        """Who answers for a dataset: the project says it of its own, other tools of theirs."""
        # by name first: of ids of thousands of datasets each hash would be made anew
        owner = self.owners.get(dataset.name)
        if owner is not None and dataset.namespace == self.naming.namespace:
            return owner
        told = self.graph.owners(dataset)
        return self._known(told) if told else None

    def _known(self, told: Sequence[str]) -> Owner:
        """The first whom the project knows too, such as `sales` in `team:sales`, else the first."""
        names = (each.rpartition(":")[2].casefold() for each in told)
        found = next((self.called[each] for each in names if each in self.called), None)
        return found or Owner(told[0], told[0])

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
    rings = landscape.graph.downstream(start).rings
    if column is None:
        return _impact(landscape, start, rings, ColumnReach(), due)
    reach = column_reach(landscape.graph, ColumnId(start, column))
    touched = reach.datasets.union(reach.unknown)
    return _impact(landscape, start, _within(rings, touched), reach, due)


def _within(rings: Iterable[Ring], wanted: Collection[DatasetId]) -> tuple[Ring, ...]:
    """Of each ring those that are wanted; the rings stay, as they are distances."""
    names = {each.name for each in wanted}
    return tuple(
        tuple([each for each in ring if each.name in names and each in wanted]) for ring in rings
    )


def _impact(
    landscape: Landscape,
    start: DatasetId,
    rings: Sequence[Ring],
    reach: ColumnReach,
    due: Iterable[DueRun],
) -> Impact:
    doubtful = frozenset(reach.unknown)
    datasets = tuple(
        tuple([each for each in ring if each.namespace != EXPOSURES]) for ring in rings
    )
    exposures = tuple(_exposures(landscape.project, rings))

    def affected(dataset: DatasetId, far: int) -> Affected:
        name, owner = landscape.naming.told(dataset), landscape.owner_of(dataset)
        return Affected(dataset, name, far, owner, dataset not in doubtful)

    return Impact(
        datasets=Told(datasets, affected),
        perhaps=sum(map(len, _within(datasets, doubtful))) if doubtful else 0,
        columns=Told(reach.rings, lambda each, far: AffectedColumn(landscape.told(each), far)),
        exposures=exposures,
        owners=_owners(landscape, datasets, exposures),
        schedules=_soon(landscape.naming, start, datasets, due),
    )


def _exposures(project: Project, rings: Iterable[Ring]) -> Iterator[Exposure]:
    names = {each.name for each in project.exposures}
    if names:
        reached = {
            each.name
            for ring in rings
            for each in ring
            if each.namespace == EXPOSURES and each.name in names
        }
        yield from (each for each in project.exposures if each.name in reached)


def _owners(
    landscape: Landscape, rings: Iterable[Ring], exposures: Iterable[Exposure]
) -> tuple[Owner, ...]:
    """Each owner once, in the order in which they are reached."""
    wanted = {owner.id: owner for owner in _reached_owners(landscape, rings)}
    known = {owner.id: owner for owner in landscape.project.owners}
    for each in exposures:
        if each.owner in known:
            wanted.setdefault(each.owner, known[each.owner])
    return tuple(wanted.values())


def _reached_owners(landscape: Landscape, rings: Iterable[Ring]) -> Iterator[Owner]:
    """Owners as they are reached, until all that own anything were."""
    left, seen = {owner.id for owner in landscape.owners.values()}, set[str]()
    heard = set[tuple[str, ...]]()
    for each in chain.from_iterable(rings):
        if left <= seen and not landscape.graph.tells_owners:
            return
        told = landscape.graph.owners(each)
        if told in heard and each.name not in landscape.owners:
            continue
        if told:
            heard.add(told)
        owner = landscape.owner_of(each)
        if owner is not None and owner.id not in seen:
            seen.add(owner.id)
            yield owner


def _name(owner: Owner) -> str:
    return owner.name.casefold()


def _soon(
    naming: Naming, start: DatasetId, rings: Sequence[Ring], due: Iterable[DueRun]
) -> tuple[DueRun, ...]:
    writes = [(run, frozenset(map(naming.id_of, run.writes))) for run in due]
    wanted = frozenset[DatasetId]().union(*(made for _, made in writes))
    hurt = {start}.union(*_within(rings, wanted)) if wanted else set[DatasetId]()
    hit = [run for run, made in writes if not hurt.isdisjoint(made)]
    return tuple(sorted(hit, key=lambda run: run.at))
