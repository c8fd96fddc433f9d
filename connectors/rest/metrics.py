"""The engine's numbers as Prometheus reads them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.rest.ports import Behind
from engine.clock import Clock
from engine.runs.model import RunStatus
from engine.vitals import Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

KEPT_FOR = timedelta(seconds=1)
"""However often somebody asks, the database counts only once in this time."""


class Metrics:
    """What is answered to whoever watches over Atlas: counts, and no name of anything."""

    def __init__(self, behind: Behind, clock: Clock) -> None:
        self._behind = behind
        self._clock = clock
        self._kept: tuple[datetime, str] | None = None

    async def text(self) -> str:
        """The numbers of now, or of a moment ago; raises EngineError."""
        now = self._clock.now()
        if self._kept is None or now - self._kept[0] >= KEPT_FOR:
            self._kept = now, written(await self._behind.vitals())
        return self._kept[1]


def written(vitals: Vitals) -> str:
    """The numbers in Prometheus's text form."""
    return "\n".join((*_lines(vitals), ""))


def _lines(vitals: Vitals) -> Iterator[str]:
    yield from _head("atlas_runs", "Runs in the history, by status; the queued ones wait.")
    for status in RunStatus:
        yield f'atlas_runs{{status="{status}"}} {vitals.runs.get(status, 0)}'
    yield from _head("atlas_longest_wait_seconds", "How long the oldest queued run has waited.")
    yield f"atlas_longest_wait_seconds {vitals.longest_wait:.3f}"
    yield from _head("atlas_undelivered_posts", "Messages that did not reach their channel yet.")
    yield f"atlas_undelivered_posts {vitals.undelivered}"


def _head(name: str, meaning: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
