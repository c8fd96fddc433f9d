"""Where signals become incidents and people change them, in the transaction of whoever tells it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from engine.alerts.incidents import acts
from engine.alerts.incidents.due import Act, Due
from engine.alerts.incidents.impact import declared_impact
from engine.alerts.incidents.lineage import Lineage, ProjectLineage
from engine.alerts.incidents.model import Incident
from engine.alerts.incidents.ports import About, IncidentStore, IncidentTransaction, Pace
from engine.alerts.incidents.signals import Noted, Signal
from engine.alerts.incidents.telling import Change, IncidentTelling
from engine.alerts.incidents.triage import (
    REOPENS,
    ended_by_itself,
    moved,
    triage,
    triage_near,
)
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
        about = _near(signals, self.lineage)
        trouble = any(isinstance(each, Noted) for each in signals)
        if not trouble and not (signals and await tx.incidents.concerns(about)):
            return
        at = self._clock.now()
        await tx.incidents.hold()
        known, changed = await self._triaged(tx.incidents, signals, about, at)
        before = {each.number: each for each in known}
        begun = any(not each.number or _is_back(before[each.number], each) for each in changed)
        pace = await tx.incidents.pace(at - MOMENT, STORM + 1) if begun else Pace()
        numbers = iter(await tx.incidents.numbers(sum(not each.number for each in changed)))
        numbered = (
            each if each.number else replace(each, number=next(numbers)) for each in changed
        )
        changes = [Change(before.get(each.number), each) for each in numbered]
        await self.telling.tell(tx, in_storms(changes, pace), at)

    async def open_about(
        self, tx: IncidentTransaction, datasets: Collection[DatasetName]
    ) -> Sequence[Incident]:
        """The incidents that are not resolved and have to do with any of those datasets."""
        if not datasets:
            return ()
        found = await tx.incidents.about(About(sorted(map(str, datasets))), self._clock.now())
        return [each for each in found if not each.resolved]

    async def _triaged(
        self, store: IncidentStore, signals: Sequence[Signal], about: About, at: datetime
    ) -> tuple[Sequence[Incident], Sequence[Incident]]:
        """What was known and what changed, from few members where these suffice."""
        since = at - REOPENS
        known = await store.about(about, since)
        below = _below(moved(known, signals, at), self.lineage)
        if not (below and await store.concerns(About(datasets=below))):
            changed = triage_near(known, signals, self.lineage, at)
            if changed is not None:
                return known, changed
        far = _below({each.dataset for each in signals if isinstance(each, Noted)}, self.lineage)
        wide = replace(about, datasets=sorted({*about.datasets, *far}))
        known = await store.about(wide, since, whole=True)
        return known, triage(known, signals, self.lineage, at)

    async def act(self, tx: IncidentTransaction, due: Due) -> None:
        """What time alone does; nothing where somebody changed the incident meanwhile."""
        await tx.incidents.hold()
        now = await tx.incidents.get(due.incident.number)
        if now is None or now != due.incident:
            return
        at = self._clock.now()
        match due.act:
            case Act.WAKE:
                await self.telling.tell(tx, [Change(now, acts.woken(now, at))], at)
            case Act.CALM:
                await self.telling.tell(tx, [Change(now, ended_by_itself(now, at))], at)
            case Act.TELL:
                await self.telling.tell_again(tx, now, at)
            case Act.ESCALATE if due.step is not None:
                await self.telling.escalate(tx, now, due.step, at)
            case _:
                return

    async def close_gone(self, tx: IncidentTransaction) -> None:
        """End what is about datasets that the project has no more."""
        await tx.incidents.hold()
        at, known = self._clock.now(), {str(each) for each in self.telling.project.datasets()}
        found = await tx.incidents.apart_from(known)
        changes = [
            Change(each, replace(acts.without_gone(each, known, at), changed_at=at))
            for each in found
        ]
        await self.telling.tell(tx, changes, at)

    async def change(
        self, tx: IncidentTransaction, number: int, change: Callable[[Incident, datetime], Incident]
    ) -> Incident | None:
        """Let somebody change an incident; None where there is none of that number."""
        await tx.incidents.hold()
        before = await tx.incidents.whole(number)
        if before is None:
            return None
        at = self._clock.now()
        after = replace(change(before, at), changed_at=at)
        (told,) = await self.telling.tell(tx, [Change(before, after)], at)
        return told


def in_storms(changes: Sequence[Change], pace: Pace) -> Sequence[Change]:
    """The changes with the storm in which each began: those that begin when many do share one.

    What is back after its storm is over begins anew, with a message of its own.
    """
    told: list[Change] = []
    opened, storm = pace.opened, pace.storm
    for each in changes:
        if not _begins(each, storm):
            told.append(each)
            continue
        opened += 1
        apart = replace(each.after, storm=None, posted=())
        if opened > STORM:
            # a storm is called by its first, and the message of an earlier one has that name
            was = each.before.storm if each.before else None
            storm = storm or (apart.number if apart.number != was else None)
            apart = replace(apart, storm=storm)
        told.append(Change(each.before, apart))
    return told


def _begins(change: Change, storm: int | None) -> bool:
    before = change.before
    if before is None:
        return True
    return before.storm not in {None, storm} and _is_back(before, change.after)


def _is_back(before: Incident, after: Incident) -> bool:
    return before.resolved and not after.resolved


def _near(signals: Sequence[Signal], lineage: Lineage) -> About:
    """What signals are about, and what is above where trouble was noted."""
    noted = [each for each in signals if isinstance(each, Noted)]
    datasets = {str(each.dataset) for each in signals if each.dataset is not None}
    for each in noted:
        if each.dataset is not None:
            datasets.update(map(str, lineage.above(each.dataset)))
    runs = {each.run_id for each in noted if each.run_id and each.dataset is None}
    prints = {each.fingerprint for each in signals if each.fingerprint}
    return About(sorted(datasets), sorted(runs), sorted(prints))


def _below(datasets: Collection[DatasetName | None], lineage: Lineage) -> list[str]:
    """The names of all that is made from some datasets."""
    return sorted({str(low) for each in datasets if each for low in lineage.below(each)})
