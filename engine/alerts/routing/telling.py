"""Cards about who hears of what."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.alerts.routing.hours import BEFORE, span_words, told
from engine.alerts.routing.model import Decision, Muted, Subscription
from engine.alerts.routing.ports import Posted
from engine.cards import Button, Card, CardKind, CardTable, Fact, Severity, counted
from engine.catalog.routing import (
    EVERY_DAY,
    Condition,
    Hours,
    Matching,
    Routing,
    Stretch,
    at_least,
)
from engine.findings.sight import SetAside
from engine.recurrence import WEEKDAYS, WORKING_DAYS, listed
from engine.topics import Topic

_BUTTONS = 4
_UNSENT = "it was not sent anywhere"


def subscribed_card(subscription: Subscription, platform: str, *, new: bool) -> Card:
    """That a place hears of a topic from now on, or did so already."""
    where, what = _channel(subscription.place), str(subscription.topic)
    return _reply(
        Severity.SUCCESS,
        f"{where} hears of {what}" if new else f"{where} hears of {what} already",
        "The routes of the project send what they sent before.",
        Button("Unsubscribe", f"stop sending {what} to {_named(subscription.place, platform)}"),
        Button("Who hears what?", "who gets alerts?"),
    )


def unsubscribed_card(
    place: str, gone: Sequence[Subscription], left: Sequence[Subscription], platform: str
) -> Card:
    """That a place hears no more of what it was subscribed to."""
    topics = listed([str(each.topic) for each in gone])
    still = f"It still hears of {_topics(left)}. " if left else ""
    return _reply(
        Severity.SUCCESS,
        f"{_channel(place)} is not subscribed to {topics} any more",
        f"{still}What the routes of the project send there still comes.",
        *(
            Button("Subscribe again", f"send {each.topic} to {_named(each.place, platform)}")
            for each in gone[:1]
        ),
    )


def not_subscribed_card(place: str, topic: Topic | None, left: Sequence[Subscription]) -> Card:
    """That there was nothing to end."""
    what = f"to {topic}" if topic else "to anything"
    has = f"It is subscribed to {_topics(left)}." if left else ""
    return _reply(
        Severity.INFO,
        f"{_channel(place)} is not subscribed {what}",
        has or "What comes there is sent by the routes of the project.",
        Button("Who hears what?", "who gets alerts?"),
    )


def muted_card(mute: Muted, until: str, earlier: str) -> Card:
    """That alerts of a dataset are kept back."""
    before = f" It was muted {earlier} before." if earlier else ""
    return _reply(
        Severity.SUCCESS,
        f"{mute.dataset} is muted until {until}",
        f"Checks go on, and what happens is noted; it is posted then if it is still so.{before}",
        Button("Unmute", f"unmute {mute.dataset}"),
        facts=(Fact("Reason", mute.reason),) if mute.reason else (),
    )


def unmuted_card(dataset: str, gone: Sequence[Muted], around: Muted | None) -> Card:
    """That alerts of a dataset are posted again, unless its table is muted as a whole."""
    others = [each.dataset for each in gone if each.dataset != dataset]
    names = listed(others) if others else dataset
    are = "are" if len(others) > 1 else "is"
    return _reply(Severity.SUCCESS, f"{names} {are} not muted any more", _still(around))


def not_muted_card(dataset: str, around: Muted | None) -> Card:
    """That there was no mute to end."""
    itself = " by itself" if around else ""
    return _reply(Severity.INFO, f"{dataset} is not muted{itself}", _still(around))


def nothing_posted_card(place: str) -> Card:
    """That there is nothing to explain."""
    return _reply(
        Severity.INFO,
        f"No incident was posted in {_channel(place)}",
        "Ask about one by its id, such as «why did INC-12 go to #finance?».",
        Button("List incidents", "list incidents"),
    )


def explanation_card(posted: Posted, today: Decision, place: str | None, when: str) -> Card:
    """Why an incident went where it went, or why not to a place that somebody asked about."""
    return _reply(
        Severity.INFO,
        _title(posted, today, place),
        "\n".join(_decided(posted, today)),
        Button(f"Show {posted.incident}", f"show {posted.incident}"),
        Button("Who hears what?", "who gets alerts?"),
        facts=(Fact("Since", when), *_noticed(posted)),
    )


def _title(posted: Posted, today: Decision, place: str | None) -> str:
    sent = {each.place: each.because for each in posted.sent}
    if place is None:
        places = listed([_channel(each) for each in sent])
        return f"{posted.incident} went to {places or f'nobody: {posted.withheld or _UNSENT}'}"
    where = _channel(place)
    if place in sent:
        return f"{posted.incident} went to {where}: {sent[place]}"
    if posted.withheld and place in {each.place for each in (*today.places, *today.later)}:
        return f"{posted.incident} is kept from {where}: {posted.withheld}"
    return f"{posted.incident} did not go to {where}"


def _decided(posted: Posted, today: Decision) -> Iterator[str]:
    """As it was decided then, which routes that changed since can't contradict."""
    yield (
        "What was decided when it was told:"
        if posted.reasons
        else "The routes and subscriptions of today say:"
    )
    yield from map(_point, posted.reasons or today.reasons)


def _point(reason: str) -> str:
    return f"• {reason}"


def subscriptions_card(
    routing: Routing,
    subscriptions: Sequence[Subscription],
    mutes: Sequence[tuple[Muted, str]],
    place: str | None,
) -> Card:
    """Who hears of what, or what a place hears of."""
    rows = tuple(_rows(routing, subscriptions, place))
    of_place = f" for {_channel(place)}" if place else ""
    count = counted(len(subscriptions), "subscription")
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"{count}{of_place}, {counted(len(routing.routes), 'route')}, "
        f"{counted(len(mutes), 'mute')}",
        text="\n".join(_besides(routing, mutes)),
        table=CardTable(("What", "Goes to", "Because of"), rows) if rows else None,
        buttons=tuple(
            Button(f"Unmute {mute.dataset}", f"unmute {mute.dataset}")
            for mute, _ in mutes[:_BUTTONS]
        ),
    )


def with_set_aside(card: Card, files: Sequence[SetAside]) -> Card:
    """The same card, which begins with what is wrong with files of the project."""
    if not files:
        return card
    lines = (f"{each.file} is set aside. {each.sentence}" for each in files)
    worse = max(card.severity, Severity.WARNING, key=list(Severity).index)
    return replace(card, severity=worse, text="\n".join(filter(None, (*lines, card.text))))


def condition_words(when: Condition) -> str:
    """«critical quality alerts for gold owned by sales», as a topic is told."""
    words = (_severity(when.severities), _or(when.kinds), "alerts")
    where = [part for part in (_or(when.layers), _or(when.datasets)) if part]
    said = [" ".join(filter(None, words))]
    said += [f"for {' and '.join(where)}"] if where else []
    said += [f"owned by {_or(when.owners)}"] if when.owners else []
    said += [f"tagged {_or(when.tags)}"] if when.tags else []
    return " ".join(said)


def _severity(severities: Sequence[Severity]) -> str:
    least = next((each for each in Severity if at_least(each) == tuple(severities)), None)
    return f"at least {least}" if least and severities[1:] else _or(severities)


def _rows(
    routing: Routing, subscriptions: Sequence[Subscription], place: str | None
) -> Iterator[tuple[str, str, str]]:
    channel = None if place is None else _channel(place)
    for route in routing.routes:
        if channel is None or channel in route.to or place in route.to:
            yield condition_words(route.when), ", ".join(route.to), f"route «{route.name}»"
    for each in subscriptions:
        yield str(each.topic), _channel(each.place), f"subscribed by {each.by}"
    rest = "what no route takes" if routing.routes else "alerts"
    defaults = routing.defaults
    for noun, to in (
        ("quality", defaults.quality),
        ("privacy", defaults.privacy),
        ("run", defaults.runs),
    ):
        if channel in {None, to}:
            yield f"{noun}: {rest}", to, "atlas.yaml"


def _besides(routing: Routing, mutes: Sequence[tuple[Muted, str]]) -> Iterator[str]:
    yield from routing_words(routing)
    for mute, until in mutes:
        reason = f": {mute.reason}" if mute.reason else ""
        yield f"{mute.dataset} is muted until {until} by {mute.by}{reason}."


def routing_words(routing: Routing) -> Iterator[str]:
    """What there is beside the routes, a sentence each."""
    if routing.routes:
        matching = "All routes that match send" if _all(routing) else "The first route sends"
        yield f"{matching}; subscriptions add to that."
    for quiet in routing.quiet:
        where = f" in {', '.join(quiet.channels)}" if quiet.channels else ""
        yield f"Quiet{where} {hours_words(quiet.hours)}, unless it is {quiet.let_through}."
    for each in routing.maintenance:
        about = condition_words(each.what).replace("alerts", "all alerts", 1)
        reason = f": {each.reason}" if each.reason else ""
        yield f"Maintenance {when_words(each.when, routing.zone)} keeps back {about}{reason}."
    for step in routing.escalation:
        least = f"at least {step.severities[0]}" if step.severities[1:] else step.severities[0]
        to = ", ".join(step.to)
        yield f"What is {least} and not acknowledged for {span_words(step.after)} goes to {to}."


def when_words(when: Hours | Stretch, zone: str) -> str:
    """When maintenance is."""
    if isinstance(when, Hours):
        return hours_words(when)
    return f"from {told(when.start, BEFORE, zone)} until {told(when.end, BEFORE, zone)}"


def hours_words(hours: Hours) -> str:
    """«from 22:00 to 07:00 Europe/Berlin on Saturday and Sunday»."""
    clock = f"from {hours.start:%H:%M} to {hours.end:%H:%M} {hours.zone}"
    if hours.days == EVERY_DAY:
        return clock
    if hours.days == WORKING_DAYS:
        return f"{clock} on weekdays"
    names = [WEEKDAYS[day % 7] for day in sorted(day or 7 for day in hours.days)]
    return f"{clock} on {listed(names)}"


def _all(routing: Routing) -> bool:
    return routing.matching is Matching.ALL


def _noticed(posted: Posted) -> Iterator[Fact]:
    notice = posted.notice
    yield Fact("About", f"{notice.severity} {notice.kind}")
    if notice.dataset is not None:
        yield Fact("Dataset", str(notice.dataset))
    if notice.owner:
        yield Fact("Owner", notice.owner)


def _still(around: Muted | None) -> str:
    if around is None:
        return "Its alerts are posted."
    return f"All of {around.dataset} is muted by {around.by}: say «unmute {around.dataset}»."


def _topics(subscriptions: Sequence[Subscription]) -> str:
    return listed([str(each.topic) for each in subscriptions])


def _named(place: str, platform: str) -> str:
    """The place as it is typed on a platform: one of another platform is said with it."""
    return _channel(place) if place.startswith(f"{platform}:") else place


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)


def _channel(place: str) -> str:
    """The place as people of its platform write it."""
    return place.partition(":")[2]


def _reply(
    severity: Severity, title: str, text: str, *buttons: Button, facts: Sequence[Fact] = ()
) -> Card:
    return Card(CardKind.REPLY, severity, title, text, tuple(facts), buttons=buttons)
