"""What a run would do, step by step, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.catalog.model import DatasetName
from engine.runs.model import Parameters, Step


@dataclass(frozen=True, slots=True)
class Standing:
    """A table as it is now; rows may be PostgreSQL's estimate, or unknown."""

    dataset: DatasetName
    rows: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class StepPreview:
    """What one step would do: to how many rows, in place of what, by which SQL."""

    step: Step
    does: str
    rows: int | None = None
    replaces: Standing | None = None
    notes: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    """Columns of which nobody said whether they are personal: a sample tells when it runs."""
    fails: str | None = None
    """Why it would fail, as far as that is seen now."""
    sql: tuple[str, ...] = ()


class Previews(Protocol):
    """What runs would do."""

    async def of(self, steps: Sequence[Step], parameters: Parameters) -> tuple[StepPreview, ...]:
        """Look at each step without changing anything."""
        ...
