"""What a finding made by looking says: a title, what happened, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType

from engine.cards import counted
from engine.catalog.model import DatasetName
from engine.findings.at_work import WORKER
from engine.findings.model import (
    ConnectionsShort,
    DiskShort,
    FileSetAside,
    OutboxBlocked,
    RunSlow,
    RunStuck,
    ScheduleMissed,
    SchemaDrifted,
    Seen,
    Stale,
    TypesChanged,
    VolumeOdd,
)
from engine.findings.rhythm import told as span_told
from engine.quality.habits import number
from engine.runs.model import Retyped

_SHOWN_MISTAKES = 5
_SHOWN_TYPES = 5


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words."""

    title: str
    lines: tuple[str, ...]
    hint: str


def told(
    evidence: Seen | TypesChanged,
    dataset: DatasetName | None = None,
    run_id: str = "",
    zone: tzinfo = UTC,
) -> Told:
    """The words for a finding; moments are told in the zone."""
    return _Wording(str(dataset or ""), run_id, zone).told(evidence)


@dataclass(frozen=True, slots=True)
class _Wording:
    dataset: str
    run_id: str
    zone: tzinfo

    def told(self, evidence: Seen | TypesChanged) -> Told:
        match evidence:
            case RunSlow() | RunStuck():
                return self._of_run(evidence)
            case Stale() | VolumeOdd() | SchemaDrifted() | TypesChanged():
                return self._of_dataset(evidence)
            case ScheduleMissed():
                return self._missed(evidence)
            case OutboxBlocked() | DiskShort() | ConnectionsShort() | FileSetAside():
                return self._of_atlas(evidence)

    def _of_run(self, evidence: RunSlow | RunStuck) -> Told:
        stop = f"Say «status {self.run_id}» to see where it is, or «cancel {self.run_id}»."
        if isinstance(evidence, RunSlow):
            times = evidence.seconds / max(evidence.usual, 1.0)
            usual = f"As a rule it takes {_seconds(evidence.usual)}, by {evidence.of:,} runs."
            lasts = f"{evidence.run} takes {times:.1f} times as long as usual"
            return Told(lasts, (f"It works for {_seconds(evidence.seconds)} now.", usual), stop)
        since = f"Nothing happened since {self._moment(evidence.since)}."
        waits = f"It waits for {evidence.waits_for}."
        if evidence.waits_for == WORKER:
            start = "See that a bot or «atlas worker» is at work with this database."
            return Told(f"Nobody takes {evidence.run}", (waits, since), start)
        return Told(f"{evidence.run} is stuck", (f"It is at {evidence.waits_for}.", since), stop)

    def _of_dataset(self, evidence: Stale | VolumeOdd | SchemaDrifted | TypesChanged) -> Told:
        match evidence:
            case Stale():
                return self._stale(evidence)
            case VolumeOdd(rows, low, high, because):
                side = "more" if rows > high else "fewer"
                title = f"{self.dataset} has {side} rows than usual: {rows:,}"
                usual = f"Between {number(max(0.0, low))} and {number(high)} is usual: {because}."
                expect = f"If that is right, say «the values of {self.dataset} were expected»."
                return Told(title, (usual,), expect)
            case SchemaDrifted():
                return self._drifted(evidence)
            case TypesChanged(columns):
                title = f"{self.dataset} changed the type of {counted(len(columns), 'column')}"
                hint = f"See that what reads it still can: say «show lineage of {self.dataset}»."
                return Told(title, tuple(_retyped(columns)), hint)

    def _stale(self, evidence: Stale) -> Told:
        lines = (
            f"It was published last on {self._moment(evidence.published)}."
            if evidence.published
            else "It was never published.",
            f"It was due by {self._moment(evidence.expected)}: {evidence.because}.",
        )
        hint = "Say «list runs» to see what became of its runs, or run its pipeline."
        return Told(f"{self.dataset} is late", lines, hint)

    def _drifted(self, evidence: SchemaDrifted) -> Told:
        lines = tuple(
            f"{what}: {', '.join(columns)}."
            for what, columns in (("New", evidence.came), ("Gone", evidence.went))
            if columns
        )
        count = len(evidence.came) + len(evidence.went) + len(evidence.retyped)
        title = f"{self.dataset} changed its columns: {counted(count, 'column')}"
        delivered = f"{evidence.delivery} came on {self._moment(evidence.at)}."
        table = self.dataset.rpartition(".")[2]
        hint = f"Declare them in tables/{table}.yaml, or ask whoever delivers it."
        return Told(title, (delivered, *lines, *_retyped(evidence.retyped)), hint)

    def _missed(self, evidence: ScheduleMissed) -> Told:
        lines = (f"It was due on {self._moment(evidence.due)}, and nothing was started.",)
        hint = f"Say «show schedule {evidence.schedule}», and see that the bot is at work."
        return Told(f"{evidence.schedule} did not start {evidence.what}", lines, hint)

    def _of_atlas(
        self, evidence: OutboxBlocked | DiskShort | ConnectionsShort | FileSetAside
    ) -> Told:
        match evidence:
            case OutboxBlocked(what, waiting, oldest):
                lines = (f"{waiting:,} wait, the oldest since {self._moment(oldest)}.",)
                hint = "Say «list undelivered» for the reasons. Nothing is lost meanwhile."
                return Told(f"No {what} get through", lines, hint)
            case DiskShort(free, total):
                lines = (f"{_bytes(free)} of {_bytes(total)} are free.",)
                hint = "Make room: when it is full, nothing can be loaded or published."
                return Told("The disk of the database is nearly full", lines, hint)
            case ConnectionsShort(used, most):
                lines = (f"{used:,} of {most:,} are taken.",)
                hint = "Let fewer runs work at once, or raise max_connections of PostgreSQL."
                return Told("PostgreSQL has hardly a connection left", lines, hint)
            case FileSetAside(file, problems, meanwhile):
                title = f"{file} is set aside: {counted(len(problems), 'mistake')}"
                more = len(problems) - _SHOWN_MISTAKES
                left = (f"… and {more} more.",) if more > 0 else ()
                hint = "«atlas check-project» tells each mistake."
                return Told(title, (*problems[:_SHOWN_MISTAKES], *left, meanwhile), hint)

    def _moment(self, moment: datetime) -> str:
        there = moment.astimezone(self.zone)
        return f"{there:%a} {there.day} {there:%b %Y %H:%M %Z}"


def _retyped(columns: Sequence[Retyped]) -> Iterator[str]:
    yield from (each.sentence for each in columns[:_SHOWN_TYPES])
    if len(columns) > _SHOWN_TYPES:
        yield f"… and {len(columns) - _SHOWN_TYPES} more."


def _seconds(seconds: float) -> str:
    return span_told(timedelta(seconds=seconds))


_SIZES: Mapping[str, int] = MappingProxyType({"TB": 1024**4, "GB": 1024**3, "MB": 1024**2})


def _bytes(size: int) -> str:
    for unit, one in _SIZES.items():
        if size >= one:
            return f"{size / one:,.1f} {unit}"
    return f"{size:,} bytes"
