"""What findings need from outside: logs that belong to a transaction, and eyes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from engine.findings.looking import Standing
from engine.findings.model import Finding
from engine.findings.sight import Backlog, Room, SetAside, Sight


class FindingLog(Protocol):
    """Keeps findings in the transaction of the step that showed them."""

    async def record(self, finding: Finding, at: datetime) -> bool:
        """Keep a finding; whether its fingerprint was never seen before."""
        ...


class Sights(Protocol):
    """Sees everything that is watched."""

    async def taken(self, at: datetime) -> Sight:
        """What is to be seen now; raises DatabaseError."""
        ...


class Backlogs(Protocol):
    """Knows what is on its way out and does not arrive."""

    async def taken(self) -> Sequence[Backlog]:
        """Each destination for which something waits; raises DatabaseError."""
        ...


class Volume(Protocol):
    """Where the database keeps its files."""

    async def room(self) -> Room | None:
        """How much room there is, in bytes; None where it can't be known from here."""
        ...


class Files(Protocol):
    """Knows which files of the project have mistakes."""

    async def set_aside(self) -> Sequence[SetAside]:
        """Those without which Atlas works on."""
        ...


class Watched(Protocol):
    """What looks noted and is not over, within one transaction."""

    async def alone(self) -> bool:
        """Whether no other process looks at this moment; nobody else does until the end of it."""
        ...

    async def standing(self) -> Sequence[Standing]:
        """All that is not over."""
        ...

    async def keep(self, standing: Sequence[Standing]) -> None:
        """Add to it, or replace what has the same fingerprint but for since when it stands."""
        ...

    async def forget(self, fingerprints: Sequence[str]) -> None:
        """Take away what is over."""
        ...


class WatchTransaction(Protocol):
    """What watching needs of a transaction."""

    @property
    def watched(self) -> Watched:
        """What was noted by looking."""
        ...
