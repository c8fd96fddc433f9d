"""What grows old, and when it is old enough to go."""

from datetime import datetime, timedelta
from enum import StrEnum

from engine.catalog.model import Retention


class Aging(StrEnum):
    """What is cleared away, in the order in which that is done."""

    RUNS = "runs"
    UNSENT = "posts that nobody sends"
    POSTS = "posts"
    MESSAGES = "messages"
    QUEUE_EVENTS = "queue events"
    TICKETS = "tickets"
    QUARANTINE = "quarantine"
    METRICS = "metrics"
    FOREIGN_LINEAGE = "foreign lineage"
    INCIDENTS = "incidents"
    CHUNKS = "chunks of free text"
    TEXT_FINDINGS = "findings in free text"


METRICS_KEPT = timedelta(days=400)
"""Numbers outlast their runs: of a month's last day there is one a month to learn from."""

UNSENT_FOR = timedelta(days=7)
"""A post that is tried is due again within the hour; one that was due for so long is not tried."""


def oldest_kept(what: Aging, kept: Retention, now: datetime) -> datetime:
    """The moment before which it goes."""
    match what:
        case Aging.RUNS | Aging.FOREIGN_LINEAGE | Aging.INCIDENTS:
            return now - kept.runs
        case Aging.QUARANTINE:
            return now - kept.quarantine
        case Aging.METRICS:
            return now - max(kept.runs, METRICS_KEPT)
        case Aging.UNSENT:
            return now - UNSENT_FOR
        case Aging.TICKETS | Aging.CHUNKS:
            return now  # those of a run that is over are of no use at once
        case _:
            return now - kept.logs


def oldest_staged(kept: Retention, now: datetime) -> datetime:
    """The moment before which staged tables go: no later than the run that they are for."""
    return now - min(kept.staged, kept.runs)
