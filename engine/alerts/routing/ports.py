"""What routing needs from outside: what was said in chat, and what became of an incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.alerts.routing.model import Destination, Muted, Notice, Subscription
from engine.catalog.routing import Routing
from engine.findings.sight import SetAside
from engine.topics import Topic


class RoutesInForce(Protocol):
    """The routes that hold at this moment."""

    async def current(self) -> Routing:
        """As routes.yaml says; where it has mistakes, what held before."""
        ...

    async def set_aside(self) -> Sequence[SetAside]:
        """The files that have mistakes, and what holds meanwhile."""
        ...


class RoutingStore(Protocol):
    """Subscriptions and mutes, within one transaction."""

    async def subscriptions(self, place: str | None = None) -> Sequence[Subscription]:
        """All of them, oldest first, or those of a place."""
        ...

    async def subscribe(self, subscription: Subscription) -> bool:
        """Keep it; False where that place has the same topic already."""
        ...

    async def unsubscribe(self, place: str, topic: Topic | None) -> Sequence[Subscription]:
        """Forget a topic of a place, or all of its topics; what was forgotten."""
        ...

    async def mutes(self, at: datetime) -> Sequence[Muted]:
        """Those that hold at a moment, the first to end first."""
        ...

    async def mute(self, mute: Muted) -> Muted | None:
        """Keep it in the place of an earlier one of that dataset, which is given back."""
        ...

    async def unmute(self, dataset: str) -> Muted | None:
        """Forget the mute of a dataset, which is given back."""
        ...


class RoutingTransaction(Protocol):
    """A transaction that knows what was said in chat about routes."""

    @property
    def routing(self) -> RoutingStore:
        """Subscriptions and mutes."""
        ...


@dataclass(frozen=True, slots=True)
class Posted:
    """An incident: what it was, since when, where it was sent, and what kept it back."""

    incident: str
    """As people name it, such as INC-12."""
    notice: Notice
    at: datetime
    sent: tuple[Destination, ...] = ()
    withheld: str | None = None
    reasons: tuple[str, ...] = ()
    """What was decided then; empty where that was not kept."""


class IncidentNotices(Protocol):
    """What is known of where incidents went."""

    async def last_in(self, place: str) -> Posted | None:
        """The incident that was last posted in a place such as `web:#finance`."""
        ...

    async def of(self, incident: str) -> Posted | None:
        """The incident of that id; None where there is none."""
        ...
