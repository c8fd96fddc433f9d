"""A run as one card that is edited while it works, and ends as its result."""

from collections.abc import Iterator

from engine.alerts.wording import mending, owner_fact, verdicts_table
from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Fact,
    Severity,
    counted,
    facts,
    readable,
)
from engine.catalog.model import DatasetName, Operator, Project
from engine.quality.model import Outcome
from engine.runs.model import Counts, Run, RunStatus, Step, StepKind, StepStatus

_SEVERITY = {
    RunStatus.QUEUED: Severity.INFO,
    RunStatus.RUNNING: Severity.INFO,
    RunStatus.SUCCEEDED: Severity.SUCCESS,
    RunStatus.FAILED: Severity.CRITICAL,
    RunStatus.CANCELLED: Severity.WARNING,
}


def run_card(run: Run, project: Project) -> Card:
    """How a run is going, or how it ended."""
    return Card(
        kind=CardKind.PROGRESS,
        severity=_SEVERITY[run.status],
        title=f"{run.title} — {run.status}",
        text=_text(run),
        facts=tuple(_facts(run, project)),
        table=_table(run),
        buttons=tuple(_buttons(run)),
        thread=run.asker.thread,
        fallback_text=f"Run {run.id}: {run.title} — {run.status}",
    )


def _text(run: Run) -> str:
    lines = [run.error or "", run.hint]
    if not run.done:
        done = sum(step.done for step in run.steps)
        lines.append(f"Step {min(done + 1, len(run.steps))} of {len(run.steps)}")
    lines.extend(f"{step.dataset}: {note}" for step in run.steps for note in step.report.notes)
    return "\n".join(line for line in lines if line)


def _facts(run: Run, project: Project) -> Iterator[Fact]:
    yield Fact("Run", run.id)
    if not run.done:
        return
    counts = run.counts
    yield from facts(
        rows_loaded=counts.loaded,
        rows_in=counts.rows_in,
        published=_published(counts),
        held_back=_held_back(run),
        quarantined=counts.quarantined,
        deduplicated=counts.deduplicated,
        rows_built=counts.built,
        columns_protected=counts.protected,
    )
    if run.verdicts:
        yield from _check_facts(run)
    if run.seconds is not None:
        yield Fact("Seconds", readable(run.seconds))
    if run.status is RunStatus.FAILED and (broken := _first_broken(run)):
        yield from owner_fact(project, broken.dataset)


def _published(counts: Counts) -> int | None:
    """A silver table that was held back published nothing, which is worth a zero."""
    if counts.rows_in is not None and counts.published is None:
        return 0
    return counts.published


def _held_back(run: Run) -> int | None:
    """The rows that were refined and not published, so that the numbers add up."""
    published = {s.dataset for s in run.steps if s.report.counts.published is not None}
    rows = [
        counts.rows_in - (counts.quarantined or 0) - (counts.deduplicated or 0)
        for step in run.steps
        if step.dataset not in published and (counts := step.report.counts).rows_in is not None
    ]
    return sum(rows) or None


def _check_facts(run: Run) -> Iterator[Fact]:
    yield Fact("Checks passed", readable(run.checks_that(Outcome.PASSED)))
    yield Fact("Checks failed", readable(run.checks_that(Outcome.FAILED)))
    for outcome in (Outcome.WARNED, Outcome.NOT_EVALUATED):
        if count := run.checks_that(outcome):
            yield Fact(f"Checks {outcome}", readable(count))


def _first_broken(run: Run) -> Step | None:
    return next((step for step in run.steps if step.status is StepStatus.FAILED), None)


def _table(run: Run) -> CardTable | None:
    """What a scan found, how the checks ended, or how far each dataset of a pipeline came."""
    (first, *others) = run.steps
    if first.kind is StepKind.SCAN:
        return _scan_table(first)
    if first.kind is StepKind.CHECK and not others and first.report.verdicts:
        return verdicts_table(first.report.verdicts)
    return _datasets_table(run)


def _datasets_table(run: Run) -> CardTable:
    """One row a dataset: how far it came, and its rows; what broke comes first."""
    datasets = dict.fromkeys(step.dataset for step in run.steps)
    broken = dict.fromkeys(s.dataset for s in run.steps if s.status is StepStatus.FAILED)
    rows = tuple(_row(run, dataset) for dataset in {**broken, **datasets})
    return CardTable(("Dataset", "Step", "State", "Rows"), rows)


def _row(run: Run, dataset: DatasetName) -> tuple[str, ...]:
    steps = [step for step in run.steps if step.dataset == dataset]
    shown = _telling(steps)
    return str(dataset), str(shown.kind), str(shown.status), _rows(steps)


def _telling(steps: list[Step]) -> Step:
    """The step that says most: the one that broke, else the one at work, else the last one done."""
    broken = [step for step in steps if step.status is StepStatus.FAILED]
    running = [step for step in steps if step.status is StepStatus.RUNNING]
    done = [step for step in steps if step.done]
    return (broken or running or done[-1:] or steps)[0]


def _rows(steps: list[Step]) -> str:
    for step in reversed(steps):
        counts = step.report.counts
        for count in (counts.published, counts.built, counts.rows_in, counts.loaded):
            if count is not None:
                return readable(count)
    return ""


def _scan_table(step: Step) -> CardTable | None:
    if not step.report.protections:
        return None
    rows = tuple(
        (each.column, each.entity or "", "; ".join(each.reasons), _policy(each.operator))
        for each in step.report.protections
    )
    return CardTable(("Column", "Holds", "Why", "On the way to silver"), rows)


_POLICY = {
    Operator.HASH: "hashed",
    Operator.MASK: "masked",
    Operator.REDACT: "redacted",
    Operator.KEEP: "kept, as declared",
}


def _policy(operator: Operator) -> str:
    return _POLICY[operator]


def _buttons(run: Run) -> Iterator[Button]:
    if not run.done:
        yield Button("Status", f"status {run.id}")
        return
    if run.status is RunStatus.FAILED:
        yield Button("Why?", f"why did {run.id} fail", ButtonStyle.PRIMARY)
    for table in _quarantined(run):
        yield Button(f"Quarantine of {table}", f"show quarantined rows of {table}")


def _quarantined(run: Run) -> list[str]:
    steps = [step for step in run.steps if step.report.counts.quarantined]
    return [step.dataset.table for step in steps][:4]


def explanation(run: Run, project: Project) -> Card:
    """Why a run failed: the step, the cause, what was published all the same, what to do."""
    broken = _first_broken(run)
    lines = [run.error or "It did not say why.", run.hint]
    if broken is not None and broken.report.verdicts:
        lines += [str(verdict) for verdict in broken.report.verdicts if not verdict.holds]
        lines.append(mending(broken.dataset, broken.report.verdicts))
    done = [s for s in run.steps if s.status is StepStatus.SUCCEEDED and s.kind in _VISIBLE]
    skipped = [step for step in run.steps if step.status is StepStatus.SKIPPED]
    lines.append(_listing("Written", done) or "Nothing was published.")
    lines.append(_listing("Skipped", [s for s in skipped if s.kind is StepKind.PUBLISH]))
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.CRITICAL,
        title=f"Why {run.title} failed",
        text="\n".join(line for line in lines if line),
        facts=(
            Fact("Run", run.id),
            *((Fact("Step", broken.name), *owner_fact(project, broken.dataset)) if broken else ()),
        ),
        buttons=(Button("Run it again", again(run), ButtonStyle.PRIMARY),),
        fallback_text=f"Run {run.id} failed: {run.error}",
    )


_VISIBLE = frozenset({StepKind.INGEST, StepKind.PUBLISH})


def _listing(verb: str, steps: list[Step]) -> str:
    names = ", ".join(str(step.dataset) for step in steps)
    return f"{verb}: {names} ({counted(len(steps), 'dataset')})." if steps else ""


_LOOKING = {
    StepKind.CHECK: "check quality of {}",
    StepKind.SCAN: "scan {} for personal data",
}


def again(run: Run) -> str:
    """The sentence that asks for the same run."""
    if len(run.steps) == 1 and (sentence := _LOOKING.get(run.steps[0].kind)):
        return sentence.format(run.steps[0].dataset)
    return f"run pipeline {run.pipeline}" + (f" for {run.table}" if run.table else "")
