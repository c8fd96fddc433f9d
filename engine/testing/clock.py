"""A clock that a test owns."""

import asyncio
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""When a fake clock starts, unless told otherwise."""


class FakeClock:
    """A Clock that stands still until it is moved; whoever sleeps on it moves it."""

    def __init__(self, now: datetime = EPOCH) -> None:
        self._now = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The moment that the clock was moved to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move the clock, and let everything else have a turn."""
        self.slept.append(seconds)
        self.advance(seconds)
        await turn()

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._now += timedelta(seconds=seconds)


async def turn() -> None:
    """Let everything else that is ready in this event loop go on first."""
    loop = asyncio.get_running_loop()
    passed = asyncio.Event()
    loop.call_soon(passed.set)
    await passed.wait()
