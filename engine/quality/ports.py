"""What quality needs from outside: what measures checks, profiles tables, declares checks."""

from collections.abc import Sequence
from typing import Protocol

from engine.catalog.model import Check, DatasetName, Layer, Project
from engine.quality.model import Measured
from engine.quality.profile import Profile
from engine.quality.suggestions import Written


class QualityEngine(Protocol):
    """Evaluates SodaCL checks against a table that other connections can see."""

    async def measure(
        self, layer: Layer, table: str, checks: Sequence[Check]
    ) -> tuple[Measured, ...]:
        """What each check measured; one it could not answer may be left out.

        Raises WorkerFailed where the engine as a whole died or took too long.
        """
        ...


class Profiles(Protocol):
    """Looks at a published table; of what may be personal only counts leave the database."""

    async def of(self, project: Project, dataset: DatasetName) -> Profile:
        """What it is like; raises UnknownDataset where it was not written yet."""
        ...


class CheckFiles(Protocol):
    """Where people declare checks."""

    async def read(self) -> Project:
        """The project as it is declared now; raises ProjectError."""
        ...

    async def add(self, dataset: DatasetName, checks: Sequence[str]) -> Written:
        """Declare more: all of them, or none and EngineError is raised."""
        ...
