"""Tells of an incident wherever somebody should know: decides where, puts the posts, keeps it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from engine.alerts.incidents.card import TOLD, Reading, live_card, storm_card, thread_card
from engine.alerts.incidents.model import Entry, Incident, Status, What, rank
from engine.alerts.incidents.ports import IncidentTransaction
from engine.alerts.model import Post
from engine.alerts.routing.deciding import decide, escalated, united
from engine.alerts.routing.model import Decision, Destination, Muted, Notice, Subscription
from engine.alerts.routing.ports import RoutesInForce
from engine.cards import Mention
from engine.catalog.model import DatasetName, Project
from engine.catalog.routing import Escalation, Routing

NAMED_IN_STORM = 10

IN_PLACE = frozenset({What.ACKNOWLEDGED, What.ASSIGNED})
"""What needs no message of its own where there are no threads: the live message says it."""

_WITHOUT_THREADS = "web:"


@dataclass(frozen=True, slots=True)
class Change:
    """An incident that is to be told: as it was, None where it is new, and as it is now."""

    before: Incident | None
    after: Incident


@dataclass(frozen=True, slots=True)
class Said:
    """Who hears of what: the routes in force, and what was said in chat."""

    routing: Routing
    subscriptions: Sequence[Subscription] = ()
    mutes: Sequence[Muted] = ()


@dataclass(frozen=True, slots=True)
class IncidentTelling:
    """Keeps the message of each incident up to date in all places that it was sent to."""

    project: Project
    platform: str
    zone: tzinfo
    impact: Callable[[DatasetName], str]
    routes: RoutesInForce

    async def tell(
        self, tx: IncidentTransaction, changes: Sequence[Change], at: datetime
    ) -> Sequence[Incident]:
        """Put the newest form of each message, and what goes into its thread; what was kept."""
        said = await self._said(tx, at) if any(map(_needs_route, changes)) else None
        told = [Change(each.before, self._routed(each, said, at)) for each in changes]
        await tx.incidents.save([each.after for each in told if each.after != each.before])
        for each in told:
            await self._put(tx, each.after, at)
            if each.before is not None and {each.before.storm, each.after.storm} == {None}:
                await self._put_thread(tx, each.before, each.after)
        await self._put_storms(tx, [each.after for each in told], at)
        return [each.after for each in told]

    async def escalate(
        self, tx: IncidentTransaction, incident: Incident, step: Escalation, at: datetime
    ) -> Incident:
        """Tell more people, since nobody acknowledged it."""
        notice = notice_of(self.project, incident)
        routing = await self.routes.current()
        more = escalated(step, notice, routing, platform=self.platform)
        names = ", ".join(place_name(each.place) for each in more)
        whose = f"{incident.assignee}, whose task it is," if incident.assignee else "nobody"
        again = "has not acknowledged it again" if incident.assignee else "acknowledged it"
        entry = Entry(at, What.ESCALATED, detail=f"{whose} {again}; told {names}")
        after = replace(
            incident,
            escalations=(*incident.escalations, at),
            posted=united((*incident.posted, *more)),
        ).noting(entry)
        await tx.incidents.save([after])
        await self._put(tx, after, at)
        await self._put_storms(tx, [after], at)
        await self._put_thread(tx, incident, after)
        return after

    async def decision(self, tx: IncidentTransaction, notice: Notice, at: datetime) -> Decision:
        """Where a notice goes."""
        return self._decided(notice, await self._said(tx, at), at)

    async def _said(self, tx: IncidentTransaction, at: datetime) -> Said:
        routing = await self.routes.current()
        return Said(routing, await tx.routing.subscriptions(), await tx.routing.mutes(at))

    def _decided(self, notice: Notice, said: Said, at: datetime) -> Decision:
        return decide(
            notice, said.routing, said.subscriptions, said.mutes, at, platform=self.platform
        )

    async def tell_again(
        self, tx: IncidentTransaction, incident: Incident, at: datetime
    ) -> Incident:
        """Tell of what was withheld, as far as nothing keeps it back any more."""
        after = _withheld(incident, await self.decision(tx, notice_of(self.project, incident), at))
        if after == incident:
            return incident
        await tx.incidents.save([after])
        await self._put(tx, after, at)
        await self._put_storms(tx, [after], at)
        return after

    def _routed(self, change: Change, said: Said | None, at: datetime) -> Incident:
        """The incident with the places where it is to be told, once that may have changed."""
        after = change.after
        if said is None or not _needs_route(change):
            return replace(after, withheld=None, withheld_until=None) if after.resolved else after
        routed = _withheld(after, self._decided(notice_of(self.project, after), said, at))
        if routed.withheld and routed.withheld != after.withheld:
            routed = routed.noting(Entry(at, What.WITHHELD, detail=routed.withheld))
        return routed

    async def _put(self, tx: IncidentTransaction, incident: Incident, at: datetime) -> None:
        if incident.storm is not None:
            return
        reading = Reading(at, self.zone, self.impact)
        for each in incident.posted:
            card = live_card(incident, reading, called(self.project, each.mention))
            await tx.outbox.put(Post(message_key(incident, each), each.place, card))

    async def _put_storms(
        self, tx: IncidentTransaction, incidents: Sequence[Incident], at: datetime
    ) -> None:
        """The message of each storm in each place, once however many of it changed."""
        found = dict[tuple[int, str], bool]()
        for each in incidents:
            for where in each.posted if each.storm is not None else ():
                key = (each.storm or 0, where.place)
                found[key] = found.get(key, False) or each.number == each.storm
        for (storm, place), urgent in found.items():
            count = await tx.incidents.storm(storm, place, NAMED_IN_STORM)
            card = storm_card(count, Reading(at, self.zone, self.impact))
            await tx.outbox.put(Post(f"storm:{storm}@{place}", place, card, urgent=urgent))

    async def _put_thread(self, tx: IncidentTransaction, before: Incident, after: Incident) -> None:
        """What is new of its history, where its message was before."""
        for number, entry in _news(before, after):
            for each in before.posted:
                if entry.what in IN_PLACE and each.place.startswith(_WITHOUT_THREADS):
                    continue
                key = f"incident:{after.number}:{number}@{each.place}"
                card = thread_card(after, entry, called(self.project, each.mention))
                thread = message_key(after, each)
                await tx.outbox.put(Post(key, each.place, card, thread=thread))


def called(project: Project, names: Iterable[str]) -> tuple[Mention, ...]:
    """Whom a route mentions, with the ids of those who are owners."""
    known = {each.mention: Mention(each.mention, each.slack, each.teams) for each in project.owners}
    return tuple(known.get(each, Mention(each)) for each in names)


def notice_of(project: Project, incident: Incident) -> Notice:
    """What matters of an incident for where it goes."""
    cause = incident.cause
    return Notice.about(
        project, cause.kind, incident.severity, cause.dataset, incident=incident.number
    )


def message_key(incident: Incident, destination: Destination) -> str:
    """The key of its message in one place."""
    return f"incident:{incident.number}@{destination.place}"


def place_name(place: str) -> str:
    """A place without its platform, as people write it."""
    return place.partition(":")[2] or place


def _needs_route(change: Change) -> bool:
    """Whether it may go elsewhere: it is new, is back, got worse, or has another cause."""
    before, after = change.before, change.after
    if after.resolved or after.status is Status.SNOOZED:
        return False
    if before is None:
        return True
    return (
        before.resolved
        or before.status is Status.SNOOZED
        or rank(after.severity) > rank(before.severity)
        or after.cause.dataset != before.cause.dataset
    )


def _withheld(incident: Incident, decision: Decision) -> Incident:
    return replace(
        incident,
        posted=united((*incident.posted, *decision.places)),
        reasons=decision.reasons,
        withheld=decision.withheld,
        withheld_until=decision.until if decision.withheld else None,
    )


def _news(before: Incident, after: Incident) -> Iterator[tuple[int, Entry]]:
    """Entries for the thread, each under a number of its own: the moment is part of it."""
    known: Sequence[Entry] = before.history
    new = [each for each in after.history if each not in known]
    for place, entry in enumerate(new):
        if entry.what in TOLD:
            yield int(entry.at.timestamp() * 1000) + place, entry
