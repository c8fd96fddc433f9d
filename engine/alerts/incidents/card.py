"""An incident as one live message, and the few words that go into its thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from engine.alerts.incidents.acts import moment, span_of_snooze
from engine.alerts.incidents.model import Entry, Incident, Status, What
from engine.alerts.incidents.ports import StormCount
from engine.alerts.progress import duration
from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Fact,
    Mention,
    Severity,
    counted,
    readable,
)
from engine.catalog.model import DatasetName

MOST_BUTTONS = 6

NAMED = 5
"""So many of the failures that follow are named; the others are counted."""

TOLD = {
    What.ACKNOWLEDGED: "was acknowledged",
    What.ASSIGNED: "was assigned",
    What.WOKEN: "is not snoozed any more",
    What.ESCALATED: "was escalated",
    What.RESOLVED: "is resolved",
    What.REOPENED: "is open again",
}
"""What goes into the thread; all else is only edited in place."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How whoever reads it sees it: at what time, in which zone, and what lies downstream."""

    now: datetime
    zone: tzinfo
    impact: Callable[[DatasetName], str]


def live_card(incident: Incident, reading: Reading, mention: tuple[Mention, ...] = ()) -> Card:
    """The message of an incident as it is now; who is mentioned is called while it is open."""
    cause = incident.cause
    mentions = mention if incident.status is Status.OPEN else ()
    called = tuple(each.name for each in mentions)
    title = _title(incident)
    # what is over asks nothing of anybody
    text = "" if incident.resolved else cause.card.text
    lines = (*_state(incident, reading), *filter(None, (text,)), *_also(incident))
    return Card(
        kind=CardKind.ALERT,
        severity=_colour(incident),
        title=title,
        text="\n".join((*lines, *((" ".join(called),) if called else ()))),
        facts=tuple(_facts(incident, reading)),
        table=cause.card.table,
        buttons=tuple(_buttons(incident))[:MOST_BUTTONS],
        fallback_text=" ".join((title, *called)),
        mentions=mentions,
    )


def _title(incident: Incident) -> str:
    told = incident.cause.card.title
    if incident.merged_into is not None:
        return f"{incident.id} is part of INC-{incident.merged_into} · {told}"
    return f"{incident.id} is resolved · {told}" if incident.resolved else f"{incident.id} · {told}"


def _colour(incident: Incident) -> Severity:
    if incident.merged_into is not None:
        return Severity.INFO
    return Severity.SUCCESS if incident.resolved else incident.severity


def _state(incident: Incident, reading: Reading) -> Iterator[str]:
    """How it stands, in one line, where it is not just open."""
    if incident.merged_into is not None:
        yield f"It follows from INC-{incident.merged_into}, whose message tells all."
    elif incident.resolved and incident.resolved_at is not None:
        lasted = duration((incident.resolved_at - incident.opened_at).total_seconds())
        yield f"Resolved after {lasted}, by {incident.resolved_by}."
    elif incident.status is Status.SNOOZED:
        until = span_of_snooze(incident, reading.now, reading.zone)
        yield f"Snoozed by {incident.snoozed_by} {until}."
    elif incident.status is Status.ACKNOWLEDGED:
        at = moment(incident.acknowledged_at, reading.now, reading.zone)
        yield f"Acknowledged by {incident.acknowledged_by} at {at}."
    elif incident.reopened:
        yield f"It is open again, for the {_ordinal(incident.reopened)} time."
    if incident.flapping and not incident.resolved:
        yield "It comes and goes: this message stays open until it was quiet for an hour."
    if incident.cause.over and not incident.resolved and incident.totals.members > 1:
        yield "This itself is fine again; what follows from it is not yet."


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _also(incident: Incident) -> Iterator[str]:
    """What follows from it: what was not made for it, and what failed for it."""
    if incident.resolved:
        return
    failed = [each.card.title for each in incident.others if not each.over]
    told = [*failed, *(_waiting(incident) if incident.whole else ())]
    count = len(told) - len(failed) + incident.totals.open - (not incident.cause.over)
    if told:
        more = f" and {readable(count - NAMED)} more" if count > NAMED else ""
        yield f"Also: {', '.join(told[:NAMED])}{more}."


def _waiting(incident: Incident) -> Iterator[str]:
    """What was not made, as long as it did not fail by itself."""
    failing = {str(each.dataset) for each in incident.members}
    left = dict.fromkeys(name for m in incident.members if not m.over for name in m.left_out)
    yield from (f"{name} was not rebuilt" for name in left if name not in failing)


def _facts(incident: Incident, reading: Reading) -> Iterator[Fact]:
    cause = incident.cause
    yield from cause.card.facts
    yield Fact("Since", moment(incident.opened_at, reading.now, reading.zone))
    totals = incident.totals
    if totals.noted > 1:
        last = moment(totals.last_at, reading.now, reading.zone)
        yield Fact("Noted", f"{readable(totals.noted)} times, last at {last}")
    if cause.dataset is not None and not incident.resolved:
        yield Fact("Impact", reading.impact(cause.dataset))
    if incident.assignee:
        yield Fact("Assigned to", incident.assignee)


def _buttons(incident: Incident) -> Iterator[Button]:
    """Few of them: what is to be done about the cause first, then about the incident."""
    own, more = incident.cause.card.buttons, Button("More", f"show {incident.id}")
    if incident.resolved:
        target = f"INC-{incident.merged_into}" if incident.merged_into else incident.id
        yield Button(f"Show {target}", f"show {target}")
        return
    match incident.status:
        case Status.OPEN:
            yield from own[:2]
            yield _acknowledging(incident)
            yield Button("Assign to me", f"assign {incident.id} to me")
            yield Button("Snooze 1 h", f"snooze {incident.id} for 1 hour")
        case Status.ACKNOWLEDGED:
            yield from own[:3]
            yield Button("Until green", f"snooze {incident.id} until green")
            yield _resolving(incident)
        case _:
            yield from own[:3]
            yield _acknowledging(incident)
            yield _resolving(incident)
    yield more


def _acknowledging(incident: Incident) -> Button:
    style = ButtonStyle.PRIMARY if not incident.cause.card.buttons else ButtonStyle.DEFAULT
    return Button("Acknowledge", f"acknowledge {incident.id}", style)


def _resolving(incident: Incident) -> Button:
    confirm = f"Close {incident.id} by hand? The same trouble within a day opens it again."
    return Button("Resolve", f"resolve {incident.id}", confirm=confirm)


def more_buttons(incident: Incident) -> Iterator[Button]:
    """What may be done about an incident that its message has no room for."""
    if incident.resolved:
        return
    yield from incident.cause.card.buttons[2:4]
    yield Button("Snooze until tomorrow 9:00", f"snooze {incident.id} until tomorrow 9am")
    yield Button("Until green", f"snooze {incident.id} until green")
    dataset = incident.cause.dataset
    if dataset is not None:
        yield Button(f"Mute {dataset.table} for 2 h", f"mute {dataset.table} for 2 hours")
    yield _resolving(incident)


def thread_card(incident: Incident, entry: Entry, mention: tuple[Mention, ...] = ()) -> Card:
    """One line of its history, for its thread."""
    by = f" by {entry.who}" if entry.who and entry.what is not What.ASSIGNED else ""
    to = f" {entry.detail}" if entry.what is What.ASSIGNED else ""
    title = f"{incident.id} {TOLD[entry.what]}{by}{to}"
    detail = entry.detail if entry.what in {What.ESCALATED, What.RESOLVED} else ""
    mentions = mention if entry.what is What.ESCALATED else ()
    over = entry.what is What.RESOLVED
    words = (detail, *(each.name for each in mentions))
    # where there are no threads, and in what a phone shows, nothing else says what it was
    what = incident.cause.card.title if over else ""
    return Card(
        kind=CardKind.ALERT,
        severity=Severity.SUCCESS if over else Severity.INFO,
        title=title,
        text="\n".join(filter(None, (what, " ".join(filter(None, words))))),
        buttons=(Button(f"Show {incident.id}", f"show {incident.id}"),),
        mentions=mentions,
    )


def storm_card(count: StormCount, reading: Reading) -> Card:
    """Many incidents at once, as one message."""
    open_ = count.total - count.resolved
    rows = tuple(
        (each.id, each.cause.card.title, str(each.severity), str(each.status))
        for each in count.worst
    )
    # what is open comes first in it, and alone tells how bad it is now
    severities = [each.severity for each in count.worst if not each.resolved]
    return Card(
        kind=CardKind.ALERT,
        severity=max(severities, key=list(Severity).index, default=Severity.SUCCESS),
        title=_storm_title(count),
        text="So many began at once that this message tells of them together. "
        "Look for what they have in common; each can be shown and acknowledged by its id.",
        facts=(
            Fact("Open", readable(open_)),
            Fact("Resolved", readable(count.resolved)),
            Fact("Since", moment(count.began, reading.now, reading.zone)),
        ),
        table=CardTable(("Incident", "What", "Severity", "State"), rows) if rows else None,
        buttons=(Button("Open incidents", "incidents", ButtonStyle.PRIMARY),),
    )


def _storm_title(count: StormCount) -> str:
    """The number that matters to whoever wakes up: how many are open still."""
    total = counted(count.total, "more incident")
    if count.resolved == count.total:
        return f"Storm over: {total} began, and none is open"
    span = duration((count.latest - count.began).total_seconds())
    began = f"Storm: {total} began within {span}" if count.total > 1 else f"Storm: {total} began"
    return f"{began}, {count.total - count.resolved} open" if count.resolved else began
