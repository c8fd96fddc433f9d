"""Answers about lineage, incidents, who hears of them, digests and what did not arrive."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from engine.cards import Card
from engine.commands import ListUndelivered
from engine.digest_answers import DigestCommand
from engine.incident_answers import IncidentCommand
from engine.lineage_answers import LineageCommand
from engine.people import Asker
from engine.routing_answers import RoutingCommand

AlertingCommand: TypeAlias = (
    LineageCommand | IncidentCommand | RoutingCommand | DigestCommand | ListUndelivered
)


@dataclass(frozen=True, slots=True)
class AlertingAnswers:
    """Hands each question to whoever knows."""

    lineage: Callable[[LineageCommand, Asker], Awaitable[Card]]
    incidents: Callable[[IncidentCommand, Asker], Awaitable[Card]]
    routing: Callable[[RoutingCommand, Asker], Awaitable[Card]]
    digests: Callable[[DigestCommand, Asker], Awaitable[Card]]
    undelivered: Callable[[ListUndelivered, Asker], Awaitable[Card]]

    async def answer(self, command: AlertingCommand, asker: Asker) -> Card:
        """Carry it out; raises EngineError where it is refused."""
        if isinstance(command, LineageCommand):
            return await self.lineage(command, asker)
        if isinstance(command, IncidentCommand):
            return await self.incidents(command, asker)
        if isinstance(command, RoutingCommand):
            return await self.routing(command, asker)
        if isinstance(command, ListUndelivered):
            return await self.undelivered(command, asker)
        return await self.digests(command, asker)
