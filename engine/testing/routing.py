"""Subscriptions and mutes in memory, and what became of incidents."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from engine.alerts.routing.model import Muted, Subscription
from engine.alerts.routing.ports import Posted
from engine.topics import Topic


@dataclass(slots=True)
class MemoryRouting:
    """A RoutingStore that anybody can look into."""

    kept: list[Subscription] = field(default_factory=list)
    muted: dict[str, Muted] = field(default_factory=dict)

    async def subscriptions(self, place: str | None = None) -> Sequence[Subscription]:
        """All of them, or those of a place."""
        return tuple(each for each in self.kept if place in {None, each.place})

    async def subscribe(self, subscription: Subscription) -> bool:
        """Keep it, once."""
        wish = (subscription.place, subscription.topic)
        if wish in {(each.place, each.topic) for each in self.kept}:
            return False
        self.kept.append(subscription)
        return True

    async def unsubscribe(self, place: str, topic: Topic | None) -> Sequence[Subscription]:
        """Forget those."""
        gone = [each for each in self.kept if each.place == place and topic in {None, each.topic}]
        self.kept = [each for each in self.kept if each not in gone]
        return tuple(gone)

    async def mutes(self, at: datetime) -> Sequence[Muted]:
        """Those that are not over."""
        found = (each for each in self.muted.values() if each.until > at)
        return tuple(sorted(found, key=lambda each: (each.until, each.dataset)))

    async def mute(self, mute: Muted) -> Muted | None:
        """Keep it in the place of the earlier one."""
        before = self.muted.get(mute.dataset)
        self.muted[mute.dataset] = mute
        return before

    async def unmute(self, dataset: str) -> Muted | None:
        """Forget it."""
        return self.muted.pop(dataset, None)


@dataclass(slots=True)
class MemoryRoutingTransaction:
    """A transaction that knows nothing else."""

    routing: MemoryRouting


@dataclass(slots=True)
class MemoryRoutingTransactions:
    """Transactions that are never rolled back."""

    routing: MemoryRouting = field(default_factory=MemoryRouting)

    @asynccontextmanager
    async def begin(self, run_id: str | None = None) -> AsyncIterator[MemoryRoutingTransaction]:  # noqa: ARG002  # the port's; no run works here
        """The one store."""
        yield MemoryRoutingTransaction(self.routing)


@dataclass(slots=True)
class KnownPosts:
    """IncidentNotices that were told to it, oldest first."""

    posts: list[tuple[str, Posted]] = field(default_factory=list)

    async def last_in(self, place: str) -> Posted | None:
        """The last one told of that place."""
        return next((posted for where, posted in reversed(self.posts) if where == place), None)

    async def of(self, incident: str) -> Posted | None:
        """The last one told of that id."""
        found = (posted for _, posted in reversed(self.posts) if posted.incident == incident)
        return next(found, None)
