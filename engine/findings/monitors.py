"""What in the report of a run somebody should know."""

from collections.abc import Iterator, Sequence

from engine.cards import Severity
from engine.findings.model import (
    ChecksFailed,
    ChecksWarned,
    Finding,
    PersonalData,
    StepBroke,
    TypesChanged,
)
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.drift import reads_alike
from engine.runs.events import RunEvent, RunFinished, StepFinished
from engine.runs.model import Run, RunStatus, Step, StepStatus


def findings_of(event: RunEvent) -> tuple[Finding, ...]:
    """The findings of one event of a run."""
    if isinstance(event, RunFinished):
        return tuple(_outside_its_steps(event.run))
    if not isinstance(event, StepFinished):
        return ()
    run, step = event.run, event.step
    return (*_quality(run, step), *_privacy(run, step), *_types(run, step), *_broken(event))


def _outside_its_steps(run: Run) -> Iterator[Finding]:
    """A run that failed while none of its steps did: it took too long, or the engine broke."""
    if run.status is RunStatus.FAILED and not any(s.status is StepStatus.FAILED for s in run.steps):
        lost = next((s for s in run.steps if s.status is StepStatus.CANCELLED), run.steps[-1])
        evidence = StepBroke(run.title, run.error or "", run.hint)
        yield Finding(lost.dataset, Severity.CRITICAL, run.id, evidence)


def _quality(run: Run, step: Step) -> Iterator[Finding]:
    looked = not run.publishes(step.dataset)
    broken = tuple(verdict for verdict in step.report.verdicts if not verdict.holds)
    if broken:
        yield Finding(step.dataset, Severity.CRITICAL, run.id, ChecksFailed(broken), looked)
        return
    warned = tuple(each for each in step.report.verdicts if each.outcome is Outcome.WARNED)
    if warned:
        yield Finding(step.dataset, Severity.WARNING, run.id, ChecksWarned(warned), looked)


def _privacy(run: Run, step: Step) -> Iterator[Finding]:
    looked = not run.publishes(step.dataset)
    for protection in step.report.protections:
        if not protection.declared:
            evidence = PersonalData(protection, _beside(protection, step.report.protections))
            yield Finding(step.dataset, Severity.WARNING, run.id, evidence, looked)


def _beside(found: Protection, all_found: Sequence[Protection]) -> tuple[Protection, ...]:
    """The other entities that nobody declared within the cells of its column."""
    return tuple(
        each
        for each in all_found
        if found.within and each.within and each.column == found.column
        if each.entity != found.entity and not each.declared
    )


def _types(run: Run, step: Step) -> Iterator[Finding]:
    changed = step.report.retyped
    if changed:
        severity = Severity.INFO if all(map(reads_alike, changed)) else Severity.WARNING
        yield Finding(step.dataset, severity, run.id, TypesChanged(changed))


def _broken(event: StepFinished) -> Iterator[Finding]:
    step = event.step
    if step.status is StepStatus.FAILED and not step.report.verdicts:
        evidence = StepBroke(step.name, step.error or "", step.hint)
        yield Finding(step.dataset, Severity.CRITICAL, event.run.id, evidence)
