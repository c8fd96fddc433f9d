"""What privacy needs from outside: what recognises, what masks, where rules and findings are."""

from collections.abc import Sequence
from typing import Protocol

from engine.catalog.model import DatasetName, Project
from engine.catalog.policy import ColumnRule, Place
from engine.privacy.model import ColumnFinding, ColumnSample, Evidence
from engine.privacy.recognition import STANDARD, Recognition


class Detector(Protocol):
    """Recognises personal entities in text; never blocks the event loop."""

    async def examine(
        self, samples: Sequence[ColumnSample], recognition: Recognition = STANDARD
    ) -> tuple[Evidence, ...]:
        """What was found in each sample, in the order given; raises WorkerFailed."""
        ...


class RuleFile(Protocol):
    """Where the rules for personal data are written, for people to review."""

    async def read(self) -> Project:
        """The project as it is declared now; raises ProjectError."""
        ...

    async def write(self, table: str, column: str, rule: ColumnRule) -> Place:
        """Write what was decided about a column: all of it, or raise EngineError."""
        ...


class Policies(Protocol):
    """Tells which rules hold, so that a run heeds what was changed before it."""

    async def current(self) -> Project:
        """The project under the rules of now; raises ProjectError where they can't be read."""
        ...


class PrivacyFindings(Protocol):
    """What scans and runs came upon, without a single value."""

    async def found(self, table: str | None = None) -> tuple[ColumnFinding, ...]:
        """What is known of a table in all its layers, or of all tables; the newest last."""
        ...

    async def columns(self, dataset: DatasetName) -> tuple[str, ...]:
        """The columns that a dataset has at present; none where it was not written yet."""
        ...
