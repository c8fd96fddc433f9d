"""What privacy needs from outside: what recognises, what masks, where rules and findings are."""

from collections.abc import Sequence
from typing import Protocol

from engine.catalog.model import DatasetName, Project
from engine.catalog.policy import ColumnRule, Place
from engine.privacy.chunks import Chunk, Extent, Reading
from engine.privacy.model import ColumnFinding, ColumnSample, Evidence
from engine.privacy.recognition import STANDARD, Recognition


class Detector(Protocol):
    """Recognises personal entities in text; never blocks the event loop."""

    async def examine(
        self, samples: Sequence[ColumnSample], recognition: Recognition = STANDARD
    ) -> tuple[Evidence, ...]:
        """What was found in each sample, in the order given; raises WorkerFailed."""
        ...


class TextReaders(Protocol):
    """Who reads free text before it is protected: this process, and others on the same database."""

    async def read(self, reading: Reading) -> None:
        """See to it that what stands in the texts is known, if they are many.

        Whoever protects them finds the same without it, only later. Raises WorkerFailed and
        DatabaseError.
        """
        ...


class Texts(Protocol):
    """Bronze tables, and what was found in their texts, by keyed imprints."""

    @property
    def at_once(self) -> int:
        """How many chunks this process reads at the same time."""
        ...

    def terms(self, recognition: Recognition) -> bytes | None:
        """What is equal wherever the same is found, and known again; None where nothing is."""
        ...

    async def extent(self, reading: Reading) -> Extent:
        """Where the texts stand that are to be refined."""
        ...

    async def read(self, chunk: Chunk, recognition: Recognition) -> None:
        """Keep what is found in a chunk and take it away, in one go; raises WorkerFailed."""
        ...


class Chunks(Protocol):
    """The chunks that wait for somebody who reads them."""

    async def publish(self, reading: Reading, chunks: Sequence[Chunk]) -> None:
        """Let everybody see them, in place of those of earlier attempts."""
        ...

    async def take(
        self, terms: bytes, lease: float, reading: Reading | None = None
    ) -> Chunk | None:
        """One that nobody reads, for so many seconds; of that reading only, if one is given.

        Those of runs that are over, or were taken up by another worker, are nobody's.
        """
        ...

    async def left(self, reading: Reading) -> int:
        """How many are not read yet."""
        ...

    async def withdraw(self, reading: Reading) -> None:
        """Take away what is left of them."""
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
