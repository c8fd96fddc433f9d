"""What is said to somebody who asks about incidents, or does something with one."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Generic, TypeVar

from engine.alerts.incidents import acts
from engine.alerts.incidents.acts import moment
from engine.alerts.incidents.card import MOST_BUTTONS, Reading, live_card, more_buttons
from engine.alerts.incidents.desk import IncidentDesk
from engine.alerts.incidents.model import Incident, Status, rank
from engine.alerts.incidents.ports import IncidentTransaction, IncidentTransactions
from engine.alerts.progress import duration
from engine.cards import Button, Card, CardKind, CardTable, Fact, Severity, counted
from engine.catalog.model import Project
from engine.clock import Clock
from engine.commands import (
    Acknowledge,
    Assign,
    ListIncidents,
    Resolve,
    ShowIncident,
    Snooze,
)
from engine.errors import EngineError, Unknown
from engine.known_names import close_to
from engine.people import Asker

IncidentCommand = ListIncidents | ShowIncident | Acknowledge | Snooze | Assign | Resolve

MOST_LISTED = 500
SHOWN = 10
HISTORY = 8

_UNRESOLVED = (Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED)
_TOUCHED: Mapping[type[Acknowledge | Snooze | Resolve], tuple[Status, ...]] = MappingProxyType(
    {
        Acknowledge: (Status.OPEN,),
        Snooze: (Status.OPEN, Status.ACKNOWLEDGED),
        Resolve: _UNRESOLVED,
    }
)
"""What is done to all is done to those; who was put aside on purpose stays so."""

T = TypeVar("T", bound=IncidentTransaction)


class UnknownIncident(Unknown):
    """No incident has that id."""

    noun = "incident"
    hint = "Ask «incidents» for those that are open."


class WhichIncident(EngineError):
    """Not exactly one incident is meant."""


class IncidentAnswers(Generic[T]):
    """Lists and shows incidents, and does with them what people want."""

    def __init__(
        self,
        project: Project,
        desk: IncidentDesk,
        transactions: IncidentTransactions[T],
        clock: Clock,
    ) -> None:
        self._project = project
        self._desk = desk
        self._transactions = transactions
        self._clock = clock

    async def answer(self, command: IncidentCommand, asker: Asker) -> Card:
        """The card; raises EngineError where it is refused."""
        match command:
            case ListIncidents():
                return await self._list(command)
            case ShowIncident():
                async with self._transactions.begin() as tx:
                    return self._shown(await self._meant(tx, command))
            case Acknowledge():
                return await self._change(command, _by(asker, acts.acknowledged, self._zone))
            case Snooze(until=until):
                return await self._change(
                    command,
                    lambda incident, at: acts.snoozed(incident, until, asker.name, at, self._zone),
                )
            case Assign(person=person):
                name = asker.name if person == "me" else person
                return await self._change(
                    command,
                    lambda incident, at: acts.assigned(incident, name, asker.name, at, self._zone),
                )
            case Resolve():
                return await self._change(command, _by(asker, acts.resolved, self._zone))

    @property
    def _zone(self) -> tzinfo:
        return self._desk.zone

    async def _change(
        self,
        command: Acknowledge | Snooze | Assign | Resolve,
        change: Callable[[Incident, datetime], Incident],
    ) -> Card:
        if not isinstance(command, Assign) and command.every:
            return await self._change_all(command, change)
        async with self._transactions.begin() as tx:
            meant = await self._meant(tx, command)
            changed = await self._desk.change(tx, meant.number, change)
        if changed is None:
            raise UnknownIncident(meant.id)
        told = _assigned if isinstance(command, Assign) else _done
        return told(changed, self._clock.now(), self._zone)

    async def _change_all(
        self,
        command: Acknowledge | Snooze | Resolve,
        change: Callable[[Incident, datetime], Incident],
    ) -> Card:
        """Do it with all that are not so already, or with none of them where one can't be."""
        self._require(command.dataset)
        async with self._transactions.begin() as tx:
            await tx.incidents.hold()
            wanted = self._named(command.dataset, None)
            fitting = await tx.incidents.listed(_TOUCHED[type(command)], MOST_LISTED, wanted)
            found = [await self._desk.change(tx, each.number, change) for each in fitting]
        changed = [each for each in found if each is not None]
        if not changed:
            raise _nothing_to_do(command)
        return _all_done(changed, command, self._clock.now(), self._zone)

    async def _meant(
        self, tx: T, command: ShowIncident | Acknowledge | Snooze | Assign | Resolve
    ) -> Incident:
        """The incident of an id, else the only one of a dataset or at all that is not resolved."""
        if command.incident is not None:
            found = await tx.incidents.get(_number(command.incident))
            if found is None:
                raise UnknownIncident(command.incident.upper())
            return found
        self._require(command.dataset)
        wanted = self._named(command.dataset, None)
        fitting = await tx.incidents.listed(_UNRESOLVED, MOST_LISTED, wanted)
        if len(fitting) == 1:
            return fitting[0]
        raise _which(fitting, command.dataset)

    def _require(self, name: str | None) -> None:
        known = {str(each) for each in self._project.datasets()}
        known |= {each.table for each in self._project.datasets()}
        if name is not None and name not in known:
            raise _UnknownTable(name, close_to(name, sorted(known)))

    async def _list(self, command: ListIncidents) -> Card:
        self._require(command.dataset)
        owner = self._owner(command.owner)
        statuses = (Status(command.status),) if command.status in set(Status) else _UNRESOLVED
        async with self._transactions.begin() as tx:
            wanted = self._named(command.dataset, owner)
            fitting = await tx.incidents.listed(statuses, MOST_LISTED, wanted)
        of_it = f" of {command.dataset}" if command.dataset else ""
        of_it += f" of {command.owner}" if command.owner else ""
        known = command.status if command.status in set(Status) else "open"
        return self._listing(fitting, str(known), of_it)

    def _listing(self, found: Sequence[Incident], status: str, of_it: str) -> Card:
        if not found:
            return Card(
                kind=CardKind.REPLY,
                severity=Severity.SUCCESS if status == "open" else Severity.INFO,
                title=f"No {status} incident{of_it}",
                text="Nothing is known to be broken." if status == "open" and not of_it else "",
            )
        now = self._clock.now()
        found = sorted(found, key=lambda each: (-rank(each.severity), -each.number))
        rows = tuple(self._row(each, now) for each in found[:SHOWN])
        more = len(found) - SHOWN
        return Card(
            kind=CardKind.REPLY,
            severity=Severity.INFO
            if status == Status.RESOLVED
            else max((each.severity for each in found), key=list(Severity).index),
            title=f"{counted(len(found), f'{status} incident')}{of_it}",
            text=_left_out(more) if more > 0 else "",
            table=CardTable(("Incident", "What", "State", "Since", "Owner"), rows),
            buttons=(
                *(Button(each.id, f"show {each.id}") for each in found[:5]),
                *(_for_all(found) if status == "open" and not of_it else ()),
            ),
        )

    def _row(self, incident: Incident, now: datetime) -> tuple[str, ...]:
        dataset = incident.cause.dataset
        owner = self._project.owner_of(dataset) if dataset else None
        who = incident.assignee or incident.acknowledged_by
        if incident.resolved:
            # who looked after it need not be what ended it
            who = incident.resolved_by
        state = f"{incident.status} ({who})" if who else str(incident.status)
        since = moment(incident.opened_at, now, self._zone)
        return incident.id, incident.cause.card.title, state, since, owner.name if owner else ""

    def _owner(self, name: str | None) -> str | None:
        if name is None:
            return None
        known = {each.id: each for each in self._project.owners}
        found = [
            each.id
            for each in known.values()
            if name.lower() in {each.id.lower(), each.name.lower(), each.contact.lower()}
        ]
        if not found:
            raise _UnknownOwner(name, close_to(name, sorted(known)))
        return found[0]

    def _named(self, name: str | None, owner: str | None) -> Collection[str] | None:
        """The datasets that are meant; None where any are."""
        if name is None and owner is None:
            return None
        owners = {each: self._project.owner_of(each) for each in self._project.datasets()}
        return [
            str(each)
            for each, owned in owners.items()
            if name in {None, str(each), each.table}
            if owner is None or (owned is not None and owned.id == owner)
        ]

    def _shown(self, incident: Incident) -> Card:
        """Its message, with what has no room there and how it came about."""
        reading = Reading(self._clock.now(), self._zone, self._desk.telling.impact)
        card = live_card(incident, reading)
        told = "\n".join((_as_of(incident, reading), *_history(incident, reading)))
        places = ", ".join(f"{each.place} ({each.because})" for each in incident.posted)
        facts = (*card.facts, *((Fact("Told in", places),) if places else ()))
        if incident.withheld:
            facts = (*facts, Fact("Withheld", incident.withheld))
        return replace(
            card,
            kind=CardKind.REPLY,
            text="\n".join(filter(None, (card.text, told))),
            facts=facts,
            buttons=tuple(more_buttons(incident))[:MOST_BUTTONS],
            fallback_text=card.title,
        )


def _for_all(found: Sequence[Incident]) -> Iterator[Button]:
    untouched = sum(each.status is Status.OPEN for each in found)
    if untouched > 1:
        confirm = f"Acknowledge {untouched} incidents? That ends their escalation."
        yield Button("Acknowledge all", "acknowledge all incidents", confirm=confirm)


def _left_out(more: int) -> str:
    return f"The {SHOWN} most severe, the newest first. {more} more: name a dataset or an owner."


class _UnknownTable(Unknown):
    noun = "table"


class _UnknownOwner(Unknown):
    noun = "owner"


def _by(
    asker: Asker, act: Callable[[Incident, str, datetime, tzinfo], Incident], zone: tzinfo
) -> Callable[[Incident, datetime], Incident]:
    return lambda incident, at: act(incident, asker.name, at, zone)


def _number(name: str) -> int:
    """The number of an id such as INC-12; raises UnknownIncident."""
    digits = name.upper().removeprefix("INC").lstrip("- ")
    if not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        raise UnknownIncident(name)
    return int(digits)


_MOST_DIGITS = 18
"""More don't fit PostgreSQL's numbers."""


def _which(found: Sequence[Incident], dataset: str | None) -> EngineError:
    of_it = f" of {dataset}" if dataset else ""
    if not found:
        return WhichIncident(f"No incident{of_it} is open.", "Ask «incidents» for what is.")
    named = ", ".join(f"{each.id} ({each.cause.card.title})" for each in found[:5])
    count = counted(len(found), "incident")
    return WhichIncident(f"{count}{of_it} are open: {named}.", "Name the one that you mean.")


def _as_of(incident: Incident, reading: Reading) -> str:
    """That this is a copy: it is not edited, and its buttons may be of a state that is over."""
    there = reading.now.astimezone(reading.zone)
    when = f"{there:%a} {there.day} {there:%b} {there:%H:%M}"
    return f"As of {when}; the message of {incident.id} itself is kept up to date."


def _history(incident: Incident, reading: Reading) -> Sequence[str]:
    lines = []
    for each in incident.history[-HISTORY:]:
        who = f" by {each.who}" if each.who else ""
        detail = f": {each.detail}" if each.detail else ""
        at = moment(each.at, reading.now, reading.zone)
        lines.append(f"• {at} {each.what}{who}{detail}")
    return lines


def _nothing_to_do(command: Acknowledge | Snooze | Resolve) -> WhichIncident:
    of_it = f" of {command.dataset}" if command.dataset else ""
    left = " that is not snoozed" if isinstance(command, Snooze) else ""
    left = " that nobody acknowledged" if isinstance(command, Acknowledge) else left
    return WhichIncident(f"There is no open incident{of_it}{left}.", "Ask «incidents» for what is.")


def _all_done(
    changed: Sequence[Incident],
    command: Acknowledge | Snooze | Resolve,
    now: datetime,
    zone: tzinfo,
) -> Card:
    """How many, and the first of them by name."""
    are = "is" if len(changed) == 1 else "are"
    of_it = f" of {command.dataset}" if command.dataset else ""
    first = changed[0]
    became = f"acknowledged by {first.acknowledged_by}"
    if isinstance(command, Snooze):
        became = f"snoozed {acts.span_of_snooze(first, now, zone)}"
    elif isinstance(command, Resolve):
        became = f"resolved by {first.resolved_by}"
    named = [f"{each.id} · {each.cause.card.title}" for each in changed[:SHOWN]]
    more = [f"… and {len(changed) - SHOWN} more"] if len(changed) > SHOWN else []
    if len(changed) == MOST_LISTED:
        more.append("So many are done at a time: say it again for the others.")
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS if isinstance(command, Resolve) else Severity.INFO,
        title=f"{counted(len(changed), 'incident')}{of_it} {are} {became}",
        text="\n".join((*named, *more)),
        buttons=(Button("Open incidents", "incidents"),),
    )


def _done(incident: Incident, now: datetime, zone: tzinfo) -> Card:
    """What was done, in few words: its own message tells the rest."""
    match incident.status:
        case Status.SNOOZED:
            told = f"{incident.id} is snoozed {acts.span_of_snooze(incident, now, zone)}"
        case Status.RESOLVED:
            lasted = duration((now - incident.opened_at).total_seconds())
            told = f"{incident.id} is resolved after {lasted}"
        case _:
            told = f"{incident.id} is acknowledged by {incident.acknowledged_by}"
    return _told(incident, told)


def _assigned(incident: Incident, now: datetime, zone: tzinfo) -> Card:
    """Whom it was given to, and that a snooze goes on."""
    told = f"{incident.id} is assigned to {incident.assignee}"
    if incident.status is Status.SNOOZED:
        told += f"; it stays snoozed {acts.span_of_snooze(incident, now, zone)}"
    return _told(incident, told)


def _told(incident: Incident, told: str) -> Card:
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS if incident.resolved else Severity.INFO,
        title=told,
        text=incident.cause.card.title,
        buttons=(Button(f"Show {incident.id}", f"show {incident.id}"),),
    )
