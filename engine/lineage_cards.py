"""Cards about what feeds what, where a column comes from, and what a mishap reaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from engine.cards import (
    MOST_NODES,
    Button,
    Card,
    CardKind,
    CardTable,
    Diagram,
    DiagramEdge,
    DiagramNode,
    Fact,
    Severity,
    counted,
)
from engine.catalog.model import Exposure, Owner
from engine.commands.lineage import Direction, Mishap
from engine.lineage.columns import Influence
from engine.lineage.graph import EXPOSURES, ColumnFrom, ColumnId, DatasetId, Graph, Reach
from engine.lineage.impact import DueRun, Impact, Landscape
from engine.lineage.layers import layered
from engine.lineage.origins import Origins

MOST_ROWS = 40

HAPPENS = {
    Mishap.BREAKS: "breaks",
    Mishap.LATE: "is late",
    Mishap.DROPPED: "is dropped",
    Mishap.CHANGED: "changes",
}

_WAYS = {
    Influence.IDENTITY: "as it is",
    Influence.TRANSFORMATION: "computed",
    Influence.AGGREGATION: "aggregated",
    Influence.JOIN: "joined by it",
    Influence.FILTER: "filtered by it",
    Influence.GROUP_BY: "grouped by it",
    Influence.SORT: "sorted by it",
    Influence.WINDOW: "framed by it",
    Influence.CONDITIONAL: "decided by it",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, in the time zone in which times are told."""

    now: datetime
    zone: ZoneInfo

    def told(self, at: datetime) -> str:
        """«Mon 2 Mar 09:00 CET»."""
        there = at.astimezone(self.zone)
        return f"{there:%a} {there.day} {there:%b %H:%M %Z}"

    def until(self, at: datetime) -> str:
        """«at 09:00 CET, in 40 min»."""
        there = at.astimezone(self.zone)
        return f"at {there:%H:%M %Z}, in {_span(at - self.now)}"


def _span(span: timedelta) -> str:
    hours, minutes = divmod(max(round(span.total_seconds() / 60), 0), 60)
    parts = (f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else "")
    return " ".join(filter(None, parts))


def contact(owner: Owner) -> str:
    """An owner with where to find them."""
    return f"{owner.name} ({owner.contact})" if owner.contact else owner.name


def picture(land: Landscape, around: DatasetId, direction: Direction) -> Diagram:
    """What is around a dataset; the nearest of it, where there is more than a picture holds."""
    found = layered(land.graph, around, direction, MOST_NODES)
    nodes = tuple(
        DiagramNode(
            _id(each.dataset),
            land.naming.told(each.dataset),
            _kind(land, each.dataset),
            each.level,
            "this" if each.dataset == around else "",
            each.row,
        )
        for each in found.nodes
    )
    edges = tuple(DiagramEdge(_id(source), _id(target)) for source, target in found.edges)
    name = land.naming.told(around)
    titles = {
        Direction.UPSTREAM: f"What {name} is made from",
        Direction.DOWNSTREAM: f"What is made from {name}",
        Direction.BOTH: f"What {name} is made from, and what is made from it",
    }
    return Diagram(titles[direction], nodes, edges, found.left_out)


def _id(dataset: DatasetId) -> str:
    return f"{dataset.namespace} {dataset.name}"


def _kind(land: Landscape, dataset: DatasetId) -> str:
    local = land.naming.local(dataset)
    if local is not None:
        return str(local.layer)
    known = {each.name: each.kind for each in land.project.exposures}
    return known.get(dataset.name, "exposure") if dataset.namespace == EXPOSURES else "foreign"


def lineage_card(
    land: Landscape,
    around: DatasetId,
    direction: Direction,
    written: Mapping[DatasetId, datetime],
    moment: Moment,
) -> Card:
    """A dataset with all it is made from and all that is made from it."""
    ways = _ways(land.graph, around, direction)
    rows = tuple(
        (away, *_described(land, each, written, moment))
        for each, away in shown_of(land.graph, around, direction)
    )
    name = land.naming.told(around)
    said = {"upstream": _made_from, "downstream": _feeds}
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{name}: {', '.join(said[way](reach) for way, reach in ways)}",
        text=_left_out(sum(len(reach) for _, reach in ways)),
        table=CardTable(("Away", "What", "Owner", "Last written"), rows) if rows else None,
        picture=picture(land, around, direction),
        buttons=(Button("What breaks if it is late?", f"what breaks if {name} is late?"),)
        if land.naming.local(around)
        else (),
    )


def shown_of(
    graph: Graph, around: DatasetId, direction: Direction
) -> Sequence[tuple[DatasetId, str]]:
    """Those around a dataset that a card has room for, with how far away they are."""
    rings = (
        (f"{far} {way}", ring)
        for way, reach in _ways(graph, around, direction)
        for far, ring in enumerate(reach.rings, start=1)
    )
    return [*islice(((each, away) for away, ring in rings for each in ring), MOST_ROWS)]


def _ways(graph: Graph, around: DatasetId, direction: Direction) -> Sequence[tuple[str, Reach]]:
    ways = []
    if direction is not Direction.DOWNSTREAM:
        ways.append(("upstream", graph.upstream(around)))
    if direction is not Direction.UPSTREAM:
        ways.append(("downstream", graph.downstream(around)))
    return ways


def _made_from(reached: Reach) -> str:
    return f"made from {counted(len(reached), 'dataset')}"


def _feeds(reached: Reach) -> str:
    consumers = sum(each.namespace == EXPOSURES for ring in reached.rings for each in ring)
    told = f"feeds {counted(len(reached) - consumers, 'dataset')}"
    return f"{told} and {counted(consumers, 'consumer')}" if consumers else told


def _described(
    land: Landscape, dataset: DatasetId, written: Mapping[DatasetId, datetime], moment: Moment
) -> tuple[str, str, str]:
    at = written.get(dataset)
    owner = owner_of(land, dataset)
    return (
        land.naming.told(dataset),
        contact(owner) if owner else "",
        moment.told(at) if at else "",
    )


def owner_of(land: Landscape, dataset: DatasetId) -> Owner | None:
    """Who answers for a dataset, or for a consumer of some."""
    if dataset.namespace != EXPOSURES:
        return land.owner_of(dataset)
    wanted = {each.owner for each in land.project.exposures if each.name == dataset.name}
    return next((owner for owner in land.project.owners if owner.id in wanted), None)


def _left_out(rows: int) -> str:
    return f"The nearest {MOST_ROWS} of {rows} are shown." if rows > MOST_ROWS else ""


def origin_card(land: Landscape, column: ColumnId, origins: Origins) -> Card:
    """A column with what it is made of, back to where that begins."""
    name = land.told(column)
    ends = ", ".join(map(land.told, origins.ends))
    rows = [
        (str(step.distance), land.told(step.column), land.told(step.made.source), how(step.made))
        for step in origins.steps
    ]
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO if origins.steps else Severity.WARNING,
        title=f"{name} comes from {ends}" if ends else f"Where {name} comes from is not known",
        text="\n".join(_told_of_origins(land, origins, len(rows))),
        table=CardTable(("Away", "Column", "Made from", "How"), tuple(rows[:MOST_ROWS]))
        if rows
        else None,
        picture=picture(land, column.dataset, Direction.UPSTREAM),
    )


def how(made: ColumnFrom) -> str:
    """In which way a column takes part, in words."""
    if not made.masking:
        return _WAYS[made.influence]
    return "masked" if made.influence.direct else f"{_WAYS[made.influence]}, masked"


def _told_of_origins(land: Landscape, origins: Origins, rows: int) -> Iterator[str]:
    if rows > MOST_ROWS:
        yield _left_out(rows)
    acting: dict[str, list[str]] = {}
    for each in origins.influences:
        acting.setdefault(how(each).partition(" it")[0], []).append(land.told(each.source))
    if acting:
        ways = (f"{way} {', '.join(names)}" for way, names in acting.items())
        yield f"Its rows are {'; '.join(ways)}."
    for dataset, reasons in origins.unresolved:
        yield f"{land.naming.told(dataset)}: {'; '.join(reasons)}"


def impact_card(
    land: Landscape, what: ColumnId | DatasetId, mishap: Mishap, impact: Impact, moment: Moment
) -> Card:
    """What a mishap reaches, nearest first, whom it hurts, and what starts before it is mended."""
    name = land.told(what) if isinstance(what, ColumnId) else land.naming.told(what)
    reached = bool(impact.datasets or impact.exposures)
    start = what.dataset if isinstance(what, ColumnId) else what
    count = len(impact.columns) + len(impact.datasets)
    rows = tuple(islice(_rows(impact), MOST_ROWS))
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if reached else Severity.SUCCESS,
        title=f"If {name} {HAPPENS[mishap]}: {impact.sentence}",
        text="\n".join(_warnings(land, impact, count, moment)),
        facts=tuple(_hurt(impact)),
        table=CardTable(("Away", "What", "Owner"), rows) if rows else None,
        picture=picture(land, start, Direction.DOWNSTREAM) if reached else None,
        buttons=_next(land, start),
    )


def _rows(impact: Impact) -> Iterator[tuple[str, str, str]]:
    """Columns where they are known, and the datasets that they do not tell of already."""
    yield from ((str(each.distance), each.name, "") for each in impact.columns)
    for each in impact.datasets:
        owner = contact(each.owner) if each.owner else ""
        yield str(each.distance), each.name if each.certain else f"{each.name} (perhaps)", owner


def _warnings(land: Landscape, impact: Impact, rows: int, moment: Moment) -> Iterator[str]:
    if rows > MOST_ROWS:
        yield _left_out(rows)
    for run in impact.schedules:
        yield f"{run.what} runs {moment.until(run.at)}."
    for exposure in impact.exposures:
        yield _consumer(land, exposure)
    if impact.perhaps:
        unsure = (each.name for each in impact.datasets if not each.certain)
        shown = ", ".join(islice(unsure, MOST_ROWS))
        yield f"May be affected, since too little is known of their columns: {shown}."


def _consumer(land: Landscape, exposure: Exposure) -> str:
    owner = next((each for each in land.project.owners if each.id == exposure.owner), None)
    due = f", due {exposure.due}" if exposure.due else ""
    return f"{exposure.name}{due}{f', owner {contact(owner)}' if owner else ''}."


def _hurt(impact: Impact) -> Iterator[Fact]:
    if impact.owners:
        yield Fact("Owners", ", ".join(map(contact, impact.owners)))


def _next(land: Landscape, start: DatasetId) -> tuple[Button, ...]:
    name = land.naming.told(start)
    known = land.naming.local(start) is not None
    return (Button("Show lineage", f"show lineage of {name}"),) if known else ()


def due_before(due: Sequence[DueRun], moment: Moment, patience: timedelta) -> tuple[DueRun, ...]:
    """The runs that start before something is likely to be mended."""
    return tuple(each for each in due if moment.now <= each.at <= moment.now + patience)
