"""Where a notice goes: decided from routes, subscriptions, quiet hours, maintenance and mutes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.alerts.routing.hours import ends, span_words, told
from engine.alerts.routing.matching import misfits, of_mute, of_topic
from engine.alerts.routing.model import Decision, Destination, Muted, Notice, Subscription
from engine.catalog.routing import (
    OWNER,
    Escalation,
    Matching,
    Route,
    Routing,
    at_least,
)

_WEB = "web"


@dataclass(frozen=True, slots=True)
class _Held:
    """What keeps a notice back, and until when."""

    because: str
    until: datetime


def decide(
    notice: Notice,
    routing: Routing,
    subscriptions: Sequence[Subscription],
    mutes: Sequence[Muted],
    at: datetime,
    *,
    platform: str = _WEB,
) -> Decision:
    """Where a notice goes at a moment, with what explains it.

    Every route is explained, whether it matched or not. Where no route reaches anybody, the
    channels of atlas.yaml do. What is critical is kept back by maintenance and mutes alone.
    """
    routed, reasons = _routed(notice, routing, platform)
    subscribed = [_subscribed(each) for each in subscriptions if of_topic(each.topic, notice)]
    wanted = united([*routed, *subscribed])
    closed = [*_maintained(notice, routing, at), *_muted(notice, mutes, at, routing.zone)]
    told_all = (*reasons, *(each.because for each in subscribed))
    if closed:
        why = "; ".join(each.because for each in closed)
        until = max(each.until for each in closed)
        return Decision((), (*told_all, why), why, until, wanted)
    return _kept_quiet(notice, routing, wanted, told_all, at)


def escalated(
    step: Escalation, notice: Notice, routing: Routing, *, platform: str = _WEB
) -> tuple[Destination, ...]:
    """Who hears of it as well when nobody acknowledges; nobody where it is not severe enough."""
    if notice.severity not in step.severities:
        return ()
    because = f"nobody acknowledged it for {span_words(step.after)}"
    mention = _mentioned(step.mention, notice, routing)
    places = _places(step.to, notice, routing, platform)
    return united([Destination(place, mention, because) for place in places])


def united(wanted: Iterable[Destination]) -> tuple[Destination, ...]:
    """Each place once, with all who are mentioned there and all reasons."""
    found: dict[str, Destination] = {}
    for each in wanted:
        before = found.get(each.place)
        if before is not None:
            mention = tuple(dict.fromkeys((*before.mention, *each.mention)))
            both = (*before.because.split("; "), *each.because.split("; "))
            because = "; ".join(dict.fromkeys(both))
            found[each.place] = Destination(each.place, mention, because)
        else:
            found[each.place] = each
    return tuple(found.values())


def _routed(
    notice: Notice, routing: Routing, platform: str
) -> tuple[list[Destination], tuple[str, ...]]:
    """Where the routes send it, or else the channels of atlas.yaml."""
    found: list[Destination] = []
    reasons: list[str] = []
    first: Route | None = None
    for route in routing.routes:
        if first is not None and routing.matching is Matching.FIRST:
            reasons.append(f"route «{route.name}» was not looked at: «{first.name}» came first")
            continue
        why_not = misfits(route.when, notice)
        if why_not:
            reasons.append(f"route «{route.name}» does not match: {'; '.join(why_not)}")
            continue
        first = first or route
        sent = _sent(route, notice, routing, platform)
        reasons.append(_told(route, sent))
        found += sent
    if found:
        return found, tuple(reasons)
    default = _default(notice, routing, platform, matched=first is not None)
    return [default], (*reasons, f"{default.because}: {default.place}")


def _sent(route: Route, notice: Notice, routing: Routing, platform: str) -> list[Destination]:
    mention = _mentioned(route.mention, notice, routing)
    because = f"route «{route.name}»"
    places = _places(route.to, notice, routing, platform)
    return [Destination(place, mention, because) for place in places]


def _told(route: Route, sent: Sequence[Destination]) -> str:
    if not sent:
        return f"route «{route.name}» matches, and reaches nobody: no owner here can be written to"
    return f"route «{route.name}» matches: {', '.join(each.place for each in sent)}"


def _default(notice: Notice, routing: Routing, platform: str, *, matched: bool) -> Destination:
    reached = "reaches anybody" if matched else "matches"
    why = f"no route {reached}" if routing.routes else "there are no routes"
    because = f"{why}, so {notice.kind} alerts go where atlas.yaml says"
    return Destination(_on(routing.defaults.of(notice.kind), platform), (), because)


def _places(to: Iterable[str], notice: Notice, routing: Routing, platform: str) -> Iterator[str]:
    owner = routing.owner(notice.owner)
    for each in to:
        place = each if each != OWNER else owner.place if owner else None
        if place is not None:
            yield _on(place, platform)


def _on(place: str, platform: str) -> str:
    """A place with its platform; `#finance` is one of the platform where Atlas is spoken to."""
    return place if ":" in place else f"{platform}:{place}"


def _mentioned(who: Iterable[str], notice: Notice, routing: Routing) -> tuple[str, ...]:
    owner = routing.owner(notice.owner)
    names = {OWNER: owner.mention if owner else None}
    found = (names.get(each, each) for each in who)
    return tuple(dict.fromkeys(each for each in found if each))


def _subscribed(subscription: Subscription) -> Destination:
    because = f"{subscription.by} subscribed {subscription.place} to {subscription.topic}"
    return Destination(subscription.place, (), because)


def _maintained(notice: Notice, routing: Routing, at: datetime) -> Iterator[_Held]:
    for each in routing.maintenance:
        until = ends(each.when, at)
        if until is not None and not misfits(each.what, notice):
            why = f"maintenance until {told(until, at, routing.zone)}"
            yield _Held(f"{why}: {each.reason}" if each.reason else why, until)


def _muted(notice: Notice, mutes: Sequence[Muted], at: datetime, zone: str) -> Iterator[_Held]:
    for each in mutes:
        if at < each.until and of_mute(each, notice):
            why = f"muted until {told(each.until, at, zone)} by {each.by}"
            yield _Held(f"{why}: {each.reason}" if each.reason else why, each.until)


def _kept_quiet(
    notice: Notice,
    routing: Routing,
    wanted: Sequence[Destination],
    reasons: tuple[str, ...],
    at: datetime,
) -> Decision:
    """Hold back what would come at a quiet hour, for each place by itself."""
    quiet = {each.place: _quiet(each.place, notice, routing, at) for each in wanted}
    until = min((end for end in quiet.values() if end), default=None)
    places = tuple(each for each in wanted if quiet[each.place] is None)
    if until is None:
        return Decision(places, reasons)
    later = tuple(each for each in wanted if quiet[each.place] is not None)
    where = "" if not places else f" in {', '.join(each.place for each in later)}"
    why = f"quiet hours{where} until {told(until, at, routing.zone)}"
    return Decision(places, (*reasons, why), why, until, later)


def _quiet(place: str, notice: Notice, routing: Routing, at: datetime) -> datetime | None:
    """When the quiet hours of a place end that a notice is not severe enough to break."""
    found = (
        ends(each.hours, at)
        for each in routing.quiet
        if notice.severity not in at_least(each.let_through)
        and (not each.channels or _among(place, each.channels))
    )
    return max((end for end in found if end), default=None)


def _among(place: str, channels: Sequence[str]) -> bool:
    """A channel without a platform is meant on every one."""
    return place in channels or place.partition(":")[2] in channels
