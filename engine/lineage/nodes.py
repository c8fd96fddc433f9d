"""Nodes of the graph by Marquez's ids, and the part of the graph around one of them."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.lineage.graph import ColumnId, DatasetId, JobId
from engine.lineage.metadata import ColumnEdge, Flow

Node: TypeAlias = DatasetId | JobId | ColumnId

_VERSION = re.compile(r"#[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_BETWEEN = re.compile(r":(?!//|\d)")
"""Where Marquez parts a namespace from a name: not within `scheme://host:port`."""


def node_id(node: Node) -> str:
    """The id of a node, as Marquez writes it."""
    match node:
        case DatasetId(namespace, name):
            return f"dataset:{namespace}:{name}"
        case JobId(namespace, name):
            return f"job:{namespace}:{name}"
        case ColumnId(DatasetId(namespace, name), column):
            return f"datasetField:{namespace}:{name}:{column}"


def nodes_meant(text: str) -> Sequence[Node]:
    """The nodes that an id may stand for, the one that Marquez reads first; a version is dropped.

    Namespaces and names may both hold colons, so there may be several; one of them is known.
    """
    kind, _, rest = _VERSION.sub("", text).partition(":")
    match kind:
        case "dataset":
            return [DatasetId(*parts) for parts in _parted(rest)]
        case "job":
            return [JobId(*parts) for parts in _parted(rest)]
        case "datasetField":
            head, _, column = rest.rpartition(":")
            return [ColumnId(DatasetId(*parts), column) for parts in _parted(head) if column]
        case _:
            return []


def _parted(text: str) -> Iterator[tuple[str, str]]:
    likely = [match.start() for match in _BETWEEN.finditer(text)]
    others = [at for at, letter in enumerate(text) if letter == ":" and at not in likely]
    for at in (*likely, *others):
        if 0 < at < len(text) - 1:
            yield text[:at], text[at + 1 :]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The part of the graph around a node."""

    datasets: frozenset[DatasetId]
    jobs: frozenset[JobId]
    flows: tuple[Flow, ...]


Touching: TypeAlias = Callable[
    [Collection[DatasetId], Collection[JobId]], Awaitable[Collection[Flow]]
]
"""The flows of some datasets and some jobs."""


async def around(start: DatasetId | JobId, depth: int, touching: Touching) -> Surroundings:
    """The jobs that are at most that many jobs away, in whichever direction, and their datasets.

    As Marquez does: the jobs of a dataset are at distance 0, and two jobs are neighbours when they
    share a dataset.
    """
    jobs = {start} if isinstance(start, JobId) else set()
    datasets = {start} if isinstance(start, DatasetId) else set()
    flows: set[Flow] = set()
    fresh: set[JobId] = set(jobs)
    if datasets:
        fresh = {flow.job for flow in await touching(datasets, ())}
        jobs |= fresh
    for distance in range(depth + 1):
        found = set(await touching((), fresh)) if fresh else set()
        flows |= found
        reached = {flow.dataset for flow in found} - datasets
        datasets |= reached
        if not reached or distance == depth:
            break
        fresh = {flow.job for flow in await touching(reached, ())} - jobs
        jobs |= fresh
    return Surroundings(frozenset(datasets), frozenset(jobs), tuple(sorted(flows)))


Feeding: TypeAlias = Callable[[Collection[ColumnId], bool], Awaitable[Collection[ColumnEdge]]]
"""The edges into some columns, or, where the second is true, out of them."""


async def column_edges(
    start: Collection[ColumnId], depth: int, feeding: Feeding, *, downstream: bool
) -> Sequence[ColumnEdge]:
    """How columns are made, so many steps back, and what is made from them where that is asked."""
    edges = await _walk(start, depth, feeding, forward=False)
    if downstream:
        edges |= await _walk(start, depth, feeding, forward=True)
    return sorted(edges)


async def _walk(
    start: Collection[ColumnId], depth: int, feeding: Feeding, *, forward: bool
) -> set[ColumnEdge]:
    known, fresh, edges = set(start), set(start), set[ColumnEdge]()
    for _ in range(depth):
        if not fresh:
            break
        found = await feeding(fresh, forward)
        edges |= set(found)
        fresh = {edge.made if forward else edge.source for edge in found} - known
        known |= fresh
    return edges
