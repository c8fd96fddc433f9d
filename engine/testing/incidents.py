"""Incidents in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from engine.alerts.incidents.model import Incident, Status, rank
from engine.alerts.incidents.ports import About, Pace, StormCount


@dataclass(slots=True)
class KeptIncidents:
    """Incidents by number, and when each was added."""

    all: dict[int, Incident] = field(default_factory=dict)
    added: dict[int, datetime] = field(default_factory=dict)

    def copy(self) -> Self:
        """The same, to be changed without changing this one."""
        return type(self)(dict(self.all), dict(self.added))


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

    async def about(self, about: About, since: datetime) -> Sequence[Incident]:
        """Those that fit, oldest first."""
        return tuple(
            each
            for each in self._apart()
            if (_touches(each, about) if not each.resolved else _is_again(each, about, since))
        )

    async def add(self, incident: Incident) -> Incident:
        """Keep it under the next number."""
        made = replace(incident, number=len(self._kept.all) + 1)
        self._kept.all[made.number] = made
        self._kept.added[made.number] = incident.changed_at
        return made

    async def save(self, incident: Incident) -> None:
        """Keep it."""
        self._kept.all[incident.number] = incident

    async def get(self, number: int) -> Incident | None:
        """The one of that number."""
        return self._kept.all.get(number)

    async def listed(self, statuses: Collection[Status], limit: int) -> Sequence[Incident]:
        """Newest first."""
        found = [each for each in self._apart() if each.status in statuses]
        return tuple(reversed(found))[:limit]

    async def watched(self, at: datetime) -> Sequence[Incident]:  # noqa: ARG002  # more than need be
        """All that are not resolved."""
        return tuple(each for each in self._apart() if not each.resolved)

    async def last_in(self, place: str) -> Incident | None:
        """The newest that was posted there."""
        places = (
            each for each in self._apart()[::-1] if place in {where.place for where in each.posted}
        )
        return next(places, None)

    async def pace(self, since: datetime) -> Pace:
        """Those added since."""
        added = [number for number, at in self._kept.added.items() if at >= since]
        return Pace(len(added), self._kept.all[max(added)].storm) if added else Pace()

    async def storm(self, number: int, named: int) -> StormCount:
        """Those of a storm."""
        found = [each for each in self._kept.all.values() if each.storm == number]
        began = [self._kept.added[each.number] for each in found]
        worst = sorted(found, key=lambda each: (each.resolved, -rank(each.severity), each.number))
        resolved = sum(each.resolved for each in found)
        return StormCount(len(found), resolved, min(began), max(began), tuple(worst[:named]))

    def _apart(self) -> list[Incident]:
        return [each for each in self._kept.all.values() if each.merged_into is None]


def _touches(incident: Incident, about: About) -> bool:
    return not (
        set(incident.datasets).isdisjoint(about.datasets)
        and set(incident.runs).isdisjoint(about.runs)
        and set(incident.fingerprints).isdisjoint(about.fingerprints)
    )


def _is_again(incident: Incident, about: About, since: datetime) -> bool:
    late = incident.resolved_at is not None and incident.resolved_at >= since
    return late and not set(incident.fingerprints).isdisjoint(about.fingerprints)
