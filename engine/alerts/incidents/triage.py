"""From signals to incidents, in one pure function: one cause is one incident."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.alerts.incidents.grouping import grouped, root_of
from engine.alerts.incidents.lineage import Lineage
from engine.alerts.incidents.model import (
    KEPT_OCCURRENCES,
    Entry,
    Incident,
    Member,
    Status,
    What,
    worst,
)
from engine.alerts.incidents.signals import Noted, Signal
from engine.cards import counted
from engine.catalog.model import DatasetName
from engine.findings.clearing import Cleared

REOPENS = timedelta(days=1)
"""The same trouble within this time after an incident ended opens it again."""

FLAPS = 3
WITHIN = timedelta(hours=1)
"""What ended so often by itself in so long a time, and began again, comes and goes."""

CALM = timedelta(hours=1)
"""What comes and goes is over once nothing was noted for so long."""


def triage(
    known: Sequence[Incident], signals: Sequence[Signal], lineage: Lineage, at: datetime
) -> tuple[Incident, ...]:
    """The incidents that are new or changed by some signals; new ones have number 0.

    `known` are those that are not resolved and those resolved within a day, as far as they are
    about the same datasets, what is above and below them, the same runs or fingerprints, with all
    of their members. The same signals again change nothing, and the order of what was noted does
    not matter.
    """
    book = _heard(known, signals, at)
    settled = _regrouped(book, lineage, at) if book.heard_news else book.all
    return _changed(known, settled, signals, at)


def moved(
    known: Sequence[Incident], signals: Sequence[Signal], at: datetime
) -> frozenset[DatasetName]:
    """The datasets whose trouble is new or changed, so that what is below may follow from it."""
    return frozenset(_heard(known, signals, at).moved)


def triage_near(
    known: Sequence[Incident], signals: Sequence[Signal], lineage: Lineage, at: datetime
) -> tuple[Incident, ...] | None:
    """The same from few members; None where that takes all of them.

    Of `known` at hand are the members that are about the datasets of the signals and what is above
    them, the same runs or fingerprints. Nothing that is below what `moved` may be in trouble.
    """
    book = _heard(known, signals, at)
    if book.reopened:
        return None
    settled = _placed(book, signals, lineage, at) if book.heard_news else book.all
    return None if settled is None else _changed(known, settled, signals, at)


def _heard(known: Sequence[Incident], signals: Iterable[Signal], at: datetime) -> "_Book":
    book = _Book(known, at)
    for each in sorted((each for each in signals if isinstance(each, Noted)), key=_by_time):
        book.hear(each)
    return book


def _changed(
    known: Sequence[Incident],
    settled: Iterable[Incident],
    signals: Iterable[Signal],
    at: datetime,
) -> tuple[Incident, ...]:
    ended = [each for each in signals if isinstance(each, Cleared)]
    after = [_cleared(each, ended, at) for each in settled]
    before = {each.number: each for each in known}
    changed = (each for each in after if before.get(each.number) != each)
    return tuple(replace(each, changed_at=at) for each in changed)


def _by_time(noted: Noted) -> tuple[datetime, str, str]:
    return noted.at, noted.fingerprint, noted.occurrence


class _Book:
    """The incidents while signals are heard, and what belongs to none yet."""

    def __init__(self, known: Sequence[Incident], at: datetime) -> None:
        apart = (each for each in known if each.merged_into is None)
        self._incidents = {each.number: each for each in sorted(apart, key=lambda i: i.number)}
        self._holder: dict[str, int] = {}
        for number, each in self._incidents.items():
            for member in each.members:
                before = self._incidents.get(self._holder.get(member.fingerprint, -1))
                if before is None or before.resolved:
                    self._holder[member.fingerprint] = number
        self._members = {
            number: {member.fingerprint: member for member in each.members}
            for number, each in self._incidents.items()
        }
        self._at = at
        self.loose: dict[str, Member] = {}
        self.moved: set[DatasetName] = set()
        self.heard_news = False
        self.reopened = False

    @property
    def all(self) -> list[Incident]:
        """Every incident, oldest first."""
        return [
            replace(each, members=tuple(self._members[number].values()))
            for number, each in self._incidents.items()
        ]

    def hear(self, noted: Noted) -> None:
        """Count it where its trouble is known, or keep it for a new incident."""
        number = self._holder.get(noted.fingerprint, -1)
        holder = self._incidents.get(number)
        member = self._members[number][noted.fingerprint] if holder else None
        if holder is None or member is None or _is_long_over(holder, member, noted):
            before = self.loose.get(noted.fingerprint)
            self.loose[noted.fingerprint] = _again(before, noted) if before else noted.as_member
            self._move(noted.dataset)
            return
        after = _again(member, noted)
        if after == member:
            return
        self.heard_news = True
        self._members[number][noted.fingerprint] = after
        if holder.resolved and not after.over:
            self._incidents[number] = _reopened(holder, self._at)
            self.reopened = True
        if _explaining(after) != _explaining(member):
            self._move(noted.dataset)

    def _move(self, dataset: DatasetName | None) -> None:
        self.heard_news = True
        if dataset is not None:
            self.moved.add(dataset)


def _explaining(member: Member) -> tuple[object, ...]:
    """What decides which other trouble it may be the cause of, and what may be its own."""
    return member.severity, member.first_at, member.over_at


def _is_long_over(incident: Incident, member: Member, noted: Noted) -> bool:
    """Whether it is news of a trouble that ended more than a day ago."""
    if not incident.resolved or incident.resolved_at is None:
        return False
    return noted.at > member.last_at and noted.at - incident.resolved_at > REOPENS


def _again(member: Member, noted: Noted) -> Member:
    """The member after its trouble was noted once more; the same occurrence is no news."""
    known = noted.occurrence in member.occurrences
    ended = member.over_at
    late = ended is not None and noted.at <= ended
    if known and (ended is None or late or noted.at <= member.last_at):
        return _merged(member, noted)
    newest = noted.at >= member.last_at
    return replace(
        _merged(member, noted),
        card=noted.card if newest else member.card,
        left_out=noted.left_out if newest else member.left_out,
        holds_back=noted.holds_back if newest else member.holds_back,
        occurrences=_kept((*member.occurrences, noted.occurrence)),
        runs=_kept((*member.runs, *((noted.run_id,) if noted.run_id else ()))),
        count=member.count + 1,
        over_at=ended if late else None,
        over_by=member.over_by if late else "",
    )


def _merged(member: Member, noted: Noted) -> Member:
    """The member with the span and the severity of both; itself where that is no news."""
    return replace(
        member,
        severity=worst((member.severity, noted.severity)),
        first_at=min(member.first_at, noted.at),
        last_at=max(member.last_at, noted.at),
    )


def _kept(names: Sequence[str]) -> tuple[str, ...]:
    once = tuple(dict.fromkeys(names))
    return once if len(once) <= KEPT_OCCURRENCES else (once[0], *once[1 - KEPT_OCCURRENCES :])


def _reopened(incident: Incident, at: datetime) -> Incident:
    """Open again under its number; one that comes and goes is told so once."""
    lately = sum(at - each <= WITHIN for each in incident.closings)
    entries = [Entry(at, What.REOPENED)]
    flaps = lately >= FLAPS
    if flaps and not incident.flapping:
        entries.append(Entry(at, What.FLAPPING, detail=f"ended {lately} times within an hour"))
    return replace(
        incident,
        status=Status.OPEN,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None,
        snoozed_by=None,
        resolved_by=None,
        resolved_at=None,
        escalations=(),
        begun_at=at,
        reopened=incident.reopened + 1,
        flapping=incident.flapping or flaps,
    ).noting(*entries)


def _regrouped(book: _Book, lineage: Lineage, at: datetime) -> list[Incident]:
    """All incidents once members went to where their cause is."""
    waiting = [each for each in book.all if not each.resolved]
    members = [member for each in waiting for member in each.members]
    groups = grouped((*members, *book.loose.values()), lineage)
    owner = {member.fingerprint: place for place, each in enumerate(groups) for member in each}
    claims: dict[int, list[Incident]] = {}
    for each in waiting:
        claims.setdefault(owner[each.root], []).append(each)
    made = [
        incident
        for place, group in enumerate(groups)
        for incident in _of_group(group, claims.get(place, []), lineage, at)
    ]
    return [*(each for each in book.all if each.resolved), *made]


def _placed(
    book: _Book, signals: Iterable[Signal], lineage: Lineage, at: datetime
) -> list[Incident] | None:
    """All incidents with what is new where its cause is; None where a known member would move."""
    waiting = {each.number: each for each in book.all if not each.resolved}
    near = _near(signals, lineage)
    at_hand = {
        member.fingerprint: (number, member)
        for number, each in waiting.items()
        for member in each.members
        if member.dataset is None or member.dataset in near
    }
    groups = grouped((*(m for _, m in at_hand.values()), *book.loose.values()), lineage)
    made: list[Incident] = []
    grown: set[int] = set()
    for group in groups:
        holders = {at_hand[m.fingerprint][0] for m in group if m.fingerprint in at_hand}
        if not holders:
            made.extend(_of_group(group, (), lineage, at))
            continue
        number = holders.pop()
        # what is about datasets hangs together; of what is about none only a few may be at hand
        if holders or (number in grown and group[0].dataset is not None):
            return None
        grown.add(number)
        waiting[number] = _with_new(waiting[number], group, at)
    rooted = [_rooted(each, lineage) for each in waiting.values()]
    return [*(each for each in book.all if each.resolved), *rooted, *made]


def _near(signals: Iterable[Signal], lineage: Lineage) -> set[DatasetName]:
    """The datasets of which trouble was noted, and what is above them."""
    noted = {each.dataset for each in signals if isinstance(each, Noted) and each.dataset}
    return noted.union(*(lineage.above(each) for each in noted))


def _with_new(incident: Incident, group: Sequence[Member], at: datetime) -> Incident:
    """The incident with those of a group that it did not have."""
    known = set(incident.fingerprints)
    new = tuple(each for each in group if each.fingerprint not in known)
    entries = tuple(_joined(incident, new, (), at))
    return replace(incident, members=(*incident.members, *new)).noting(*entries)


def _rooted(incident: Incident, lineage: Lineage) -> Incident:
    """The incident with the cause that its members at hand show."""
    root = root_of(incident.members, lineage)
    severity = worst((incident.severity, *(each.severity for each in incident.members)))
    return replace(incident, root=root.fingerprint, severity=severity)


def _of_group(
    group: tuple[Member, ...], claimed: Sequence[Incident], lineage: Lineage, at: datetime
) -> Iterator[Incident]:
    """One incident for what has one cause: the oldest goes on, the others go into it."""
    root = root_of(group, lineage)
    severity = worst(each.severity for each in group)
    if not claimed:
        began = min(each.first_at for each in group)
        new = Incident(0, group, root.fingerprint, severity, began, at, begun_at=at)
        yield new.noting(Entry(began, What.OPENED, detail=root.card.title))
        return
    oldest, *others = claimed
    severity = worst((severity, *(each.severity for each in claimed)))
    entries = (*_joined(oldest, group, others, at), *_taken_in(others, at))
    yield replace(oldest, members=group, root=root.fingerprint, severity=severity).noting(*entries)
    for each in others:
        into = f"INC-{oldest.number}"
        yield replace(
            each,
            status=Status.RESOLVED,
            resolved_at=at,
            resolved_by=into,
            merged_into=oldest.number,
        ).noting(Entry(at, What.MERGED, detail=f"it follows from {into}"))


def _joined(
    incident: Incident, group: Sequence[Member], others: Sequence[Incident], at: datetime
) -> Iterator[Entry]:
    known = {*incident.fingerprints, *(name for each in others for name in each.fingerprints)}
    new = [each for each in group if each.fingerprint not in known]
    if len(new) == 1:
        yield Entry(at, What.JOINED, detail=new[0].card.title)
    elif new:
        yield Entry(at, What.JOINED, detail=f"{counted(len(new), 'failure')} that follow from it")


def _taken_in(others: Sequence[Incident], at: datetime) -> Iterator[Entry]:
    yield from (Entry(at, What.MERGED, detail=f"{each.id} is part of it") for each in others)


def _cleared(incident: Incident, ended: Sequence[Cleared], at: datetime) -> Incident:
    """The incident after what some signals say is over; by itself it ends with its last member."""
    if incident.resolved or not ended:
        return incident
    members = tuple(_over(each, ended) for each in incident.members)
    if members == incident.members:
        return incident
    after = replace(incident, members=members)
    if after.totals.open or after.flapping:
        return after
    return ended_by_itself(after, at)


def _over(member: Member, ended: Sequence[Cleared]) -> Member:
    if member.over:
        return member
    for each in ended:
        if each.at >= member.last_at and _ends(each, member):
            return replace(member, over_at=each.at, over_by=each.run_id)
    return member


def _ends(cleared: Cleared, member: Member) -> bool:
    """A look at the published table says nothing of a version that was held back."""
    if cleared.fingerprint is None and cleared.only_looked and member.holds_back:
        return False
    return cleared.ends_trouble(member.kind, member.dataset, member.fingerprint)


def ended_by_itself(incident: Incident, at: datetime) -> Incident:
    """The incident once all of its members are over."""
    over_by = incident.totals.over_by
    by = f"run {over_by}" if over_by else "itself"
    return replace(
        incident,
        status=Status.RESOLVED,
        resolved_at=at,
        resolved_by=by,
        flapping=False,
        snoozed_until=None,
        closings=(*incident.closings, at)[-10:],
    ).noting(Entry(at, What.RESOLVED, detail=f"by {by}"))


def calmed(incident: Incident, at: datetime) -> bool:
    """Whether what came and went is over for long enough."""
    totals = incident.totals
    if not incident.flapping or incident.resolved or totals.open or totals.over_at is None:
        return False
    return at - totals.over_at >= CALM
