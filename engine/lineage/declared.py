"""What the project itself says of what feeds what, before anything ran."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.catalog.model import DatasetName, Project
from engine.lineage.columns import ColumnLineage, ColumnSource
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
from engine.lineage.model import ExternalDataset

DECLARED = "project"
"""The namespace of the jobs that the project declares, and nobody ran."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A project's own graph: its datasets, their sources, its exposures, and their columns."""

    project: Project
    naming: Naming
    sources: Mapping[str, ExternalDataset] = field(default_factory=dict)
    """What each table is loaded from, by its name."""
    columns: Mapping[DatasetName, ColumnLineage] = field(default_factory=dict)

    def put_into(self, graph: Graph) -> None:
        """Tell a graph of it."""
        for dataset in self.project.datasets():
            made = self.naming.id_of(dataset)
            graph.put_job(JobId(DECLARED, str(dataset)), self._inputs(dataset), [made])
        for each in self.project.exposures:
            reads = map(self.naming.id_of, each.reads)
            graph.put_job(JobId(EXPOSURES, each.name), reads, [DatasetId(EXPOSURES, each.name)])
        for dataset in self.columns:
            made = self.naming.id_of(dataset)
            graph.put_columns(made, self.known(made))

    def _inputs(self, dataset: DatasetName) -> Iterator[DatasetId]:
        yield from map(self.naming.id_of, self.project.upstream_of(dataset))
        source = self.sources.get(dataset.table)
        if source is not None and dataset in {table.bronze for table in self.project.tables}:
            yield DatasetId(source.namespace, source.name)

    def known(self, dataset: DatasetId) -> KnownColumns:
        """What the project alone tells of the columns of one of its datasets."""
        local = self.naming.local(dataset)
        lineage = self.columns.get(local) if local else None
        if lineage is None:
            return KnownColumns()
        origins = {each.column: tuple(self._from(each.sources)) for each in lineage.columns}
        return KnownColumns(origins, tuple(self._from(lineage.influences)), lineage.unresolved)

    def _from(self, sources: Iterable[ColumnSource]) -> Iterator[ColumnFrom]:
        for each in sources:
            dataset = DatasetId(self.naming.namespace, f"{self.naming.database}.{each.dataset}")
            yield ColumnFrom(ColumnId(dataset, each.column), each.influence, each.masking)

    def still_reads(
        self, inputs: Collection[DatasetId], outputs: Collection[DatasetId]
    ) -> Iterator[DatasetId]:
        """Of what a run of ours read of this database, that which the project still has it read.

        A pipeline that was given up, or a model that was written anew, ran the last time with what
        it read then.
        """
        now = {each for output in outputs for each in self._now(output)}
        for each in inputs:
            if not now or self.naming.local(each) is None or each in now:
                yield each

    def _now(self, output: DatasetId) -> Iterator[DatasetId]:
        local = self.naming.local(output)
        return map(self.naming.id_of, self.project.upstream_of(local) if local else ())
