"""Says in the log that messages were refused, without a line for each of very many."""

import logging
from datetime import datetime, timedelta

from engine.clock import Clock

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)
"""How often it is said at most."""


class Refusals:
    """Counts what one platform is to send again."""

    def __init__(self, platform: str, clock: Clock) -> None:
        self._platform = platform
        self._clock = clock
        self._unsaid = 0
        self._said_at: datetime | None = None

    def note(self, reason: str) -> None:
        """Say the first at once, and those after it together."""
        now = self._clock.now()
        self._unsaid += 1
        if self._said_at is None or now - self._said_at >= EVERY:
            logger.warning(
                "%s: not taken just now, %s since this was last said: %s",
                self._platform,
                self._unsaid,
                reason,
            )
            self._unsaid, self._said_at = 0, now
