"""Why a run failed, as a card: the step, the cause, what became of each table, what to do."""

from collections.abc import Iterator, Sequence

from engine.alerts.wording import STAYS, accepting, mending, owner_fact
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, Severity, counted
from engine.catalog.model import DatasetName, Project
from engine.runs.model import Run, Step, StepKind, StepStatus, next_step, retried

NAMED = 8
"""So many datasets are named; the others are counted."""

_LOOKING = frozenset({StepKind.CHECK, StepKind.SCAN})


def explanation(run: Run, project: Project) -> Card:
    """Why a run failed, what it did and did not publish, and what to do about it."""
    broken = first_broken(run)
    lines = (*_causes(run, broken), *_outcome(run), *_what_next(run, broken))
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.CRITICAL,
        title=f"Why {run.title} failed",
        text="\n".join(line for line in lines if line),
        facts=(
            Fact("Run", run.id),
            *((Fact("Step", broken.name), *owner_fact(project, broken.dataset)) if broken else ()),
        ),
        buttons=tuple(_buttons(run, broken, project)),
        fallback_text=f"Run {run.id} failed: {run.error}",
    )


def first_broken(run: Run) -> Step | None:
    """The step for which the run failed; None where what broke was outside of its steps."""
    return next((step for step in run.steps if step.status is StepStatus.FAILED), None)


def hints_of(run: Run) -> tuple[str, ...]:
    """What the run and each of its steps say that somebody may do."""
    return (run.hint, *(step.hint for step in run.steps))


def _causes(run: Run, broken: Step | None) -> Iterator[str]:
    yield run.error or "It did not say why."
    yield run.hint
    if broken is not None and broken.report.verdicts:
        yield from (str(verdict) for verdict in broken.report.verdicts if not verdict.holds)
        yield mending(broken.dataset, broken.report.verdicts)
    for step in run.steps:
        if step.status is StepStatus.FAILED and step is not broken:
            yield f"Also failed: {step.name}. {step.error or ''}".strip()


def _outcome(run: Run) -> Iterator[str]:
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
    yield _unpublished([step.dataset for step in left], nothing=not (loaded or published))


def _with_rows(step: Step) -> str:
    counts = step.report.counts
    rows = counts.loaded if step.kind is StepKind.INGEST else counts.published or counts.built
    return f"{step.dataset} ({counted(rows, 'row')})" if rows is not None else str(step.dataset)


def _unpublished(datasets: Sequence[DatasetName], *, nothing: bool) -> str:
    if not datasets:
        return "Nothing was published." if nothing else ""
    return f"Not published: {_listed([str(each) for each in datasets])}. {STAYS}."


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


def _buttons(run: Run, broken: Step | None, project: Project) -> Iterator[Button]:
    yield Button("Retry", f"retry {run.id}", ButtonStyle.PRIMARY)
    yield from accepting(run.id, run.title, hints_of(run))
    if broken is None or broken.kind is not StepKind.CHECK or not run.publishes(broken.dataset):
        return
    yield Button("Retry from the quality gate", f"retry {run.id} from the quality gate")
    if project.pipeline(run.pipeline):
        whom = f" for {run.table}" if run.table else ""
        yield Button("Run it all again", f"run pipeline {run.pipeline}{whom}")
