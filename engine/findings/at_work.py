"""Monitors of runs that are not over: far slower than before, or stuck."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from engine.cards import Severity
from engine.findings.model import Finding, RunSlow, RunStuck
from engine.findings.sight import AtWork

ENOUGH = 5
"""So many successes make a habit."""

TIMES = 3.0
MARGIN = 60.0
"""A run is slow after so many times its median, and so many seconds on top."""

WORKER = "a free worker"
"""What a run waits for that nobody takes."""

QUIET = timedelta(minutes=15)
"""So long a step may wait for a lock, or a run for a worker that is free."""

SILENT = timedelta(hours=1)
"""So long a step may take that does nothing in the database."""


def at_work(run: AtWork, at: datetime) -> Iterator[Finding]:
    """What is wrong with a run; one that is stuck is not told to be slow as well."""
    stuck = _stuck(run, at)
    slow = None if stuck else _slow(run, at)
    evidence = stuck or slow
    if evidence is not None:
        yield Finding(run.dataset, Severity.WARNING, run.run_id, evidence)


def _slow(run: AtWork, at: datetime) -> RunSlow | None:
    if run.started_at is None or run.queued or len(run.before) < ENOUGH:
        return None
    usual, seconds = median(run.before), (at - run.started_at).total_seconds()
    if seconds <= TIMES * usual + MARGIN:
        return None
    return RunSlow(run.title, seconds, usual, len(run.before))


def _stuck(run: AtWork, at: datetime) -> RunStuck | None:
    if run.queued:
        waits = not run.ahead and at - run.moved_at > QUIET
        return RunStuck(run.title, WORKER, run.moved_at) if waits else None
    # what its session does is younger than the step, where the step began after it
    since = max(run.moved_at, run.silent_since or run.moved_at)
    quiet = run.silent_since is not None and at - since > QUIET
    absent = not run.session and at - run.moved_at > SILENT
    return RunStuck(run.title, run.step, since) if quiet or absent else None
