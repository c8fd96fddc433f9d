"""How the engine is doing, in numbers, for whatever watches over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.runs.model import RunStatus


@dataclass(frozen=True, slots=True)
class Vitals:
    """Numbers of one moment; a status that no run has may be absent."""

    runs: Mapping[RunStatus, int]
    longest_wait: float
    """Seconds that the run which waits longest has waited; 0 where none waits."""

    undelivered: int
    """Posts in the outbox whose newest form did not arrive yet."""


class VitalSigns(Protocol):
    """Where the numbers come from."""

    async def taken(self) -> Vitals:
        """The numbers now; raises DatabaseError."""
        ...
