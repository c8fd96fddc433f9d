"""The outbox's other end, and platforms that remember what they were sent, or have bad days."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.alerts.model import Dead, Due, Later, Post, Undelivered
from engine.alerts.ports import DeliveryFailed
from engine.clock import Clock
from engine.lineage.delivery import Undeliverable, Waiting
from engine.testing.state import KeptPost
from engine.testing.transactions import MemoryTransactions


class MemoryHeld:
    """A place in the hands of one deliverer."""

    def __init__(
        self, transactions: MemoryTransactions, place: str, rests: dict[str, datetime]
    ) -> None:
        self._transactions = transactions
        self._place = place
        self._rests = rests

    async def next(self, now: datetime) -> Due | None:
        """The first post due; that it is tried is kept at once."""
        posts = self._transactions.state.posts
        kept = next((k for k in posts.values() if self._is_due(k, now)), None)
        if kept is None:
            return None
        await self._note(kept.post.key, lambda kept: replace(kept, tried=kept.receipt is None))
        above = posts.get(kept.post.thread or "")
        return Due(
            kept.post,
            kept.revision,
            kept.receipt,
            kept.attempts,
            doubtful=kept.tried and kept.receipt is None,
            thread_receipt=above.receipt if above else None,
        )

    async def delivered(self, due: Due, receipt: str, now: datetime) -> None:
        """Note that this revision arrived; where it had not before, others are due."""
        clean = KeptPost(due.post, now, delivered_revision=due.revision, receipt=receipt)
        await self._note(
            due.post.key,
            lambda kept: replace(clean, post=kept.post, due_at=kept.due_at, revision=kept.revision),
        )
        if due.attempts:
            for key, kept in tuple(self._transactions.state.posts.items()):
                if kept.waits and kept.attempts and kept.post.place == self._place:
                    await self._note(key, lambda kept: replace(kept, due_at=min(kept.due_at, now)))

    async def failed(
        self, due: Due, error: DeliveryFailed, verdict: Later | Dead, now: datetime
    ) -> None:
        """Note that it did not arrive."""

        def noted(kept: KeptPost) -> KeptPost:
            return replace(
                kept,
                attempts=kept.attempts + 1,
                failing_since=kept.failing_since or now,
                reason=error.message,
                hint=error.hint,
                tried=kept.tried and (error.unclear or due.doubtful),
                due_at=max(kept.due_at, verdict.until)
                if isinstance(verdict, Later)
                else kept.due_at,
                dead=isinstance(verdict, Dead) and kept.revision == due.revision,
            )

        await self._note(due.post.key, noted)

    async def rest(self, until: datetime) -> None:
        """Send nothing there until then."""
        self._rests[self._place] = until

    def _is_due(self, kept: KeptPost, now: datetime) -> bool:
        above = self._transactions.state.posts.get(kept.post.thread or "")
        ready = above is None or above.dead or above.receipt is not None
        return kept.post.place == self._place and kept.waits and kept.due_at <= now and ready

    async def _note(self, key: str, change: Callable[[KeptPost], KeptPost]) -> None:
        async with self._transactions.begin() as tx:
            await tx.outbox.note(key, change)


class MemoryOutboxQueue:
    """Takes posts out of the outbox of the transactions, in the order they came in."""

    def __init__(self, transactions: MemoryTransactions) -> None:
        self._transactions = transactions
        self._held: set[str] = set()
        self._rests: dict[str, datetime] = {}

    async def places(
        self, platforms: Collection[str], now: datetime, without: Collection[str] = ()
    ) -> Sequence[str]:
        """Places with something due that need not rest."""
        self._transactions.faults.reach("places")
        posts = self._transactions.state.posts.values()
        due = (kept.post for kept in posts if kept.waits and kept.due_at <= now)
        ours = (post.place for post in due if post.platform in platforms)
        free = (place for place in ours if place not in without and self._rested(place, now))
        return tuple(dict.fromkeys(free))

    @asynccontextmanager
    async def hold(self, place: str, now: datetime) -> AsyncIterator[MemoryHeld | None]:
        """The place, unless somebody holds it or it rests."""
        if place in self._held or not self._rested(place, now):
            yield None
            return
        self._held.add(place)
        try:
            yield MemoryHeld(self._transactions, place, self._rests)
        finally:
            self._held.discard(place)

    async def undelivered(self, limit: int) -> Sequence[Undelivered]:
        """What is given up, then what is tried in vain."""
        posts = self._transactions.state.posts.values()
        failing = [(kept, kept.failing_since) for kept in posts if kept.failing_since]
        failing.sort(key=lambda each: (each[0].dead, each[1]), reverse=True)
        return [
            Undelivered(
                kept.post.place,
                kept.post.card.title,
                since,
                kept.attempts,
                kept.reason,
                kept.hint,
                None if kept.dead else kept.due_at,
            )
            for kept, since in failing[:limit]
        ]

    def _rested(self, place: str, now: datetime) -> bool:
        return place not in self._rests or self._rests[place] <= now


@dataclass(frozen=True, slots=True)
class Sent:
    """What a platform was asked to show; with a receipt it was an edit."""

    post: Post
    receipt: str | None


class RecordingSender:
    """A Sender that keeps what it is given; it can refuse a number of times first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.sent: list[Sent] = []
        self.dues: list[Due] = []
        self.tries = 0

    async def send(self, due: Due) -> str:
        """Keep the post; an edit keeps its receipt, a new message gets the next one."""
        self.tries += 1
        if self.failures > 0:
            self.failures -= 1
            raise DeliveryFailed("The platform does not answer.", "It is tried again.")
        self.sent.append(Sent(due.post, due.receipt))
        self.dues.append(due)
        return due.receipt or f"message {len(self.sent)}"


@dataclass(frozen=True, slots=True)
class BadDay:
    """A time in which what is sent somewhere fails; without an error nothing is answered at all."""

    until: datetime
    error: DeliveryFailed | None = None


@dataclass(slots=True)
class MoodySender:
    """A platform that shows each message once, by its key, and is not well everywhere."""

    clock: Clock
    bad_days: Mapping[str, BadDay] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)
    tries: list[tuple[str, datetime]] = field(default_factory=list)

    async def send(self, due: Due) -> str:
        """Show the message in its place, unless that has a bad day."""
        place, now = due.post.place, self.clock.now()
        self.tries.append((place, now))
        day = self.bad_days.get(place)
        if day is not None and now < day.until:
            if day.error is not None:
                raise day.error
            await asyncio.Event().wait()
        there = self.shown.setdefault(place, [])
        if due.post.key not in there:
            there.append(due.post.key)
        return due.post.key


class KnownUndelivered:
    """What does not arrive, as it was written down."""

    def __init__(
        self,
        posts: Sequence[Undelivered] = (),
        events: Sequence[Undeliverable] = (),
        waiting: Waiting | None = None,
    ) -> None:
        self._posts = posts
        self._events = events
        self._waiting = waiting or Waiting()

    async def waiting(self) -> Waiting:
        """What it was given."""
        return self._waiting

    async def undelivered(self, limit: int) -> Sequence[Undelivered]:
        """The first of the posts."""
        return self._posts[:limit]

    async def undeliverable(self, limit: int) -> Sequence[Undeliverable]:
        """The first of the events."""
        return self._events[:limit]
