"""The graph as this process knows it: what the project declares, and what events told of."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.lineage.declared import Declared
from engine.lineage.graph import DatasetId, Graph, JobId, KnownColumns
from engine.lineage.told import OURS, Facets, columns_told, owners_told


@dataclass(frozen=True, slots=True)
class KnownDataset:
    """A dataset as it was last told of; only those facets that the graph needs."""

    id: DatasetId
    facets: Facets = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownJob:
    """A job with what it reads and writes now."""

    id: JobId
    producer: str = ""
    inputs: tuple[DatasetId, ...] = ()
    outputs: tuple[DatasetId, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What is stored, or what of it changed."""

    datasets: tuple[KnownDataset, ...] = ()
    jobs: tuple[KnownJob, ...] = ()


class LineageMemory:
    """One graph that questions are answered from; told of news as they are committed."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self.graph = Graph()
        declared.put_into(self.graph)

    def anew(self, news: News) -> None:
        """Forget all that events told, and know this instead."""
        graph = Graph()
        self._declared.put_into(graph)
        self._take(graph, news)
        self.graph = graph

    def hear(self, news: News) -> None:
        """Know what changed."""
        self._take(self.graph, news)

    def _take(self, graph: Graph, news: News) -> None:
        for dataset in news.datasets:
            graph.put_columns(dataset.id, self._columns(dataset))
            if self._declared.naming.local(dataset.id) is None:
                graph.put_owners(dataset.id, owners_told(dataset.facets))
        for job in news.jobs:
            graph.put_job(job.id, self._inputs(job), job.outputs)

    def _columns(self, dataset: KnownDataset) -> KnownColumns:
        """What was told, else what the project declares: a run knew the live columns."""
        told, declared = columns_told(dataset.facets), self._declared.known(dataset.id)
        return told if told.traced else replace(declared, fields=told.fields)

    def _inputs(self, job: KnownJob) -> Iterable[DatasetId]:
        if job.producer != OURS:
            return job.inputs
        return self._declared.still_reads(job.inputs, job.outputs)
