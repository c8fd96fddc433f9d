"""Where signals become incidents and people change them, in the transaction of whoever tells it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from engine.alerts.incidents import acts
from engine.alerts.incidents.due import Act, Due
from engine.alerts.incidents.impact import declared_impact
from engine.alerts.incidents.lineage import Lineage, ProjectLineage
from engine.alerts.incidents.model import Incident
from engine.alerts.incidents.ports import About, IncidentTransaction, Pace
from engine.alerts.incidents.signals import Noted, Signal
from engine.alerts.incidents.telling import IncidentTelling
from engine.alerts.incidents.triage import REOPENS, ended_by_itself, triage
from engine.alerts.routing.in_force import ProjectRoutes
from engine.alerts.routing.ports import RoutesInForce
from engine.catalog.model import DatasetName, Project
from engine.clock import Clock

STORM = 10
"""More new incidents than this within a moment share one message."""

MOMENT = timedelta(minutes=1)


class IncidentDesk:
    """Takes what was noticed and what people want; all of it is committed with what caused it."""

    def __init__(
        self,
        project: Project,
        platform: str,
        clock: Clock,
        zone: tzinfo,
        *,
        lineage: Lineage | None = None,
        impact: Callable[[DatasetName], str] | None = None,
        routes: RoutesInForce | None = None,
    ) -> None:
        self.lineage = lineage or ProjectLineage(project)
        told = impact or declared_impact(project, self.lineage)
        self.routes = routes or ProjectRoutes(project)
        self.telling = IncidentTelling(project, platform, zone, told, self.routes)
        self._clock = clock
        self.zone = zone

    async def hear(self, tx: IncidentTransaction, signals: Sequence[Signal]) -> None:
        """Bring signals together with what is known, and tell what changed."""
        about = _scope(signals, self.lineage)
        trouble = any(isinstance(each, Noted) for each in signals)
        if not trouble and not (signals and await tx.incidents.concerns(about)):
            return
        at = self._clock.now()
        await tx.incidents.hold()
        known = await tx.incidents.about(about, at - REOPENS)
        before = {each.number: each for each in known}
        changed = triage(known, signals, self.lineage, at)
        new = [each for each in changed if not each.number]
        pace = await tx.incidents.pace(at - MOMENT) if new else Pace()
        for each in changed:
            if each.number:
                await self.telling.tell(tx, before[each.number], each, at)
            else:
                pace = await self._opened(tx, each, pace, at)

    async def _opened(
        self, tx: IncidentTransaction, incident: Incident, pace: Pace, at: datetime
    ) -> Pace:
        """Keep and tell a new one; the pace with it."""
        stored = await tx.incidents.add(incident)
        opened = pace.opened + 1
        storm = pace.storm
        if opened > STORM:
            storm = storm or stored.number
            stored = replace(stored, storm=storm)
        await self.telling.tell(tx, None, stored, at)
        return Pace(opened, storm)

    async def act(self, tx: IncidentTransaction, due: Due) -> None:
        """What time alone does; nothing where somebody changed the incident meanwhile."""
        await tx.incidents.hold()
        now = await tx.incidents.get(due.incident.number)
        if now is None or now != due.incident:
            return
        at = self._clock.now()
        match due.act:
            case Act.WAKE:
                await self.telling.tell(tx, now, acts.woken(now, at), at)
            case Act.CALM:
                await self.telling.tell(tx, now, ended_by_itself(now, at), at)
            case Act.TELL:
                await self.telling.tell_again(tx, now, at)
            case Act.ESCALATE if due.step is not None:
                await self.telling.escalate(tx, now, due.step, at)
            case _:
                return

    async def change(
        self, tx: IncidentTransaction, number: int, change: Callable[[Incident, datetime], Incident]
    ) -> Incident | None:
        """Let somebody change an incident; None where there is none of that number."""
        await tx.incidents.hold()
        before = await tx.incidents.get(number)
        if before is None:
            return None
        at = self._clock.now()
        return await self.telling.tell(tx, before, replace(change(before, at), changed_at=at), at)


def _scope(signals: Sequence[Signal], lineage: Lineage) -> About:
    """What signals may have to do with: also what is above and below, where trouble was noted."""
    datasets: set[str] = set()
    for each in signals:
        if each.dataset is not None:
            datasets.add(str(each.dataset))
            if isinstance(each, Noted):
                datasets.update(map(str, lineage.above(each.dataset)))
                datasets.update(map(str, lineage.below(each.dataset)))
    noted = [each for each in signals if isinstance(each, Noted)]
    runs = {each.run_id for each in noted if each.run_id}
    prints = {each.fingerprint for each in signals if each.fingerprint}
    return About(sorted(datasets), sorted(runs), sorted(prints))
