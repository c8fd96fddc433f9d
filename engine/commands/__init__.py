"""What may be asked: one frozen dataclass a command, with the role that it needs."""

from dataclasses import dataclass
from datetime import date, datetime

from typing_extensions import override

from engine.commands.alerting import (
    Acknowledge,
    Assign,
    DigestNow,
    ExplainRoute,
    ListIncidents,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    Resolve,
    ScheduleDigest,
    ShowIncident,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.commands.base import HIDDEN, Command
from engine.commands.lineage import ShowImpact, ShowLineage
from engine.commands.people import Confirm, Grant, ListRoles, Revoke
from engine.commands.personal import (
    AcceptFinding,
    Audit,
    CheckAnonymity,
    ConfirmErasure,
    ErasePerson,
    FindPerson,
    ListErasures,
    PrivacyReport,
    RejectFinding,
    RevealValue,
    SetPrivacyRule,
    WithdrawErasure,
)
from engine.commands.quality import (
    AcceptChecks,
    CheckQuality,
    DeleteQuarantine,
    ExpectValues,
    ListQuarantine,
    QualityReport,
    ReleaseQuarantine,
    SuggestChecks,
)
from engine.people import Role
from engine.recurrence import Recurrence

__all__ = [
    "COMMANDS",
    "HIDDEN",
    "AcceptChecks",
    "AcceptFinding",
    "Acknowledge",
    "Assign",
    "Audit",
    "Backfill",
    "BackfillStatus",
    "CancelRun",
    "CheckAnonymity",
    "CheckQuality",
    "Command",
    "Confirm",
    "ConfirmErasure",
    "DeleteQuarantine",
    "DeleteSchedule",
    "DescribePipeline",
    "DigestNow",
    "ErasePerson",
    "ExpectValues",
    "ExplainRoute",
    "ExplainRun",
    "FindPerson",
    "Grant",
    "Help",
    "ListErasures",
    "ListIncidents",
    "ListPipelines",
    "ListQuarantine",
    "ListRoles",
    "ListRuns",
    "ListSchedules",
    "ListSubscriptions",
    "ListUndelivered",
    "Mute",
    "PauseSchedule",
    "PrivacyReport",
    "QualityReport",
    "RejectFinding",
    "ReleaseQuarantine",
    "Resolve",
    "ResumeSchedule",
    "RetryRun",
    "RevealValue",
    "Revoke",
    "RunPipeline",
    "RunStatus",
    "ScanPrivacy",
    "ScheduleDigest",
    "SchedulePipeline",
    "SetPrivacyRule",
    "ShowImpact",
    "ShowIncident",
    "ShowLineage",
    "Snooze",
    "Subscribe",
    "SuggestChecks",
    "Unmute",
    "Unsubscribe",
    "WhoAmI",
    "WithdrawErasure",
]


@dataclass(frozen=True, slots=True)
class RunPipeline(Command):
    """Run a pipeline, for one table or for all of its tables."""

    name = "run_pipeline"
    needs = Role.OPERATOR
    pipeline: str
    table: str | None = None
    full_refresh: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class RunStatus(Command):
    """How one run is going; without an id the latest of a pipeline or table, or of all."""

    name = "run_status"
    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class ListRuns(Command):
    """The latest runs, narrowed by status, pipeline, table and time; so many of them, or a few."""

    name = "list_runs"
    status: str | None = None
    pipeline: str | None = None
    table: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ExplainRun(Command):
    """Why a run failed; without an id the latest failed one of a pipeline or table."""

    name = "explain_run"
    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class CancelRun(Command):
    """Stop a run; without an id the only one of a pipeline or table that is not done."""

    name = "cancel_run"
    needs = Role.OPERATOR
    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class RetryRun(Command):
    """Take a failed or cancelled run up again, at its first step not done or at the named one."""

    name = "retry_run"
    needs = Role.OPERATOR
    run_id: str | None = None
    pipeline: str | None = None
    table: str | None = None
    from_step: str | None = None
    accept_drift: bool = False


@dataclass(frozen=True, slots=True)
class Backfill(Command):
    """Run a pipeline once for each day from `start` until before `end`."""

    name = "backfill"
    needs = Role.OPERATOR
    start: date
    end: date
    table: str | None = None
    pipeline: str | None = None
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class BackfillStatus(Command):
    """How a backfill is going; the latest of a pipeline or table, or of all."""

    name = "backfill_status"
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class SchedulePipeline(Command):
    """Run a pipeline by itself whenever a time comes."""

    name = "schedule_pipeline"
    needs = Role.OPERATOR
    pipeline: str
    when: Recurrence
    table: str | None = None

    @override
    def slots(self) -> dict[str, str | int | None]:
        """The slots as text, with the time zone as one of its own."""
        return {
            "pipeline": self.pipeline,
            "table": self.table,
            "when": self.when.rhythm,
            "timezone": self.when.zone,
        }


@dataclass(frozen=True, slots=True)
class ListSchedules(Command):
    """Which schedules there are; one by its id, those of a pipeline or table, or all."""

    name = "list_schedules"
    schedule: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class PauseSchedule(Command):
    """Let a schedule start nothing until it is resumed."""

    name = "pause_schedule"
    needs = Role.OPERATOR
    schedule: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeSchedule(Command):
    """Let a paused schedule start runs again, from the next time on."""

    name = "resume_schedule"
    needs = Role.OPERATOR
    schedule: str | None = None
    pipeline: str | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteSchedule(Command):
    """End a schedule for good."""

    name = "delete_schedule"
    needs = Role.OPERATOR
    schedule: str | None = None
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
    Grant,
    Revoke,
    ListRoles,
    Confirm,
    RunPipeline,
    RunStatus,
    ListRuns,
    ExplainRun,
    CancelRun,
    RetryRun,
    Backfill,
    BackfillStatus,
    SchedulePipeline,
    ListSchedules,
    PauseSchedule,
    ResumeSchedule,
    DeleteSchedule,
    ListPipelines,
    DescribePipeline,
    CheckQuality,
    QualityReport,
    ListQuarantine,
    ReleaseQuarantine,
    DeleteQuarantine,
    ExpectValues,
    SuggestChecks,
    AcceptChecks,
    ScanPrivacy,
    Help,
    WhoAmI,
    PrivacyReport,
    SetPrivacyRule,
    AcceptFinding,
    RejectFinding,
    FindPerson,
    ErasePerson,
    ConfirmErasure,
    ListErasures,
    WithdrawErasure,
    RevealValue,
    CheckAnonymity,
    Audit,
    ShowLineage,
    ShowImpact,
    ListIncidents,
    ShowIncident,
    Acknowledge,
    Snooze,
    Assign,
    Resolve,
    Mute,
    Unmute,
    Subscribe,
    Unsubscribe,
    ListSubscriptions,
    ExplainRoute,
    DigestNow,
    ScheduleDigest,
    ListUndelivered,
)
