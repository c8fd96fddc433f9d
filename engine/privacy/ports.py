"""What privacy needs from outside: something that recognises entities, something that masks."""

from collections.abc import Sequence
from typing import Protocol

from engine.privacy.model import ColumnSample, Evidence


class Detector(Protocol):
    """Recognises personal entities in text; never blocks the event loop."""

    async def examine(self, samples: Sequence[ColumnSample]) -> tuple[Evidence, ...]:
        """What was found in each sample, in the order given; raises WorkerFailed."""
        ...


class Masker(Protocol):
    """Hides the first characters of a value."""

    def mask(self, value: str) -> str:
        """The value with all but its end replaced by stars."""
        ...
