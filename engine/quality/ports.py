"""What quality needs from outside: something that measures checks."""

from collections.abc import Sequence
from typing import Protocol

from engine.catalog.model import Check, Layer
from engine.quality.model import Measured


class QualityEngine(Protocol):
    """Evaluates SodaCL checks against a table that other connections can see."""

    async def measure(
        self, layer: Layer, table: str, checks: Sequence[Check]
    ) -> tuple[Measured, ...]:
        """What each check measured; one it could not answer may be left out.

        Raises WorkerFailed where the engine as a whole died or took too long.
        """
        ...
