"""A graph in layers, so that it can be drawn: each dataset stands right of what it is made from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TypeAlias

from engine.commands.lineage import Direction
from engine.lineage.graph import DatasetId, Graph, Reach

SWEEPS = 3

_Beside: TypeAlias = dict[DatasetId, list[DatasetId]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A dataset, where it stands, and how far it is from the middle of things."""

    dataset: DatasetId
    level: int
    """How far to the right."""
    row: int
    """Its place within its level, from the top."""
    distance: int


@dataclass(frozen=True, slots=True)
class Layered:
    """Datasets in layers, the edges between them, and how many were left out."""

    nodes: tuple[Placed, ...]
    edges: tuple[tuple[DatasetId, DatasetId], ...]
    left_out: int = 0


def layered(
    graph: Graph, around: DatasetId, direction: Direction = Direction.BOTH, most: int = 40
) -> Layered:
    """What is around a dataset, the nearest of it, by the longest way from where it begins.

    An edge that closes a cycle stays, while it moves nothing to the right.
    """
    reaches = _reaches(graph, around, direction)
    distances = _nearest(around, reaches, most)
    kept = list(distances)
    edges = tuple(_edges(graph, kept))
    levels = _levels(sorted(kept), edges)
    rows = _rows(levels, edges)
    nodes = [Placed(each, levels[each], rows[each], distances[each]) for each in kept]
    ordered = sorted(nodes, key=lambda node: (node.level, node.row))
    return Layered(tuple(ordered), edges, 1 + _count(reaches) - len(kept))


def _reaches(graph: Graph, around: DatasetId, direction: Direction) -> Sequence[Reach]:
    searches = []
    if direction is not Direction.DOWNSTREAM:
        searches.append(graph.upstream(around))
    if direction is not Direction.UPSTREAM:
        searches.append(graph.downstream(around))
    return searches


def _nearest(around: DatasetId, reaches: Sequence[Reach], most: int) -> dict[DatasetId, int]:
    """So many of those in reach with how far they are, nearest first, then by name.

    No more rings are looked at than are needed: there may be thousands of datasets.
    """
    distances = {around: 0}
    rings = zip_longest(*(each.rings for each in reaches), fillvalue=())
    for far, at_that in enumerate(rings, start=1):
        if len(distances) >= most:
            break
        there = sorted(
            {*chain.from_iterable(at_that)}, key=lambda each: (each.name, each.namespace)
        )
        for each in there:
            if len(distances) < most:
                distances.setdefault(each, far)
    return distances


def _count(reaches: Sequence[Reach]) -> int:
    """How many are in reach; what is so both ways, by a cycle, counts once."""
    if len(reaches) == 1 or not all(map(len, reaches)):
        return sum(map(len, reaches))
    # names first: their hashes are kept, those of ids are not
    less, more = sorted(reaches, key=len)
    known = set(less.datasets)
    names = {each.name for each in known}
    both = sum(each.name in names and each in known for each in more.datasets)
    return len(less) + len(more) - both


def _edges(graph: Graph, kept: Collection[DatasetId]) -> Iterator[tuple[DatasetId, DatasetId]]:
    known = frozenset(kept)
    for source in sorted(kept):
        yield from ((source, target) for target in graph.targets(source) if target in known)


def _levels(
    nodes: Collection[DatasetId], edges: Collection[tuple[DatasetId, DatasetId]]
) -> dict[DatasetId, int]:
    """The longest way to each node, over all edges but those that close a cycle."""
    forward = _without_cycles(nodes, edges)
    levels = dict.fromkeys(nodes, 0)
    for node in forward:
        for target in forward[node]:
            levels[target] = max(levels[target], levels[node] + 1)
    return levels


def _rows(
    levels: Mapping[DatasetId, int], edges: Collection[tuple[DatasetId, DatasetId]]
) -> dict[DatasetId, int]:
    """An order within each level in which few arrows cross: each near the middle of its neighbours.

    To the right and back again a few times, since each level moves those beside it.
    """
    columns = [
        sorted(each for each in levels if levels[each] == level)
        for level in sorted(set(levels.values()))
    ]
    left, right = _neighbours(levels, edges)
    heights = {each: height for column in columns for each, height in _heights(column)}
    for _ in range(SWEEPS):
        for column in columns:
            _settle(column, left, heights)
        for column in reversed(columns):
            _settle(column, right, heights)
    return {each: row for column in columns for row, each in enumerate(column)}


def _neighbours(
    levels: Mapping[DatasetId, int], edges: Collection[tuple[DatasetId, DatasetId]]
) -> tuple[_Beside, _Beside]:
    """What each is joined with on its left, and on its right, whichever way the arrow leads."""
    left: _Beside = {each: [] for each in levels}
    right: _Beside = {each: [] for each in levels}
    for pair in edges:
        first, last = sorted(pair, key=levels.__getitem__)
        right[first].append(last)
        left[last].append(first)
    return left, right


def _settle(column: list[DatasetId], beside: _Beside, heights: dict[DatasetId, float]) -> None:
    """Sort a level by what stands beside it; what has nothing there stays where it is."""

    def middle(dataset: DatasetId) -> float:
        known = [heights[each] for each in beside[dataset]]
        return sum(known) / len(known) if known else heights[dataset]

    column.sort(key=middle)
    heights.update(_heights(column))


def _heights(column: Sequence[DatasetId]) -> Iterator[tuple[DatasetId, float]]:
    """How far below the middle of the picture each of a level stands."""
    middle = (len(column) - 1) / 2
    return ((each, row - middle) for row, each in enumerate(column))


def _without_cycles(
    nodes: Collection[DatasetId], edges: Collection[tuple[DatasetId, DatasetId]]
) -> dict[DatasetId, list[DatasetId]]:
    """The targets of each node, in an order in which every node comes before its targets.

    Depth first and by name, so that the same graph is always cut at the same edges. Pictures are
    small: the recursion is as deep as a picture has nodes.
    """
    targets: dict[DatasetId, list[DatasetId]] = {node: [] for node in nodes}
    for source, target in edges:
        targets[source].append(target)
    open_, done = set[DatasetId](), dict[DatasetId, list[DatasetId]]()

    def visit(node: DatasetId) -> None:
        open_.add(node)
        kept = []
        for target in targets[node]:
            if target in open_:
                continue
            kept.append(target)
            if target not in done:
                visit(target)
        open_.discard(node)
        done[node] = kept

    for node in nodes:
        if node not in done:
            visit(node)
    return dict(reversed(done.items()))
