"""A backfill as one card that is edited from day to day, in place of one for each of its runs."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from engine.alerts.model import Post
from engine.alerts.ports import BackfillTransaction
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, Severity, counted, facts
from engine.catalog.model import Project
from engine.runs.backfill import Backfill, Day, state_of, watermarks
from engine.runs.events import RunChanged, RunEvent, RunFinished
from engine.runs.model import Counts, Run, RunStatus, next_step

NAMED = 5
"""Days at work, causes and columns that a card names one by one; lost days are all named."""

_SEVERITY = {
    RunStatus.QUEUED: Severity.INFO,
    RunStatus.RUNNING: Severity.INFO,
    RunStatus.SUCCEEDED: Severity.SUCCESS,
    RunStatus.FAILED: Severity.CRITICAL,
    RunStatus.CANCELLED: Severity.WARNING,
}


class BackfillNews:
    """Keeps the card of each backfill up to date."""

    def __init__(self, project: Project) -> None:
        self._project = project

    async def hear(self, tx: BackfillTransaction, event: RunEvent) -> None:
        """A listener for the runner; it comes before the one that orders the next day."""
        run = event.run
        told = isinstance(event, RunChanged | RunFinished)
        if run.backfill is None or not told or not run.asker.channel:
            return
        # held first: of two days that change at once, the later card knows of both
        backfill = await tx.backfills.held(run.backfill)
        if backfill is None:
            return
        days = await tx.backfills.days(backfill.id)
        cut_by = watermarks(self._project, backfill)
        card = backfill_card(backfill, days, run, cut_by)
        key = f"backfill:{backfill.id}"
        place, urgent = backfill.asker.answer_place, _over(backfill, days)
        await tx.outbox.put(Post(key, place, card, urgent=urgent))


def _over(backfill: Backfill, days: Sequence[Day]) -> bool:
    return state_of(backfill, days) not in {RunStatus.QUEUED, RunStatus.RUNNING}


def backfill_card(
    backfill: Backfill, days: Sequence[Day], run: Run | None = None, cut_by: Sequence[str] = ()
) -> Card:
    """How a backfill is going, or how it ended; `run` is the day that was heard of.

    `cut_by` are the columns that tell the day of a row.
    """
    state = state_of(backfill, days)
    title = f"{backfill.title}, {span(backfill)} — {state}"
    return Card(
        kind=CardKind.PROGRESS,
        severity=_SEVERITY[state],
        title=title,
        text="\n".join(_lines(backfill, days, run)),
        facts=tuple(_facts(backfill, days, cut_by)),
        buttons=tuple(_buttons(days)),
        thread=backfill.asker.thread,
        fallback_text=f"{title}: {_done(backfill, days)}",
    )


def span(backfill: Backfill) -> str:
    """Its days, such as `2026-03-01 to 2026-03-15`."""
    last = backfill.end - timedelta(days=1)
    return str(last) if last == backfill.start else f"{backfill.start} to {last}"


def _lines(backfill: Backfill, days: Sequence[Day], run: Run | None) -> Iterator[str]:
    lost = [each for each in days if each.lost]
    for each in lost[:NAMED]:
        yield f"{each.day} ({each.run_id}): {each.error or each.status} {each.hint}".rstrip()
    if lost and len(days) < backfill.length:
        left = counted(backfill.length - len(days), "day")
        yield f"It stopped here; {left} to go. A retry that goes well goes on with them."
    if run is not None and not run.done and (step := next_step(run)):
        yield f"{run.parameters.start}: {step.name}"


def _facts(backfill: Backfill, days: Sequence[Day], cut_by: Sequence[str]) -> Iterator[Fact]:
    yield Fact("Days", _done(backfill, days))
    if cut_by:
        yield Fact("Cut by the day of", _named(cut_by))
    at_work = [f"{each.day} ({each.run_id})" for each in days if each.open]
    if at_work:
        yield Fact("At work", _named(at_work))
    for name, status in (("Failed", RunStatus.FAILED), ("Cancelled", RunStatus.CANCELLED)):
        lost = [f"{each.day} ({each.run_id})" for each in days if each.status is status]
        if lost:
            yield Fact(name, ", ".join(lost))
    yield from _counts(days)
    yield Fact("Pipeline", backfill.pipeline)


def _named(things: Sequence[str]) -> str:
    more = f" and {len(things) - NAMED} more" if len(things) > NAMED else ""
    return ", ".join(things[:NAMED]) + more


def _done(backfill: Backfill, days: Sequence[Day]) -> str:
    done = sum(each.status is RunStatus.SUCCEEDED for each in days)
    return f"{done} of {backfill.length} done"


def _counts(days: Sequence[Day]) -> Iterator[Fact]:
    total = Counts()
    for each in days:
        total = total + each.counts
    if total.inserted is None:
        yield from facts(rows_published=total.published)
        return
    yield from facts(
        rows_inserted=total.inserted,
        rows_updated=total.updated,
        rows_unchanged=total.unchanged,
        rows_deleted=total.deleted,
    )


def _buttons(days: Sequence[Day]) -> Iterator[Button]:
    for each in [each for each in days if each.lost][:1]:
        yield Button(f"Retry {each.day}", f"retry {each.run_id}", ButtonStyle.PRIMARY)
        if each.status is RunStatus.FAILED:
            yield Button("Why?", f"why did {each.run_id} fail")
    for each in [each for each in days if each.open][:1]:
        confirm = f"Stop {each.day} and the days after it? What was published before stays."
        yield Button("Stop the backfill", f"cancel {each.run_id}", ButtonStyle.DANGER, confirm)
        yield Button("Status", f"status {each.run_id}")
