"""The outbox's other end, and a platform that remembers what it was sent."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from engine.alerts.model import Due, Post
from engine.alerts.ports import DeliveryFailed
from engine.testing.state import KeptPost
from engine.testing.transactions import MemoryTransactions


class MemoryClaim:
    """A post in the hands of one deliverer; what it notes is kept when its block ends well."""

    def __init__(self, kept: KeptPost) -> None:
        self.due = Due(kept.post, kept.revision, kept.receipt, kept.attempts)
        self.note: Callable[[KeptPost], KeptPost] | None = None

    async def delivered(self, receipt: str) -> None:
        """Note that this revision arrived."""
        revision = self.due.revision
        self.note = lambda kept: replace(
            kept, delivered_revision=revision, receipt=receipt, attempts=0
        )

    async def postponed(self, until: datetime) -> None:
        """Note when to try again."""
        attempts = self.due.attempts + 1
        self.note = lambda kept: replace(kept, attempts=attempts, due_at=until)


class MemoryOutboxQueue:
    """Takes posts out of the outbox of the transactions, in the order they came in."""

    def __init__(self, transactions: MemoryTransactions) -> None:
        self._transactions = transactions
        self._claimed: set[str] = set()

    @asynccontextmanager
    async def claim(
        self, platforms: Collection[str], now: datetime
    ) -> AsyncIterator[MemoryClaim | None]:
        """The oldest post due on those platforms, kept from others for the block."""
        kept = self._oldest(platforms, now)
        if kept is None:
            yield None
            return
        key, claim = kept.post.key, MemoryClaim(kept)
        self._claimed.add(key)
        try:
            yield claim
            if claim.note is not None:
                async with self._transactions.begin() as tx:
                    await tx.outbox.note(key, claim.note)
        finally:
            self._claimed.discard(key)

    def _oldest(self, platforms: Collection[str], now: datetime) -> KeptPost | None:
        posts = self._transactions.state.posts.values()
        due = (kept for kept in posts if kept.waits and kept.due_at <= now)
        ours = (kept for kept in due if kept.post.platform in platforms)
        return next((kept for kept in ours if kept.post.key not in self._claimed), None)


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
        self.tries = 0

    async def send(self, post: Post, receipt: str | None) -> str:
        """Keep the post; an edit keeps its receipt, a new message gets the next one."""
        self.tries += 1
        if self.failures > 0:
            self.failures -= 1
            raise DeliveryFailed("The platform does not answer.", "It is tried again.")
        self.sent.append(Sent(post, receipt))
        return receipt or f"message {len(self.sent)}"
