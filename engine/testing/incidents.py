"""Incidents in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from engine.alerts.incidents.model import Incident, Member, Status, Totals, rank
from engine.alerts.incidents.ports import About, Pace, StormCount


@dataclass(slots=True)
class KeptIncidents:
    """Incidents by number; `at_hand` are so many members of one that is not read whole."""

    all: dict[int, Incident] = field(default_factory=dict)
    numbered: int = 0
    at_hand: int = 20

    def copy(self) -> Self:
        """The same, to be changed without changing this one."""
        return type(self)(dict(self.all), self.numbered, self.at_hand)


class MemoryIncidents:
    """An IncidentStore over what is kept; `holds` counts how often it was held."""

    def __init__(self, kept: KeptIncidents) -> None:
        self._kept = kept
        self.holds = 0

    async def hold(self) -> None:
        """Nobody else is here."""
        self.holds += 1

    async def concerns(self, about: About) -> bool:
        """Whether any fits."""
        return any(not each.resolved and _touches(each, about) for each in self._apart())

    async def about(
        self, about: About, since: datetime, *, whole: bool = False
    ) -> Sequence[Incident]:
        """Those that fit, oldest first."""
        return tuple(
            each if whole else _in_part(each, about, self._kept.at_hand)
            for each in self._apart()
            if (_touches(each, about) if not each.resolved else _is_again(each, about, since))
        )

    async def numbers(self, count: int) -> Sequence[int]:
        """The next ones."""
        first = self._kept.numbered + 1
        self._kept.numbered += count
        return range(first, first + count)

    async def save(self, incidents: Sequence[Incident]) -> None:
        """Keep them, with the members that were not at hand."""
        for each in incidents:
            before = self._kept.all.get(each.number)
            known = {member.fingerprint: member for member in before.members} if before else {}
            at_hand = {member.fingerprint: member for member in each.members}
            members = ({} if each.whole else known) | at_hand
            ordered = sorted(members.values(), key=lambda m: (m.first_at, m.fingerprint))
            kept = replace(each, members=tuple(ordered), beyond=Totals())
            if kept.totals != each.totals:
                message = f"{each.id} does not come to what was counted of it"
                raise ValueError(message)
            self._kept.all[each.number] = kept

    async def get(self, number: int) -> Incident | None:
        """The one of that number."""
        found = self._kept.all.get(number)
        return _in_part(found, About(), self._kept.at_hand) if found else None

    async def whole(self, number: int) -> Incident | None:
        """The one of that number."""
        return self._kept.all.get(number)

    async def listed(
        self,
        statuses: Collection[Status],
        limit: int,
        datasets: Collection[str] | None = None,
    ) -> Sequence[Incident]:
        """Newest first."""
        found = [
            _in_part(each, About(), self._kept.at_hand)
            for each in self._apart()[::-1]
            if each.status in statuses
            if datasets is None or not set(each.datasets).isdisjoint(datasets)
        ]
        return tuple(found)[:limit]

    async def watched(self, at: datetime) -> Sequence[Incident]:  # noqa: ARG002  # more than need be
        """All that are not resolved."""
        return await self.listed(tuple(set(Status) - {Status.RESOLVED}), len(self._kept.all))

    async def last_in(self, place: str) -> Incident | None:
        """The newest that was posted there."""
        places = (
            each for each in self._apart()[::-1] if place in {where.place for where in each.posted}
        )
        return next(places, None)

    async def apart_from(self, datasets: Collection[str]) -> Sequence[Incident]:
        """Those about others."""
        return tuple(
            each
            for each in self._apart()
            if not each.resolved
            if any(
                m.dataset and not m.over and str(m.dataset) not in datasets for m in each.members
            )
        )

    async def pace(self, since: datetime, most: int) -> Pace:
        """Those begun since."""
        begun = [i for i in self._kept.all.values() if i.begun_at and i.begun_at >= since]
        storms = [each.storm for each in begun if each.storm is not None]
        return Pace(min(len(begun), most), max(storms, default=None))

    async def storm(self, number: int, place: str, named: int) -> StormCount:
        """Those of a storm."""
        found = [
            each
            for each in self._kept.all.values()
            if each.storm == number and place in {where.place for where in each.posted}
        ]
        began = [each.begun_at or each.opened_at for each in found]
        worst = sorted(found, key=lambda each: (each.resolved, -rank(each.severity), each.number))
        resolved = sum(each.resolved for each in found)
        return StormCount(len(found), resolved, min(began), max(began), tuple(worst[:named]))

    def _apart(self) -> list[Incident]:
        return [each for each in self._kept.all.values() if each.merged_into is None]


def _touches(incident: Incident, about: About) -> bool:
    return any(_is_of(each, about) for each in incident.members)


def _is_of(member: Member, about: About) -> bool:
    if member.fingerprint in about.fingerprints:
        return True
    if member.dataset is not None:
        return str(member.dataset) in about.datasets
    return not set(member.runs).isdisjoint(about.runs)


def _is_again(incident: Incident, about: About, since: datetime) -> bool:
    late = incident.resolved_at is not None and incident.resolved_at >= since
    return late and not set(incident.fingerprints).isdisjoint(about.fingerprints)


def _in_part(incident: Incident, about: About, first: int) -> Incident:
    """As a store reads it: the cause, so many of the others, and what it is asked about."""
    ordered = sorted(incident.members, key=lambda m: (m.over, m.first_at, m.fingerprint))
    names = {incident.root, *(each.fingerprint for each in ordered[:first])}
    members = tuple(m for m in incident.members if m.fingerprint in names or _is_of(m, about))
    beyond = incident.totals.without(Totals.of(members))
    return replace(incident, members=members, beyond=beyond)
