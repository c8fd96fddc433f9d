"""What lineage needs from outside: a log that belongs to a transaction."""

from typing import Protocol

from engine.lineage.model import LineageEvent


class LineageLog(Protocol):
    """Keeps events in the transaction of the step that they tell of."""

    async def append(self, event: LineageEvent) -> None:
        """Write one event; a start that is there already is written once."""
        ...
