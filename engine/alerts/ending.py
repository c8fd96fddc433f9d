"""A word of its own at the end of a long run: nobody is notified of a card that was edited."""

from datetime import timedelta

from engine.alerts.model import Post
from engine.alerts.progress import duration, severity_of
from engine.cards import Button, Card, CardKind, Fact
from engine.runs.model import Run, RunStatus

LONG = timedelta(minutes=1)
"""Whoever waited longer than this has looked away."""


def ending_of(run: Run) -> Post | None:
    """The word about a run that took long; once for each attempt."""
    if run.seconds is None or run.seconds < LONG.total_seconds():
        return None
    took = duration(run.seconds)
    title = f"{run.title} {_ended(run)} after {took}"
    card = Card(
        kind=CardKind.REPLY,
        severity=severity_of(run),
        title=title,
        text=run.error or "",
        facts=(Fact("Run", run.id),),
        buttons=(Button("Status", f"status {run.id}"),),
        thread=run.asker.thread,
        fallback_text=f"Run {run.id}: {title}",
    )
    return Post(f"run:{run.id}:end:{run.attempt}", run.asker.answer_place, card)


def _ended(run: Run) -> str:
    return "was cancelled" if run.status is RunStatus.CANCELLED else str(run.status)
