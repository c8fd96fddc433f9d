"""Lineage that a test made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.lineage.graph import DatasetId, Graph


@dataclass(slots=True)
class FixedLineage:
    """A KnownLineage with a given graph, and moments at which datasets were written."""

    known: Graph = field(default_factory=Graph)
    moments: Mapping[DatasetId, datetime] = field(default_factory=dict)

    async def graph(self) -> Graph:
        """The graph."""
        return self.known

    async def around(self, dataset: DatasetId) -> Graph:  # noqa: ARG002  # the port's: it is in there, whichever it is
        """The same graph."""
        return self.known

    async def written(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, datetime]:
        """The moments of those datasets."""
        return {each: self.moments[each] for each in datasets if each in self.moments}
