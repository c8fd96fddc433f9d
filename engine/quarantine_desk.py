"""Carries out what people want of quarantine: see rows, have them judged again, forget them."""

from datetime import timedelta
from typing import Generic, TypeVar

from engine import quarantine_answers as cards
from engine.catalog.model import DatasetName, Layer, Project, Table
from engine.clock import Clock
from engine.commands import DeleteQuarantine, ListQuarantine, ReleaseQuarantine
from engine.errors import EngineError
from engine.outcome import Accepted, Answer, Outcome, Request
from engine.quarantine_answers import QuarantineCommand
from engine.runs.desk import Order, RunDesk
from engine.runs.model import Parameters, Priority, Release
from engine.runs.plan import refined_anew
from engine.runs.ports import Quarantine, RunTransaction
from engine.runs.quarantine import Aside

T = TypeVar("T", bound=RunTransaction)

RELEASE = "quarantine release"
"""What a run that releases rows is called."""


class QuarantineDesk(Generic[T]):
    """Where orders about quarantine are taken; a release is a run like any other."""

    def __init__(
        self, project: Project, desk: RunDesk[T], quarantine: Quarantine, clock: Clock
    ) -> None:
        self._project = project
        self._desk = desk
        self._quarantine = quarantine
        self._clock = clock

    async def carry_out(
        self, command: QuarantineCommand, dataset: DatasetName, request: Request
    ) -> Outcome:
        """Answer, or start the run; raises EngineError where it is refused."""
        table = self._table(dataset)
        match command:
            case ListQuarantine(rule=rule):
                found = await self._quarantine.look(table, Aside(rule), cards.SHOWN_ROWS)
                return Answer(cards.quarantine_card(self._project, table, found, rule))
            case ReleaseQuarantine(rule=rule):
                return await self._release(table, rule, request)
            case DeleteQuarantine():
                return await self._delete(table, command)

    def _table(self, dataset: DatasetName) -> Table:
        table = self._project.table(dataset.table)
        if table is None or dataset.layer is Layer.GOLD:
            message = (
                f"{dataset} is a gold model; rows are put into quarantine on the way to silver."
            )
            raise EngineError(message, "Ask for one of the tables that it is made from.")
        return table

    async def _release(self, table: Table, rule: str | None, request: Request) -> Outcome:
        # asked again with the same key it is the run of then, although nothing is left to release
        if request.key is None and not await self._quarantine.count(table, Aside(rule)):
            return Answer(cards.nothing_card(table, rule))
        order = Order(
            pipeline=RELEASE,
            table=table.name,
            steps=refined_anew(table),
            asker=request.asker,
            parameters=Parameters(release=Release(rule)),
            priority=Priority.PERSON if request.urgent else Priority.SCHEDULE,
            key=request.key,
        )
        return Accepted((await self._desk.order(order)).id)

    async def _delete(self, table: Table, command: DeleteQuarantine) -> Outcome:
        aside = self._aside(command)
        if not command.confirmed:
            count = await self._quarantine.count(table, aside)
            if count:
                return Answer(cards.asking_card(table, command, count))
            return Answer(cards.nothing_card(table, command.rule, command.older_than))
        gone = await self._quarantine.delete(table, aside)
        left = await self._quarantine.count(table, Aside())
        return Answer(cards.deleted_card(table, command, gone, left))

    def _aside(self, command: DeleteQuarantine) -> Aside:
        if command.older_than is None:
            return Aside(command.rule)
        return Aside(command.rule, self._clock.now() - timedelta(days=command.older_than))
