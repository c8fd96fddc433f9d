"""How fast Atlas may speak in one thread, as Teams allows it."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from engine.clock import Clock

LIMITS = ((1.0, 7), (2.0, 8), (30.0, 60), (3_600.0, 1_800))
"""Seconds, and how many messages they may hold."""

WATCHED = 2_000
"""Threads whose messages are counted; the one that was quiet longest is forgotten first."""


def wait_for(sent: Sequence[datetime], now: datetime) -> float:
    """Seconds until one more message is welcome; `sent` are the moments of those before."""
    waits = [0.0]
    for seconds, most in LIMITS:
        if len(sent) >= most:
            waits.append(seconds - (now - sent[-most]).total_seconds())
    return max(waits)


class Pace:
    """Counts what was said in each thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: OrderedDict[str, list[datetime]] = OrderedDict()

    def take(self, thread: str) -> float:
        """Count one message that is welcome; otherwise the seconds until it is."""
        now, sent = self._clock.now(), self._sent.setdefault(thread, [])
        self._sent.move_to_end(thread)
        while len(self._sent) > WATCHED:
            self._sent.popitem(last=False)
        seconds = wait_for(sent, now)
        if seconds <= 0:
            sent.append(now)
            del sent[: -LIMITS[-1][1]]
        return max(0.0, seconds)
