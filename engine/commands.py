"""What may be asked: one frozen dataclass a command, with the role that it needs."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar

from engine.people import Role


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a person or a program may ask for."""

    name: ClassVar[str]
    needs: ClassVar[Role] = Role.VIEWER

    def slots(self) -> dict[str, str | None]:
        """The slots as text, for replies to programs."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: None if value is None else str(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class RunPipeline(Command):
    """Run a pipeline, for one table or for all of its tables."""

    name = "run_pipeline"
    needs = Role.OPERATOR
    pipeline: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class RunStatus(Command):
    """How one run is going; without an id the latest of a pipeline or table, or of all."""

    name = "run_status"
    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class ListRuns(Command):
    """The latest runs, narrowed by status, pipeline, table and time."""

    name = "list_runs"
    status: str | None = None
    pipeline: str | None = None
    table: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExplainRun(Command):
    """Why a run failed; without an id the latest failed one of a pipeline or table."""

    name = "explain_run"
    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class ListPipelines(Command):
    """Which pipelines and tables there are."""

    name = "list_pipelines"


@dataclass(frozen=True, slots=True)
class DescribePipeline(Command):
    """What a pipeline does, step by step."""

    name = "describe_pipeline"
    pipeline: str


@dataclass(frozen=True, slots=True)
class CheckQuality(Command):
    """Run the declared checks of a published dataset now."""

    name = "check_quality"
    needs = Role.OPERATOR
    dataset: str


@dataclass(frozen=True, slots=True)
class ListQuarantine(Command):
    """Which rows of a table were put aside, and why."""

    name = "list_quarantine"
    dataset: str


@dataclass(frozen=True, slots=True)
class ScanPrivacy(Command):
    """Look for personal data in a sample of a dataset."""

    name = "scan_privacy"
    needs = Role.OPERATOR
    dataset: str


@dataclass(frozen=True, slots=True)
class Help(Command):
    """What can be said here."""

    name = "help"
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class WhoAmI(Command):
    """Who the asker is to Atlas, and what they may do."""

    name = "who_am_i"


COMMANDS: tuple[type[Command], ...] = (
    RunPipeline,
    RunStatus,
    ListRuns,
    ExplainRun,
    ListPipelines,
    DescribePipeline,
    CheckQuality,
    ListQuarantine,
    ScanPrivacy,
    Help,
    WhoAmI,
)
