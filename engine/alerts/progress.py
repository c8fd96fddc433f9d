"""A run as one card that is edited while it works, and ends as its result."""

from collections.abc import Iterator

from engine.alerts.explanation import first_broken, hints_of
from engine.alerts.wording import accepting, owner_fact, verdicts_table
from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Fact,
    Severity,
    facts,
    readable,
)
from engine.catalog.model import DatasetName, Project
from engine.privacy.telling import scan_buttons, scan_table
from engine.quality.model import Outcome, Verdict
from engine.quality.wording import lacks_history
from engine.runs.events import Pace
from engine.runs.model import Counts, Run, RunStatus, Step, StepKind, StepStatus, next_step

_SEVERITY = {
    RunStatus.QUEUED: Severity.INFO,
    RunStatus.RUNNING: Severity.INFO,
    RunStatus.SUCCEEDED: Severity.SUCCESS,
    RunStatus.FAILED: Severity.CRITICAL,
    RunStatus.CANCELLED: Severity.WARNING,
}


def severity_of(run: Run) -> Severity:
    """How a run ended, as a colour: one that was to find something out is as good as what it found.

    A check that only lacks a history is no warning: each new one does.
    """
    if run.status is not RunStatus.SUCCEEDED:
        return _SEVERITY[run.status]
    if _released_nothing(run):
        return Severity.INFO
    only_checked = all(step.kind is StepKind.CHECK for step in run.steps)
    if only_checked and any(_is_doubtful(verdict) for verdict in run.verdicts):
        return Severity.WARNING
    return Severity.SUCCESS


def _is_doubtful(verdict: Verdict) -> bool:
    return verdict.outcome is not Outcome.PASSED and not lacks_history(verdict.reason)


def _released_nothing(run: Run) -> bool:
    """Whether a run judged rows in quarantine again, and all of them are still bad."""
    ended_well = run.status is RunStatus.SUCCEEDED
    return run.parameters.release is not None and ended_well and not run.counts.released


def run_card(
    run: Run, project: Project, pace: Pace | None = None, ahead: Run | None = None
) -> Card:
    """How a run is going, or how it ended; `ahead` is the run that it stands aside for."""
    return Card(
        kind=CardKind.PROGRESS,
        severity=severity_of(run),
        title=f"{run.title} — {run.status}",
        text=_text(run, pace or Pace(), ahead),
        facts=tuple(_facts(run, project)),
        table=_table(run),
        buttons=tuple(_buttons(run)),
        thread=run.asker.thread,
        fallback_text=f"Run {run.id}: {run.title} — {run.status}",
    )


def _text(run: Run, pace: Pace, ahead: Run | None) -> str:
    lines = [run.error or "", run.hint]
    if not run.done:
        lines.append(_how_far(run, pace, ahead))
    if _released_nothing(run):
        lines.append(_STILL_BAD)
    lines.extend(f"{step.dataset}: {note}" for step in run.steps for note in step.report.notes)
    return "\n".join(line for line in lines if line)


_STILL_BAD = (
    "No row left quarantine: judged again, each of them is as bad as before. "
    "Have the raw rows or the rules mended first; then release them."
)


def _how_far(run: Run, pace: Pace, ahead: Run | None) -> str:
    """Such as `Step 2 of 6: refine silver.orders · about 20 s left, going by the last 5 runs`."""
    if run.cancelled_by is not None:
        return f"Stopping: {run.cancelled_by} cancelled it."
    if run.status is RunStatus.QUEUED:
        return _waiting(run, ahead)
    return " · ".join((_place(run), *_pace(pace)))


def _waiting(run: Run, ahead: Run | None) -> str:
    if ahead is not None:
        both = ", ".join(str(each) for each in run.targets() if each in ahead.targets())
        return f"Waits for {ahead.id} ({ahead.title}), which writes {both}."
    if run.attempt > 1 and any(step.done for step in run.steps):
        return f"{_place(run)}, as soon as a worker is free; what was done stays done."
    return "Waits for its turn: a free worker, and the tables that it writes."


def _place(run: Run) -> str:
    step = next_step(run)
    done = sum(each.done for each in run.steps)
    name = f": {step.name}" if step else ""
    return f"Step {min(done + 1, len(run.steps))} of {len(run.steps)}{name}"


def _pace(pace: Pace) -> Iterator[str]:
    if pace.rows is not None:
        yield f"{readable(pace.rows)} rows so far"
    if pace.rows_a_second is not None:
        yield f"{readable(round(pace.rows_a_second))} a second"
    if pace.seconds_left is not None:
        yield f"about {duration(pace.seconds_left)} left, going by {_last(pace.runs)}"
    if pace.exceeds is not None:
        yield f"longer than usual: it took {duration(pace.exceeds)} in {_last(pace.runs)}"


def _last(runs: int) -> str:
    return f"the last {runs} runs" if runs > 1 else "the last run"


def duration(seconds: float) -> str:
    """A length of time in one unit or two, such as `40 s`, `3 min` or `2 h 5 min`."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


_MINUTE = 60


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
    if run.status is RunStatus.FAILED and (broken := first_broken(run)):
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
    if count := run.checks_that(Outcome.WARNED):
        yield Fact("Checks warned", readable(count))
    spared = sum(verdict.spared for verdict in run.verdicts)
    if count := run.checks_that(Outcome.NOT_EVALUATED) - spared:
        yield Fact("Checks not evaluated", readable(count))
    if spared:
        yield Fact("Not evaluated, holding nothing back", readable(spared))


def _table(run: Run) -> CardTable | None:
    """What a scan found, how the checks ended, or how far each dataset of a pipeline came."""
    (first, *others) = run.steps
    if first.kind is StepKind.SCAN:
        return scan_table(first.report.protections)
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


def _buttons(run: Run) -> Iterator[Button]:
    if not run.done:
        yield from _stopping(run)
        return
    if run.status is RunStatus.FAILED:
        yield Button("Why?", f"why did {run.id} fail", ButtonStyle.PRIMARY)
        yield from accepting(run.id, run.title, hints_of(run))
    if run.status in {RunStatus.FAILED, RunStatus.CANCELLED}:
        yield Button("Retry", f"retry {run.id}")
    if run.steps[0].kind is StepKind.SCAN:
        yield from scan_buttons(run.steps[0].dataset, run.steps[0].report.protections)
    for table in _quarantined(run):
        yield Button(f"Quarantine of {table}", f"show quarantined rows of {table}")


def _stopping(run: Run) -> Iterator[Button]:
    if run.cancelled_by is None:
        confirm = f"Stop {run.title}? What it published before stays."
        yield Button("Stop the run", f"cancel {run.id}", ButtonStyle.DANGER, confirm)
    yield Button("Status", f"status {run.id}")


def cancelling(run: Run) -> Card:
    """That a run was stopped, or is about to be."""
    stopped = run.done
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{run.title} {'is cancelled' if stopped else 'is being stopped'}",
        text=run.hint if stopped else "Its card says when it has stopped.",
        facts=(Fact("Run", run.id),),
        buttons=(Button("Status", f"status {run.id}"),),
    )


def _quarantined(run: Run) -> list[str]:
    steps = [step for step in run.steps if step.report.counts.quarantined]
    return [step.dataset.table for step in steps][:4]
