"""What is watched, in memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.findings.clearing import Cleared
from engine.findings.looking import Standing
from engine.findings.model import Finding
from engine.findings.sight import Sight


@dataclass(slots=True)
class MemoryWatched:
    """Standing trouble by fingerprint; `elsewhere` says that another process looks."""

    kept: dict[str, Standing] = field(default_factory=dict)
    elsewhere: bool = False

    async def alone(self) -> bool:
        """Whether nobody else looks."""
        return not self.elsewhere

    async def standing(self) -> tuple[Standing, ...]:
        """All of it."""
        return tuple(self.kept.values())

    async def keep(self, standing: Sequence[Standing]) -> None:
        """Add or replace."""
        for each in standing:
            before = self.kept.get(each.fingerprint)
            since = before.since if before else each.since
            self.kept[each.fingerprint] = replace(each, since=since)

    async def forget(self, fingerprints: Sequence[str]) -> None:
        """Take away."""
        for each in fingerprints:
            self.kept.pop(each, None)


@dataclass(slots=True)
class WatchedTransaction:
    """A transaction with nothing but what is watched."""

    watched: MemoryWatched


@dataclass(slots=True)
class WatchedTransactions:
    """Begins them; what a block that raises did is undone."""

    watched: MemoryWatched = field(default_factory=MemoryWatched)

    @asynccontextmanager
    async def begin(self, run_id: str | None = None) -> AsyncIterator[WatchedTransaction]:  # noqa: ARG002  # the port's
        """Kept at the end of the block."""
        mine = MemoryWatched(dict(self.watched.kept), self.watched.elsewhere)
        yield WatchedTransaction(mine)
        self.watched = mine


@dataclass(slots=True)
class FixedSights:
    """Sees what it is given."""

    sight: Sight

    async def taken(self, at: datetime) -> Sight:
        """It, at that moment."""
        return replace(self.sight, at=at)


@dataclass(slots=True)
class Listened:
    """Remembers what it was told; it can break."""

    noted_findings: list[Finding] = field(default_factory=list)
    cleared: list[Cleared] = field(default_factory=list)
    breaks: Exception | None = None
    times: int = 0

    async def noted(
        self,
        tx: WatchedTransaction,  # noqa: ARG002  # the port's
        findings: Sequence[Finding],
        cleared: Sequence[Cleared],
    ) -> None:
        """Remember both."""
        self.times += 1
        if self.breaks is not None:
            raise self.breaks
        self.noted_findings.extend(findings)
        self.cleared.extend(cleared)
