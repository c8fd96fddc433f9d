"""Monitors of Atlas itself: schedules, what is on its way out, connections and disk."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from engine.cards import Severity
from engine.findings.model import (
    ConnectionsShort,
    DiskShort,
    Evidence,
    FileSetAside,
    Finding,
    OutboxBlocked,
    ScheduleMissed,
)
from engine.findings.sight import Room, Sight

OVERDUE = timedelta(minutes=5)
"""So long after its due time a schedule must have started its run, or said why not."""

BLOCKED = timedelta(minutes=5)

TAKEN = 0.90
TAKEN_STILL = 0.80
"""Of the connections: short from the one on, until less than the other is taken."""

FREE = 0.10
FREE_STILL = 0.12
ROOMY = 50 * 1024**3
"""Of the disk: short where less than a tenth is free, unless that is plenty."""

TIGHT = 0.03


def operations(sight: Sight, standing: Collection[str]) -> Iterator[Finding]:
    """What is wrong with Atlas itself; what is told of already ends later than it begins."""
    yield from _missed(sight)
    for backlog in sight.backlogs:
        if sight.at - backlog.oldest > BLOCKED:
            yield _of_atlas(OutboxBlocked(backlog.what, backlog.waiting, backlog.oldest))
    if sight.connections is not None:
        yield from _connections(sight.connections, standing)
    if sight.disk is not None:
        yield from _disk(sight.disk, standing)
    for each in sight.set_aside:
        evidence = FileSetAside(each.file, each.problems, each.meanwhile)
        yield _of_atlas(evidence, Severity.CRITICAL)


def _missed(sight: Sight) -> Iterator[Finding]:
    for planned in sight.planned:
        schedule = planned.schedule
        if not schedule.paused and sight.at - schedule.next_due > OVERDUE:
            evidence = ScheduleMissed(schedule.id, schedule.what, schedule.next_due)
            yield Finding(None, Severity.WARNING, "", evidence)


def _connections(room: Room, standing: Collection[str]) -> Iterator[Finding]:
    used = room.total - room.free
    finding = _of_atlas(ConnectionsShort(used, room.total), Severity.CRITICAL)
    if used >= room.total * (TAKEN_STILL if finding.fingerprint in standing else TAKEN):
        yield finding


def _disk(room: Room, standing: Collection[str]) -> Iterator[Finding]:
    tight = room.free < TIGHT * room.total
    severity = Severity.CRITICAL if tight else Severity.WARNING
    finding = _of_atlas(DiskShort(room.free, room.total), severity)
    part = FREE_STILL if finding.fingerprint in standing else FREE
    if room.free < min(part * room.total, ROOMY):
        yield finding


def _of_atlas(evidence: Evidence, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(None, severity, "", evidence)
