"""Which pipeline a command is about, so that a role for one pipeline reaches no other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from engine.catalog.model import DatasetName, Layer, Project
from engine.commands import (
    AcceptChecks,
    CheckQuality,
    Command,
    DeleteQuarantine,
    ExpectValues,
    ListQuarantine,
    QualityReport,
    ReleaseQuarantine,
    ScanPrivacy,
    SuggestChecks,
)
from engine.runs.plan import makers

Lookup = Callable[[str], Awaitable[str | None]]
"""The pipeline of a run, or of a schedule, by its id; None where there is none."""

_OF_DATASET = (
    CheckQuality,
    QualityReport,
    ListQuarantine,
    ReleaseQuarantine,
    DeleteQuarantine,
    ExpectValues,
    SuggestChecks,
    AcceptChecks,
    ScanPrivacy,
)
"""What is done to one dataset belongs to the pipeline that makes it."""


@dataclass(frozen=True, slots=True)
class KnownPipelines:
    """Finds the pipeline of a command; what names neither run, pipeline nor dataset has none.

    «cancel the orders run» names a table that several pipelines may be at work on, so it has none.
    """

    project: Project
    of_run: Lookup
    of_schedule: Lookup

    async def of(self, command: Command) -> str | None:
        """The pipeline that a command is about."""
        run_id, schedule = getattr(command, "run_id", None), getattr(command, "schedule", None)
        if isinstance(run_id, str):
            return await self.of_run(run_id)
        if isinstance(schedule, str):
            return await self.of_schedule(schedule)
        if isinstance(command, _OF_DATASET):
            return self._maker(command.dataset)
        named = getattr(command, "pipeline", None)
        return named if isinstance(named, str) else None

    def _maker(self, named: str | None) -> str | None:
        layer, _, table = (named or "").rpartition(".")
        dataset = DatasetName(Layer(layer) if layer in set(Layer) else Layer.SILVER, table)
        return dict(makers(self.project)).get(dataset)
