"""Where a column comes from: step by step back to columns that nothing is known to precede."""

from dataclasses import dataclass

from engine.lineage.graph import ColumnFrom, ColumnId, DatasetId, Graph


@dataclass(frozen=True, slots=True)
class OriginStep:
    """A column, one that it is made from, and how far that is from where one asked."""

    distance: int
    column: ColumnId
    made: ColumnFrom


@dataclass(frozen=True, slots=True)
class Origins:
    """All that a column is made from, nearest first."""

    steps: tuple[OriginStep, ...] = ()
    ends: tuple[ColumnId, ...] = ()
    """The columns where it begins, as far as anything is known."""
    influences: tuple[ColumnFrom, ...] = ()
    """What decides which rows its dataset has."""
    unresolved: tuple[tuple[DatasetId, tuple[str, ...]], ...] = ()
    """What could not be told on the way, in words, by dataset."""


def origins_of(graph: Graph, start: ColumnId) -> Origins:
    """Follow what the values are made of; what only decides about them is told, not followed."""
    steps, ends = list[OriginStep](), list[ColumnId]()
    ring, seen, distance = [start], {start}, 0
    passed = dict[DatasetId, None]()
    while ring:
        distance += 1
        following = dict[ColumnId, None]()
        for column in ring:
            passed[column.dataset] = None
            made = sorted(graph.columns(column.dataset).origins.get(column.column, ()), key=_rank)
            steps += [OriginStep(distance, column, each) for each in made]
            direct = [each.source for each in made if each.influence.direct]
            if not direct and column != start:
                ends.append(column)
            following.update(dict.fromkeys(each for each in direct if each not in seen))
        seen.update(following)
        ring = list(following)
    unresolved = ((each, tuple(_unresolved(graph, each, seen))) for each in passed)
    return Origins(
        tuple(steps),
        tuple(sorted(ends)),
        tuple(sorted(graph.columns(start.dataset).influences)),
        tuple((dataset, reasons) for dataset, reasons in unresolved if reasons),
    )


def _rank(made: ColumnFrom) -> tuple[bool, ColumnFrom]:
    return not made.influence.direct, made


def _unresolved(graph: Graph, dataset: DatasetId, seen: set[ColumnId]) -> list[str]:
    known = graph.columns(dataset)
    if known.unresolved:
        return list(known.unresolved)
    if (
        not known.traced
        and graph.sources(dataset)
        and any(graph.columns(each).names for each in graph.sources(dataset))
    ):
        return ["nothing is known of where its columns come from"]
    lost = [
        each.column
        for each in sorted(seen)
        if each.dataset == dataset and known.traced and each.column not in known.origins
    ]
    return [f"where {name} comes from is not known" for name in lost]
