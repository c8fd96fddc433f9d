"""What people do with an incident: pure functions that refuse what makes no sense, and say why."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, tzinfo

from engine.alerts.incidents.model import Entry, Incident, Status, What
from engine.errors import EngineError


class NotPossible(EngineError):
    """Something that can't be done with an incident as it is now."""


def acknowledged(incident: Incident, who: str, at: datetime, zone: tzinfo) -> Incident:
    """Somebody looks after it; raises NotPossible."""
    _require_open(incident, at, zone)
    if incident.status is Status.ACKNOWLEDGED:
        since = moment(incident.acknowledged_at, at, zone)
        raise NotPossible(
            f"{incident.id} is acknowledged by {incident.acknowledged_by} since {since}.",
            f"Say «assign {incident.id} to me» to take it over.",
        )
    return _looked_after(incident, who, at).noting(Entry(at, What.ACKNOWLEDGED, who))


def assigned(incident: Incident, person: str, who: str, at: datetime, zone: tzinfo) -> Incident:
    """It is somebody's task, and so acknowledged; raises NotPossible."""
    _require_open(incident, at, zone)
    if incident.assignee == person:
        raise NotPossible(f"{incident.id} is assigned to {person} already.")
    taken = incident
    if incident.status is Status.OPEN:
        taken = _looked_after(incident, person, at)
    elif incident.acknowledged_by is None:  # it is snoozed, and stays so
        taken = replace(incident, acknowledged_by=person, acknowledged_at=at)
    return replace(taken, assignee=person).noting(Entry(at, What.ASSIGNED, who, f"to {person}"))


def snoozed(
    incident: Incident, until: datetime | None, who: str, at: datetime, zone: tzinfo
) -> Incident:
    """Say no more of it until a time, or until it is over; raises NotPossible."""
    _require_open(incident, at, zone)
    if until is not None and until <= at:
        raise NotPossible(
            f"{moment(until, at, zone)} has passed, so {incident.id} can't be snoozed until then.",
            f"Say for example «snooze {incident.id} for 1 hour».",
        )
    if incident.status is Status.SNOOZED and incident.snoozed_until == until:
        raise NotPossible(f"{incident.id} is snoozed {span_of_snooze(incident, at, zone)} already.")
    changed = replace(incident, status=Status.SNOOZED, snoozed_until=until, snoozed_by=who)
    told = span_of_snooze(changed, at, zone)
    return changed.noting(Entry(at, What.SNOOZED, who, told))


def resolved(incident: Incident, who: str, at: datetime, zone: tzinfo) -> Incident:
    """Closed by hand; raises NotPossible."""
    _require_open(incident, at, zone)
    members = tuple(
        each if each.over else replace(each, over_at=max(at, each.last_at))
        for each in incident.members
    )
    after = _ended(replace(incident, members=members), who, at)
    return after.noting(Entry(at, What.RESOLVED, who))


def without_gone(incident: Incident, datasets: Collection[str], at: datetime) -> Incident:
    """The incident once all is over that is about a dataset which the project has no more."""
    gone = {
        each.fingerprint: str(each.dataset)
        for each in incident.members
        if each.dataset is not None and not each.over and str(each.dataset) not in datasets
    }
    members = tuple(
        replace(each, over_at=max(at, each.last_at)) if each.fingerprint in gone else each
        for each in incident.members
    )
    after = replace(incident, members=members)
    if after.totals.open:
        return after
    by = f"the removal of {' and '.join(sorted(set(gone.values()))[:2])} from the project"
    entry = Entry(at, What.RESOLVED, detail=f"by {by}")
    return _ended(after, by, at).noting(entry)


def _ended(incident: Incident, by: str, at: datetime) -> Incident:
    return replace(
        incident,
        status=Status.RESOLVED,
        resolved_at=at,
        resolved_by=by,
        snoozed_until=None,
        flapping=False,
    )


def woken(incident: Incident, at: datetime) -> Incident:
    """The incident once its snooze ended."""
    status = Status.ACKNOWLEDGED if incident.acknowledged_by else Status.OPEN
    return replace(incident, status=status, snoozed_until=None, snoozed_by=None).noting(
        Entry(at, What.WOKEN)
    )


def span_of_snooze(incident: Incident, at: datetime, zone: tzinfo) -> str:
    """Such as `until it is over` or `until 9:00`."""
    if incident.snoozed_until is None:
        return "until it is over"
    return f"until {moment(incident.snoozed_until, at, zone)}"


def _looked_after(incident: Incident, who: str, at: datetime) -> Incident:
    return replace(
        incident,
        status=Status.ACKNOWLEDGED,
        acknowledged_by=who,
        acknowledged_at=at,
        snoozed_until=None,
        snoozed_by=None,
    )


def _require_open(incident: Incident, now: datetime, zone: tzinfo) -> None:
    """What is said by a button of an older form of the message is told so."""
    if incident.merged_into is not None:
        into = f"INC-{incident.merged_into}"
        raise NotPossible(f"{incident.id} is part of {into}.", f"Say «show {into}».")
    if incident.resolved and incident.resolved_at is not None:
        since = moment(incident.resolved_at, now, zone)
        raise NotPossible(
            f"{incident.id} is resolved since {since}.",
            "The same trouble within a day opens it again.",
        )


def moment(at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """A time as people here read it: `10:03`, with its day where that is another one than today."""
    if at is None:
        return "some time"
    there, today = at.astimezone(zone), now.astimezone(zone)
    clock = f"{there:%H:%M}"
    return clock if there.date() == today.date() else f"{there:%a} {there.day} {there:%b} {clock}"
