"""Turns what runs tell into posts, in the transaction in which they tell it."""

from engine.alerts.model import Post
from engine.alerts.ports import AlertTransaction
from engine.alerts.progress import run_card
from engine.alerts.triage import post_for
from engine.catalog.model import Project
from engine.clock import Clock
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
        if isinstance(event, RunChanged | RunFinished):
            await tx.outbox.put(self._progress(event.run))
        for finding in findings_of(event):
            first_time = await tx.findings.record(finding, self._clock.now())
            post = post_for(
                finding, first_time=first_time, project=self._project, platform=self._platform
            )
            if post is not None:
                await tx.outbox.put(post)

    def _progress(self, run: Run) -> Post:
        return Post(f"run:{run.id}", run.asker.place, run_card(run, self._project))
