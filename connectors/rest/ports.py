"""What the API needs of the engine."""

from typing import Protocol

from engine.lineage.ports import LineageMetadata
from engine.outcome import Outcome, Request
from engine.runs.model import Run
from engine.runs.ports import RunCursor, RunFilter
from engine.tokens.model import Token
from engine.vitals import Vitals


class Behind(Protocol):
    """The engine, as it stands behind the API; each may raise EngineError."""

    @property
    def lineage(self) -> LineageMetadata:
        """What is known of datasets, jobs and their runs, in any system."""
        ...

    async def ask(self, request: Request) -> Outcome:
        """Hand a request to the engine."""
        ...

    async def run(self, run_id: str) -> Run | None:
        """The run of that id as it stands."""
        ...

    async def page(self, wanted: RunFilter, after: RunCursor | None, limit: int) -> tuple[Run, ...]:
        """Runs that fit and come after that place, newest first."""
        ...

    async def admit(self, secret: str) -> Token | None:
        """The valid token of a secret."""
        ...

    def knows(self, secret: str) -> bool:
        """Whether the secret was let in before."""
        ...

    async def vitals(self) -> Vitals:
        """How the engine is doing, in numbers."""
        ...

    async def ready(self) -> None:
        """Raise EngineError unless the engine can work."""
        ...
