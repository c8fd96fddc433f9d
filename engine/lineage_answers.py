"""Answers about lineage: what is meant, what is known of it, and the card that tells it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from engine.cards import Card
from engine.catalog.model import DatasetName, Layer, Project
from engine.clock import Clock
from engine.commands.lineage import Direction, Mishap, ShowImpact, ShowLineage
from engine.errors import EngineError, UnknownColumn, UnknownDataset
from engine.known_names import close_columns, close_to
from engine.lineage.graph import EXPOSURES, ColumnId, DatasetId, Graph, Naming
from engine.lineage.impact import DueRun, Landscape, impact_of
from engine.lineage.origins import origins_of
from engine.lineage_cards import (
    Moment,
    due_before,
    impact_card,
    lineage_card,
    origin_card,
    shown_of,
)
from engine.people import Asker
from engine.runs.plan import plan
from engine.runs.ports import Transactions
from engine.schedules.model import Schedule
from engine.schedules.ports import ScheduleTransaction

T = TypeVar("T", bound=ScheduleTransaction)

LineageCommand = ShowLineage | ShowImpact

PATIENCE = timedelta(hours=4)
"""How long it takes to mend something, as a rule."""

SHOWN = 5
"""Columns that are named where none is near."""

_FIRST = (Layer.SILVER, Layer.GOLD, Layer.BRONZE)
"""In which layer a table is meant that is named without one."""


class KnownLineage(Protocol):
    """Knows what feeds what; each may raise EngineError where it can't be had."""

    async def graph(self) -> Graph:
        """The graph in which names are looked for."""
        ...

    async def around(self, dataset: DatasetId) -> Graph:
        """A graph that holds all that is known around a dataset."""
        ...

    async def written(self, datasets: Sequence[DatasetId]) -> Mapping[DatasetId, datetime]:
        """When each of some datasets was last written, as far as it is known."""
        ...


class LineageAnswers(Generic[T]):
    """What people ask of what feeds what."""

    def __init__(
        self,
        project: Project,
        naming: Naming,
        lineage: KnownLineage,
        transactions: Transactions[T],
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._project = project
        self._land = Landscape.of(project, Graph(), naming)
        self._lineage = lineage
        self._transactions = transactions
        self._clock = clock
        self._zone = zone

    async def answer(self, command: LineageCommand, asker: Asker) -> Card:  # noqa: ARG002  # as all answers
        """What is known; raises Unknown for a name that nothing has."""
        known = replace(self._land, graph=await self._lineage.graph())
        meant = Meaning(known).of(command.dataset, command.column)
        dataset = meant.dataset if isinstance(meant, ColumnId) else meant
        land = replace(known, graph=await self._lineage.around(dataset))
        moment = Moment(self._clock.now(), self._zone)
        match command:
            case ShowLineage(direction=Direction.DOWNSTREAM) if isinstance(meant, ColumnId):
                return await self._impact(land, meant, Mishap.CHANGED, moment)
            case ShowLineage(direction=direction):
                return await self._shown(land, meant, direction, moment)
            case ShowImpact(mishap=mishap):
                return await self._impact(land, meant, mishap, moment)

    async def _shown(
        self, land: Landscape, meant: ColumnId | DatasetId, direction: Direction, moment: Moment
    ) -> Card:
        if isinstance(meant, ColumnId):
            return origin_card(land, meant, origins_of(land.graph, meant))
        shown = [each for each, _ in shown_of(land.graph, meant, direction)]
        written = await self._lineage.written(shown)
        return lineage_card(land, meant, direction, written, moment)

    async def _impact(
        self, land: Landscape, meant: ColumnId | DatasetId, mishap: Mishap, moment: Moment
    ) -> Card:
        async with self._transactions.begin() as tx:
            schedules = await tx.schedules.all()
        due = due_before(upcoming(self._project, schedules), moment, PATIENCE)
        start, column = (
            (meant.dataset, meant.column) if isinstance(meant, ColumnId) else (meant, None)
        )
        impact = impact_of(land, start, column, due)
        return impact_card(land, meant, mishap, impact, moment)


def upcoming(project: Project, schedules: Iterable[Schedule]) -> tuple[DueRun, ...]:
    """The next run of each schedule that is not paused, with the datasets that it will make."""
    return tuple(_upcoming(project, schedules))


def _upcoming(project: Project, schedules: Iterable[Schedule]) -> Iterator[DueRun]:
    for each in schedules:
        pipeline = project.pipeline(each.pipeline)
        if pipeline is not None and not each.paused:
            steps = plan(project, pipeline, each.table)
            writes = frozenset(step.dataset for step in steps)
            yield DueRun(each.what, each.next_due, writes)


class Meaning:
    """Finds what is meant by a name: of the project first, then of whatever the graph knows."""

    def __init__(self, land: Landscape) -> None:
        self._land = land

    def of(self, name: str, column: str | None) -> ColumnId | DatasetId:
        """A dataset, or a column of it; raises Unknown."""
        found = self._datasets(name)
        if column is None and not found and "." in name:
            # customers.phone and silver.customers.phone are columns
            name, _, column = name.rpartition(".")
            found = self._datasets(name)
            if not found:
                raise self._unknown(f"{name}.{column}")
        if not found:
            raise self._unknown(name)
        return found[0] if column is None else self._column(found, column)

    def _datasets(self, name: str) -> list[DatasetId]:
        """Those that may be meant, the likeliest first; several foreign ones are not told apart."""
        folded = name.casefold()
        own = self._land.project.datasets()
        exact = [each for each in own if str(each) == folded]
        named = exact or sorted((each for each in own if each.table == folded), key=_by_layer)
        if named:
            return [self._land.naming.id_of(each) for each in named]
        foreign = [each for each in self._land.graph if self._is_called(each, folded)]
        foreign = foreign or [each for each in self._foreign() if _ends_with(each.name, folded)]
        if len(foreign) > 1:
            told = ", ".join(sorted(map(self._land.naming.told, foreign)))
            raise EngineError(f"Several datasets are called {name}: {told}.", "Name one in full.")
        return foreign

    def _foreign(self) -> Iterator[DatasetId]:
        """Those of other tools."""
        for each in self._land.graph:
            if each.namespace != EXPOSURES and self._land.naming.local(each) is None:
                yield each

    def _is_called(self, dataset: DatasetId, folded: str) -> bool:
        if dataset.namespace == EXPOSURES:
            return False
        return folded in {dataset.name.casefold(), self._land.naming.told(dataset).casefold()}

    def _column(self, datasets: Sequence[DatasetId], column: str) -> ColumnId:
        """Of the first that has it; of the first, where nobody knows its columns."""
        wanted = column.casefold()
        known = [(dataset, self._columns(dataset)) for dataset in datasets]
        for dataset, names in known:
            for name in names:
                if name.casefold() == wanted:
                    return ColumnId(dataset, name)
        first, names = known[0]
        if names:
            told = f"{self._land.naming.told(first)}.{column}"
            raise UnknownColumn(told, close_columns(column, names) or names[:SHOWN])
        return ColumnId(first, column)

    def _columns(self, dataset: DatasetId) -> tuple[str, ...]:
        """What it has by the graph, and what is declared."""
        local = self._land.naming.local(dataset)
        known = self._land.graph.columns(dataset).names
        table = self._land.project.table(local.table) if local else None
        if table is None or local is None or local.layer is Layer.GOLD:
            return known
        return tuple(dict.fromkeys((*known, *(each.name for each in table.columns))))

    def _unknown(self, name: str) -> UnknownDataset:
        own = [str(each) for each in self._land.project.datasets()]
        tables = [name.partition(".")[2] for name in own]
        full = [each.name for each in self._foreign()]
        others = [*full, *(re.split(r"[./]", each)[-1] for each in full)]
        names = [*own, *others] if "." in name or "/" in name else [*tables, *others]
        return UnknownDataset(name, close_to(name, list(dict.fromkeys(names))))


def _ends_with(name: str, folded: str) -> bool:
    """Whether the last parts of a name are that: `ranking` of `exports/ranking`."""
    whole = name.casefold()
    return whole.endswith((f".{folded}", f"/{folded}"))


def _by_layer(dataset: DatasetName) -> int:
    return _FIRST.index(dataset.layer)
