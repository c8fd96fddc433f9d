"""What feeds what, held in memory: datasets, the jobs between them, and their columns."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from typing_extensions import override

from engine.catalog.model import DatasetName, Layer
from engine.lineage.columns import Influence

EXPOSURES = "exposure"
"""The namespace of consumers outside Atlas, such as dashboards."""


@dataclass(frozen=True, slots=True, order=True)
class DatasetId:
    """A dataset of any system, as OpenLineage names it."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class JobId:
    """What makes datasets from datasets, in any system."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class ColumnId:
    """A column of a dataset."""

    dataset: DatasetId
    column: str


@dataclass(frozen=True, slots=True, order=True)
class ColumnFrom:
    """A column that something is made from, and in which way."""

    source: ColumnId
    influence: Influence
    masking: bool = False


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """What the columns of one dataset are made from."""

    origins: Mapping[str, tuple[ColumnFrom, ...]] = field(default_factory=dict)
    influences: tuple[ColumnFrom, ...] = ()
    """What acts on all of its rows: filters, joins, grouping."""
    unresolved: tuple[str, ...] = ()
    """What could not be told, in words."""
    fields: tuple[str, ...] = ()
    """Its columns, where more are known than those with an origin."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of its columns that are known."""
        return tuple(dict.fromkeys((*self.fields, *self.origins)))

    @property
    def traced(self) -> bool:
        """Whether anything is known of where they come from."""
        return bool(self.origins or self.influences)


@dataclass(frozen=True, slots=True)
class Naming:
    """How OpenLineage names the datasets of this project's own database."""

    namespace: str
    database: str

    def id_of(self, dataset: DatasetName) -> DatasetId:
        """`silver.orders` as it is called everywhere."""
        return DatasetId(self.namespace, f"{self.database}.{dataset}")

    def local(self, dataset: DatasetId) -> DatasetName | None:
        """The dataset of this database that it is; None where it is somebody else's."""
        text = self._local(dataset)
        return None if text is None else DatasetName.parse(text)

    def told(self, dataset: DatasetId) -> str:
        """Its name for people: «gold.revenue», or a foreign one with its namespace."""
        text = self._local(dataset)
        if text is not None:
            return text
        if dataset.namespace == EXPOSURES:
            return dataset.name
        return f"{dataset.name} ({dataset.namespace})"

    def _local(self, dataset: DatasetId) -> str | None:
        """Its layer and table, if it is of this database; thousands are asked for at once."""
        if dataset.namespace != self.namespace or not dataset.name.startswith(f"{self.database}."):
            return None
        text = dataset.name[len(self.database) + 1 :]
        layer, _, table = text.partition(".")
        return text if table and layer in _LAYERS else None


_LAYERS = frozenset(map(str, Layer))

Ring: TypeAlias = tuple[DatasetId, ...]
"""Datasets that are equally far from where a search began, by name."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a search came to: a ring for each distance, nearest first."""

    rings: tuple[Ring, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.rings))

    @property
    def datasets(self) -> tuple[DatasetId, ...]:
        """All datasets, nearest first, then by name."""
        return tuple(dataset for ring in self.rings for dataset in ring)

    @property
    def distances(self) -> dict[DatasetId, int]:
        """How many jobs away each is."""
        return {each: far for far, ring in enumerate(self.rings, start=1) for each in ring}


_Places: TypeAlias = tuple[int, ...]


class Graph:
    """Datasets, jobs and columns, quick to ask and to change.

    A dataset and a job are numbers inside: 10,000 of them are walked in milliseconds.
    """

    def __init__(self) -> None:
        self._datasets: list[DatasetId] = []
        self._place: dict[DatasetId, int] = {}
        self._sorting: list[str] = []
        self._readers: list[set[int]] = []
        self._writers: list[set[int]] = []
        self._jobs: list[JobId] = []
        self._job_sorting: list[str] = []
        self._ranks: list[int] = []
        self._job_ranks: list[int] = []
        self._job_place: dict[JobId, int] = {}
        self._inputs: list[_Places] = []
        self._outputs: list[_Places] = []
        self._columns: dict[DatasetId, KnownColumns] = {}
        self._makes: dict[ColumnId, set[ColumnId]] = {}
        self._sways: dict[ColumnId, set[DatasetId]] = {}
        self._owners: dict[str, dict[str, tuple[str, ...]]] = {}
        """By name, then namespace: a text is looked up quicker than an id."""
        self._last_down: tuple[DatasetId, Reach] | None = None
        self._last_up: tuple[DatasetId, Reach] | None = None

    @override
    def __repr__(self) -> str:
        return f"Graph({len(self._datasets)} datasets, {len(self._jobs)} jobs)"

    def __contains__(self, dataset: DatasetId) -> bool:
        return dataset in self._place

    def __len__(self) -> int:
        return len(self._datasets)

    def __iter__(self) -> Iterator[DatasetId]:
        return iter(self._datasets)

    @property
    def jobs(self) -> tuple[JobId, ...]:
        """Every job, in the order in which they came."""
        return tuple(self._jobs)

    def put(self, dataset: DatasetId) -> None:
        """Know a dataset, also one that nothing reads or writes."""
        self._at(dataset)

    def put_owners(self, dataset: DatasetId, owners: tuple[str, ...]) -> None:
        """Know whom others call the owners of a dataset; replaces whom they called so before."""
        if owners or dataset.name in self._owners:
            self._owners.setdefault(dataset.name, {})[dataset.namespace] = owners

    def owners(self, dataset: DatasetId) -> tuple[str, ...]:
        """Whom others call its owners."""
        told = self._owners.get(dataset.name)
        return told.get(dataset.namespace, ()) if told else ()

    @property
    def tells_owners(self) -> bool:
        """Whether others called anybody an owner."""
        return bool(self._owners)

    def put_job(
        self, job: JobId, inputs: Iterable[DatasetId], outputs: Iterable[DatasetId]
    ) -> None:
        """What a job reads and writes now; replaces what it did before."""
        self._last_down = self._last_up = None
        place = self._job_place.get(job)
        if place is None:
            place = self._job_place[job] = len(self._jobs)
            self._jobs.append(job)
            self._job_sorting.append(f"{job.name}\0{job.namespace}")
            self._inputs.append(())
            self._outputs.append(())
        _moved(self._readers, place, self._inputs[place], ())
        _moved(self._writers, place, self._outputs[place], ())
        self._inputs[place] = tuple(dict.fromkeys(self._at(each) for each in inputs))
        self._outputs[place] = tuple(dict.fromkeys(self._at(each) for each in outputs))
        _moved(self._readers, place, (), self._inputs[place])
        _moved(self._writers, place, (), self._outputs[place])

    def put_columns(self, dataset: DatasetId, known: KnownColumns) -> None:
        """What the columns of a dataset are made from now; replaces what was known."""
        self.put(dataset)
        for column, source in _sources(dataset, self.columns(dataset)):
            self._makes.get(source, set()).discard(column)
        for each in self.columns(dataset).influences:
            self._sways.get(each.source, set()).discard(dataset)
        self._columns[dataset] = known
        for column, source in _sources(dataset, known):
            self._makes.setdefault(source, set()).add(column)
        for each in known.influences:
            self._sways.setdefault(each.source, set()).add(dataset)

    def inputs(self, job: JobId) -> tuple[DatasetId, ...]:
        """What a job reads."""
        return tuple(self._datasets[each] for each in self._inputs[self._job_place[job]])

    def outputs(self, job: JobId) -> tuple[DatasetId, ...]:
        """What a job writes."""
        return tuple(self._datasets[each] for each in self._outputs[self._job_place[job]])

    def writers(self, dataset: DatasetId) -> tuple[JobId, ...]:
        """The jobs that write a dataset, by name."""
        return self._named_jobs(self._writers[self._place[dataset]])

    def readers(self, dataset: DatasetId) -> tuple[JobId, ...]:
        """The jobs that read a dataset, by name."""
        return self._named_jobs(self._readers[self._place[dataset]])

    def sources(self, dataset: DatasetId) -> tuple[DatasetId, ...]:
        """What a dataset is made from directly, by name."""
        return self._neighbours(dataset, self._writers, self._inputs)

    def targets(self, dataset: DatasetId) -> tuple[DatasetId, ...]:
        """What is made from a dataset directly, by name."""
        return self._neighbours(dataset, self._readers, self._outputs)

    def columns(self, dataset: DatasetId) -> KnownColumns:
        """What is known of a dataset's columns; nothing is a KnownColumns too."""
        return self._columns.get(dataset, _NOTHING)

    def made_from(self, column: ColumnId) -> Collection[ColumnId]:
        """The columns that hold something of a column."""
        return self._makes.get(column, ())

    def swayed_by(self, column: ColumnId) -> Collection[DatasetId]:
        """The datasets whose rows depend on a column."""
        return self._sways.get(column, ())

    def downstream(self, start: DatasetId) -> Reach:
        """All that is made from a dataset, directly or not.

        The last answer is kept until a job changes: one card asks several times.
        """
        if self._last_down is None or self._last_down[0] != start:
            self._last_down = start, self._reach(start, self._readers, self._outputs)
        return self._last_down[1]

    def upstream(self, start: DatasetId) -> Reach:
        """All that a dataset is made from, directly or not; kept as well."""
        if self._last_up is None or self._last_up[0] != start:
            self._last_up = start, self._reach(start, self._writers, self._inputs)
        return self._last_up[1]

    def _at(self, dataset: DatasetId) -> int:
        place = self._place.get(dataset)
        if place is None:
            place = self._place[dataset] = len(self._datasets)
            self._datasets.append(dataset)
            self._sorting.append(f"{dataset.name}\0{dataset.namespace}")
            self._readers.append(set())
            self._writers.append(set())
        return place

    def _neighbours(
        self, dataset: DatasetId, leads: list[set[int]], ends: list[_Places]
    ) -> tuple[DatasetId, ...]:
        place = self._place.get(dataset)
        jobs = () if place is None else leads[place]
        return self._named({each for job in jobs for each in ends[job]} - {place})

    def _reach(self, start: DatasetId, leads: list[set[int]], ends: list[_Places]) -> Reach:
        """Breadth first; each job is passed once, so a cycle ends by itself."""
        place = self._place.get(start)
        if place is None:
            return Reach()
        seen, passed, rings = {place}, set[int](), list[Ring]()
        ring = {place}
        while ring:
            jobs = set[int]().union(*[leads[each] for each in ring]) - passed
            passed |= jobs
            ring = set[int]().union(*[ends[job] for job in jobs]) - seen
            seen |= ring
            if ring:
                rings.append(self._named(ring))
        return Reach(tuple(rings))

    def _named(self, places: Collection[int | None]) -> Ring:
        if len(self._ranks) < len(self._sorting):
            self._ranks = _ranks(self._sorting)
        known = [each for each in places if each is not None]
        known.sort(key=self._ranks.__getitem__)
        return tuple([self._datasets[each] for each in known])

    def _named_jobs(self, places: Collection[int]) -> tuple[JobId, ...]:
        if len(self._job_ranks) < len(self._job_sorting):
            self._job_ranks = _ranks(self._job_sorting)
        ordered = sorted(places, key=self._job_ranks.__getitem__)
        return tuple([self._jobs[each] for each in ordered])


def _ranks(names: list[str]) -> list[int]:
    """The place of each name in their order: numbers are compared faster, time and again."""
    ranks = [0] * len(names)
    for rank, place in enumerate(sorted(range(len(names)), key=names.__getitem__)):
        ranks[place] = rank
    return ranks


_NOTHING = KnownColumns()


def _moved(index: list[set[int]], job: int, before: _Places, after: _Places) -> None:
    for each in before:
        index[each].discard(job)
    for each in after:
        index[each].add(job)


def _sources(dataset: DatasetId, known: KnownColumns) -> Iterator[tuple[ColumnId, ColumnId]]:
    for column, origins in known.origins.items():
        for each in origins:
            yield ColumnId(dataset, column), each.source
