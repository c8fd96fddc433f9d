"""Why a run failed, as a card: the step, the cause, what became of each table, what to do."""

from collections.abc import Collection, Iterator, Sequence

from engine.alerts.wording import (
    accepting,
    expecting,
    for_example,
    is_not_there,
    owner_fact,
    published_earlier,
    refreshing,
    stays,
    told,
    what_to_do,
)
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, Severity, counted
from engine.catalog.model import DatasetName, Layer, Project
from engine.quality.model import Verdict
from engine.runs.model import Run, Step, StepKind, StepStatus, next_step, retried

NAMED = 8
"""So many datasets are named; the others are counted."""

_LOOKING = frozenset({StepKind.CHECK, StepKind.SCAN})


def explanation(
    run: Run,
    project: Project,
    table: str | None = None,
    published: Collection[DatasetName] | None = None,
) -> Card:
    """Why a run failed, what it did and did not publish, and what to do about it.

    With a table it begins with what failed there, where anything did. `published` are those of its
    datasets of which a version can be read; None where nobody looked.
    """
    broken = _broken_at(run, table) or first_broken(run)
    earlier = _earlier(run, broken, project, published or ())
    lines = (
        *_causes(run, broken, earlier, project),
        *_outcome(run, published),
        *_what_next(run, broken),
    )
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.CRITICAL,
        title=f"Why {run.title} failed",
        text="\n".join(line for line in lines if line),
        facts=(
            Fact("Run", run.id),
            *((Fact("Step", broken.name), *owner_fact(project, broken.dataset)) if broken else ()),
        ),
        buttons=tuple(_buttons(run, broken, earlier, project)),
        fallback_text=f"Run {run.id} failed: {run.error}",
    )


def first_broken(run: Run) -> Step | None:
    """The step for which the run failed; None where what broke was outside of its steps."""
    return next((step for step in run.steps if step.status is StepStatus.FAILED), None)


def failed_elsewhere(run: Run, table: str) -> Card:
    """That the latest failed run worked on a table, and failed at others only."""
    broken = first_broken(run)
    at = f" at {broken.name}" if broken else ""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"No run failed at {table} lately",
        text=f"The latest failed run that works on {table} is {run.id} ({run.title}). "
        f"It failed{at}; all it had to do for {table} went well.",
        facts=(Fact("Run", run.id),),
        buttons=(
            Button(f"Why did {run.id} fail?", f"why did {run.id} fail", ButtonStyle.PRIMARY),
            Button(f"Status of {table}", f"status for table {table}"),
        ),
    )


def _broken_at(run: Run, table: str | None) -> Step | None:
    broken = (step for step in run.steps if step.status is StepStatus.FAILED)
    return next((step for step in broken if step.dataset.table == table), None)


def hints_of(run: Run) -> tuple[str, ...]:
    """What the run and each of its steps say that somebody may do."""
    return (run.hint, *(step.hint for step in run.steps))


def _causes(
    run: Run, broken: Step | None, earlier: Sequence[Verdict], project: Project
) -> Iterator[str]:
    later = broken is not None and broken is not first_broken(run)
    error, hint = (broken.error, broken.hint) if broken and later else (run.error, run.hint)
    yield error or "It did not say why."
    yield hint
    if broken is not None and broken.report.verdicts:
        unheld = _unheld(broken)
        yield from map(told, unheld)
        yield from what_to_do(project, broken.dataset, unheld, earlier)
        yield from for_example(broken.report.verdicts)
    for step in run.steps:
        if step.status is StepStatus.FAILED and step is not broken:
            yield f"Also failed: {step.name}. {step.error or ''}".strip()


def _earlier(
    run: Run, broken: Step | None, project: Project, published: Collection[DatasetName]
) -> Sequence[Verdict]:
    """The checks that rows break which an earlier run published."""
    if broken is None or broken.dataset not in published:
        return ()
    if run.parameters.full_refresh or not run.publishes(broken.dataset):
        return ()
    return published_earlier(project, broken.dataset, broken.report.verdicts)


def _outcome(run: Run, before: Collection[DatasetName] | None) -> Iterator[str]:
    """What was loaded, what was published, and what was not."""
    if all(step.kind in _LOOKING for step in run.steps):
        yield "It only looked; nothing was changed."
        return
    done = [step for step in run.steps if step.status is StepStatus.SUCCEEDED]
    loaded = [step for step in done if step.kind is StepKind.INGEST and step.report.counts.loaded]
    published = [step for step in done if step.kind is StepKind.PUBLISH]
    kept = {step.dataset for step in published}
    left = [s for s in run.steps if s.kind is StepKind.PUBLISH and s.dataset not in kept]
    if loaded:
        yield f"Loaded: {_listed([_with_rows(step) for step in loaded])}."
    if published:
        yield f"Published all the same: {_listed([_with_rows(step) for step in published])}."
    yield from _unpublished([step.dataset for step in left], before)
    if not (left or loaded or published):
        yield "Nothing was published."


def _with_rows(step: Step) -> str:
    counts = step.report.counts
    rows = counts.loaded if step.kind is StepKind.INGEST else counts.published or counts.built
    return f"{step.dataset} ({counted(rows, 'row')})" if rows is not None else str(step.dataset)


def _unpublished(
    datasets: Sequence[DatasetName], before: Collection[DatasetName] | None
) -> Iterator[str]:
    """Those that were not published, told apart by whether there is a version from before."""
    known: tuple[bool | None, ...] = (None,) if before is None else (True, False)
    for published in known:
        names = [str(each) for each in datasets if before is None or (each in before) is published]
        if names:
            yield f"Not published: {_listed(names)}. {stays(published)}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _what_next(run: Run, broken: Step | None) -> Iterator[str]:
    step = next_step(retried(run))
    if broken is not None and broken.kind is StepKind.CHECK:
        yield f"«retry {run.id}» checks the same rows once more."
    elif step is not None:
        kept = "; what was done stays done" if any(each.done for each in retried(run).steps) else ""
        yield f"«retry {run.id}» takes it up again at {step.name}{kept}."


def _buttons(
    run: Run, broken: Step | None, earlier: Sequence[Verdict], project: Project
) -> Iterator[Button]:
    yield Button("Retry", f"retry {run.id}", ButtonStyle.PRIMARY)
    yield from accepting(run.id, run.title, hints_of(run))
    if broken is not None and is_not_there(broken.dataset, _unheld(broken)):
        yield Button("How good is it?", f"how good is {broken.dataset}")
    if broken and broken.kind is StepKind.CHECK and broken.dataset.layer is Layer.BRONZE:
        yield from expecting(broken.dataset, broken.report.verdicts)
    if broken is None or broken.kind is not StepKind.CHECK or not run.publishes(broken.dataset):
        return
    yield from refreshing(project, broken.dataset, earlier)
    yield Button("Retry from the quality gate", f"retry {run.id} from the quality gate")
    yield from expecting(broken.dataset, broken.report.verdicts)
    if project.pipeline(run.pipeline):
        whom = f" for {run.table}" if run.table else ""
        yield Button("Run it all again", f"run pipeline {run.pipeline}{whom}")


def _unheld(step: Step) -> Sequence[Verdict]:
    return [verdict for verdict in step.report.verdicts if not verdict.holds]
