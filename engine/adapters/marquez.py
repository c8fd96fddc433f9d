"""What a Marquez elsewhere knows of what feeds what, read over HTTP whenever somebody asks."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, cast

import aiohttp

from engine.errors import EngineError
from engine.lineage.declared import Declared
from engine.lineage.graph import DatasetId, Graph, JobId
from engine.lineage.told import Facets, columns_told, owners_told

PATIENCE = 10.0
"""Seconds that Marquez may take; large graphs take it that long."""

DEPTH = 100
"""How many steps are asked for: Marquez itself would stop after twenty."""

_NOT_FOUND = 404
_FAULTS = (aiohttp.ClientError, OSError, ValueError)

Node = Mapping[str, object]


class MarquezAway(EngineError):
    """Marquez does not answer, or not as it should."""

    hint = "Check MARQUEZ_URL and that Marquez is up; without it Atlas answers from its own graph."
    passes = True


class OwnLineage(Protocol):
    """What Atlas knows itself."""

    async def graph(self) -> Graph:
        """Its own graph."""
        ...

    async def written(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, datetime]:
        """When datasets were last written."""
        ...


class MarquezLineage:
    """Names are found in Atlas's own graph; what is around one of them is asked of Marquez."""

    def __init__(
        self,
        url: str,
        own: OwnLineage,
        declared: Declared,
        key: str = "",
        patience: float = PATIENCE,
    ) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/lineage"
        self._own = own
        self._declared = declared
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._patience = patience

    async def graph(self) -> Graph:
        """Atlas's own, to find what is meant."""
        return await self._own.graph()

    async def written(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, datetime]:
        """As far as Atlas knows."""
        return await self._own.written(datasets)

    async def around(self, dataset: DatasetId) -> Graph:
        """What Marquez knows, beside what the project declares; raises MarquezAway."""
        graph = Graph()
        self._declared.put_into(graph)
        put_nodes(graph, await self._nodes(dataset))
        return graph

    async def _nodes(self, dataset: DatasetId) -> list[Node]:
        asked = {
            "nodeId": f"dataset:{dataset.namespace}:{dataset.name}",
            "depth": str(DEPTH),
        }
        try:
            async with asyncio.timeout(self._patience):
                return await self._answered(asked)
        except TimeoutError:
            raise MarquezAway(f"Marquez gave no answer in {self._patience:g} s.") from None
        except _FAULTS as error:
            # its text may hold the address with a password
            raise MarquezAway(f"Marquez can't be asked ({type(error).__name__}).") from None

    async def _answered(self, asked: Mapping[str, str]) -> list[Node]:
        """Its nodes; none where it does not know the dataset."""
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.get(self._url, params=asked, allow_redirects=False) as response,
        ):
            if response.status == _NOT_FOUND:
                return []
            if not response.ok:
                raise MarquezAway(f"Marquez answered with status {response.status}.")
            body: object = json.loads(await response.read())
        nodes = body.get("graph") if isinstance(body, dict) else None
        if not isinstance(nodes, list):
            raise MarquezAway("What answers at MARQUEZ_URL is no Marquez.")
        return [cast("Node", each) for each in nodes if isinstance(each, dict)]


def put_nodes(graph: Graph, nodes: Sequence[Node]) -> None:
    """Tell a graph of Marquez's nodes, by their edges outward alone.

    Marquez walks in both directions and gives siblings too; what leads where is only in the edges.
    """
    datasets = {key: DatasetId(*name) for key, name in _named(nodes, "DATASET")}
    jobs = {key: JobId(*name) for key, name in _named(nodes, "JOB")}
    inputs: dict[str, list[DatasetId]] = {key: [] for key in jobs}
    outputs: dict[str, list[DatasetId]] = {key: [] for key in jobs}
    for source, target in _edges(nodes):
        if source in datasets and target in jobs:
            inputs[target].append(datasets[source])
        if source in jobs and target in datasets:
            outputs[source].append(datasets[target])
    for dataset in datasets.values():
        graph.put(dataset)
    for key, job in jobs.items():
        graph.put_job(job, inputs[key], outputs[key])
    for node in nodes:
        if str(node.get("id")) in datasets:
            facets = _mapping(_mapping(node.get("data")).get("facets"))
            _put_facets(graph, datasets[str(node.get("id"))], facets)


def _put_facets(graph: Graph, dataset: DatasetId, facets: Facets) -> None:
    graph.put_owners(dataset, owners_told(facets))
    known = columns_told(facets)
    if known.traced:
        graph.put_columns(dataset, known)


def _named(nodes: Sequence[Node], kind: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """The ids of the nodes of a kind, with namespace and name."""
    for node in nodes:
        data = _mapping(node.get("data"))
        named = _mapping(data.get("id")) or data
        namespace, name = named.get("namespace"), named.get("name")
        if node.get("type") == kind and isinstance(namespace, str) and isinstance(name, str):
            yield str(node.get("id")), (namespace, name)


def _edges(nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        edges = node.get("outEdges")
        for edge in edges if isinstance(edges, list) else ():
            ends = _mapping(edge)
            yield str(ends.get("origin")), str(ends.get("destination"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
