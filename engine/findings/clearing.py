"""When trouble is over: what the end of a step says of the trouble that was noted before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.cards import Severity
from engine.catalog.model import DatasetName
from engine.findings.model import ChecksWarned, Finding, StepBroke, TypesChanged
from engine.findings.monitors import findings_of
from engine.runs.events import RunEvent, StepFinished
from engine.runs.model import Run, Step, StepKind, StepStatus
from engine.topics import Kind


@dataclass(frozen=True, slots=True)
class Cleared:
    """Trouble of that kind on that dataset is over; None means any, a fingerprint just that one."""

    kind: Kind | None
    dataset: DatasetName | None
    run_id: str
    at: datetime
    fingerprint: str | None = None
    still: tuple[str, ...] = ()
    """Fingerprints that this run noted itself, which are not over."""
    only_looked: bool = False
    """Said of the published table by a run that changes nothing."""

    def ends(self, finding: Finding) -> bool:
        """Whether a finding is over by this."""
        return self.ends_trouble(finding.topic_kind, finding.dataset, finding.fingerprint)

    def ends_trouble(self, kind: Kind, dataset: DatasetName | None, fingerprint: str) -> bool:
        """Whether trouble of which only that much is known is over by this."""
        if self.fingerprint is not None:
            return fingerprint == self.fingerprint
        if fingerprint in self.still:
            return False
        return self.kind in (None, kind) and self.dataset in (None, dataset)


def cleared_by(event: RunEvent) -> tuple[Cleared, ...]:
    """What is over by one event of a run; only a step that succeeded ends anything."""
    if not isinstance(event, StepFinished) or event.step.status is not StepStatus.SUCCEEDED:
        return ()
    at = event.step.finished_at
    return () if at is None else tuple(_ended(event.run, event.step, at))


def _ended(run: Run, step: Step, at: datetime) -> Iterator[Cleared]:
    """A new version ends more than a look at the present one; a scan ends only a broken scan."""
    match step.kind:
        case StepKind.PUBLISH:
            yield Cleared(Kind.RUN, step.dataset, run.id, at)
            yield Cleared(Kind.FRESHNESS, step.dataset, run.id, at)
            yield Cleared(Kind.QUALITY, step.dataset, run.id, at, still=_warned(run, step.dataset))
            yield Cleared(Kind.SCHEMA, step.dataset, run.id, at, still=_retyped(run, step))
        case StepKind.INGEST:
            yield Cleared(Kind.RUN, step.dataset, run.id, at)
        case StepKind.CHECK if not run.publishes(step.dataset):
            yield from _looked(run, step, at)
        case StepKind.SCAN:
            yield _mended(run, step, at)
        case _:
            return


def _looked(run: Run, step: Step, at: datetime) -> Iterator[Cleared]:
    yield _mended(run, step, at)
    verdicts = step.report.verdicts
    if verdicts and all(verdict.holds for verdict in verdicts):
        still = _warned(run, step.dataset)
        yield Cleared(Kind.QUALITY, step.dataset, run.id, at, still=still, only_looked=True)


def _mended(run: Run, step: Step, at: datetime) -> Cleared:
    """That the same step broke before."""
    broke = Finding(step.dataset, Severity.CRITICAL, run.id, StepBroke(step.name, "", ""))
    return Cleared(Kind.RUN, step.dataset, run.id, at, broke.fingerprint, only_looked=True)


def _retyped(run: Run, step: Step) -> tuple[str, ...]:
    """What this version itself changed: the next one that changes nothing ends it."""
    found = findings_of(StepFinished(run, step))
    return tuple(each.fingerprint for each in found if isinstance(each.evidence, TypesChanged))


def _warned(run: Run, dataset: DatasetName) -> tuple[str, ...]:
    """What the run itself warned of, which its publication does not end."""
    checks = (each for each in run.steps if each.kind is StepKind.CHECK)
    events = (StepFinished(run, each) for each in checks if each.dataset == dataset)
    found = (finding for event in events for finding in findings_of(event))
    return tuple(each.fingerprint for each in found if isinstance(each.evidence, ChecksWarned))
