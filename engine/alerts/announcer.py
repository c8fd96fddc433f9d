"""Turns what runs tell into posts, in the transaction in which they tell it."""

from engine.alerts.ending import ending_of
from engine.alerts.model import NOTHING_KNOWN, Circumstances, Post
from engine.alerts.ports import AlertTransaction
from engine.alerts.progress import run_card
from engine.alerts.triage import post_for
from engine.catalog.model import Project
from engine.clock import Clock
from engine.findings.model import ChecksFailed, Finding
from engine.findings.monitors import findings_of
from engine.runs.events import RunChanged, RunEvent, RunFinished
from engine.runs.model import Run


class Announcer:
    """Keeps the card of each run up to date, and posts findings to their channels."""

    def __init__(self, project: Project, platform: str, clock: Clock) -> None:
        self._project = project
        self._platform = platform
        self._clock = clock

    async def hear(self, tx: AlertTransaction, event: RunEvent) -> None:
        """A listener for the runner."""
        if isinstance(event, RunChanged | RunFinished) and _has_a_card(event.run):
            await tx.outbox.put(self._progress(event))
            await self._end(tx, event)
        for finding in findings_of(event):
            first_time = await tx.findings.record(finding, self._clock.now())
            post = post_for(
                finding,
                first_time=first_time,
                project=self._project,
                platform=self._platform,
                around=await _circumstances(tx, event.run, finding),
            )
            if post is not None:
                await tx.outbox.put(post)

    async def _end(self, tx: AlertTransaction, event: RunChanged | RunFinished) -> None:
        word = ending_of(event.run) if isinstance(event, RunFinished) else None
        if word is not None:
            await tx.outbox.put(word)

    def _progress(self, event: RunChanged | RunFinished) -> Post:
        run, pace = event.run, event.pace if isinstance(event, RunChanged) else None
        card = run_card(run, self._project, pace)
        # that it is still at work can wait; that it began, waits again or ended can't
        return Post(_key(run), run.asker.place, card, urgent=pace is None)


async def _circumstances(tx: AlertTransaction, run: Run, finding: Finding) -> Circumstances:
    """Looked up only for what was held back."""
    if finding.only_looked or not isinstance(finding.evidence, ChecksFailed):
        return NOTHING_KNOWN
    published = bool(await tx.warehouse.columns(finding.dataset))
    return Circumstances(published, whole=run.parameters.full_refresh)


def _key(run: Run) -> str:
    """One message a run; a retry begins another one, where it was asked for."""
    taken_up = run.parameters.taken_up
    return f"run:{run.id}:{taken_up}" if taken_up else f"run:{run.id}"


def _has_a_card(run: Run) -> bool:
    """Whether somebody reads it where it was asked for; the days of a backfill share one card."""
    return bool(run.asker.channel) and run.backfill is None
