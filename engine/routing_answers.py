"""Answers about who hears of what: subscriptions and mutes made in chat, and why it went where."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from engine.alerts.places import platform_for
from engine.alerts.routing.deciding import decide
from engine.alerts.routing.hours import told
from engine.alerts.routing.in_force import ProjectRoutes
from engine.alerts.routing.model import Decision, Muted, Subscription
from engine.alerts.routing.ports import (
    IncidentNotices,
    Posted,
    RoutesInForce,
    RoutingStore,
    RoutingTransaction,
)
from engine.alerts.routing.telling import (
    explanation_card,
    muted_card,
    not_muted_card,
    not_subscribed_card,
    nothing_posted_card,
    subscribed_card,
    subscriptions_card,
    unmuted_card,
    unsubscribed_card,
    with_set_aside,
)
from engine.cards import Card
from engine.catalog.model import Layer, Project
from engine.catalog.parties import PLACE
from engine.clock import Clock
from engine.commands import (
    ExplainRoute,
    ListSubscriptions,
    Mute,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.errors import EngineError, UnknownDataset
from engine.known_names import close_to
from engine.people import Asker
from engine.runs.ports import Transactions
from engine.topics import ANYTHING, Kind, Topic

T = TypeVar("T", bound=RoutingTransaction)

RoutingCommand = Subscribe | Unsubscribe | ListSubscriptions | Mute | Unmute | ExplainRoute


class RoutingAnswers(Generic[T]):
    """What people hear when they say who is to hear of what; times are told in `zone`."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[T],
        incidents: IncidentNotices,
        clock: Clock,
        zone: str,
        platform: str = "web",
        *,
        routes: RoutesInForce | None = None,
    ) -> None:
        self._project = project
        self._transactions = transactions
        self._incidents = incidents
        self._clock = clock
        self._zone = zone
        self._platform = platform
        self._routes = routes or ProjectRoutes(project)

    async def answer(self, command: RoutingCommand, asker: Asker) -> Card:
        """Carry it out; raises EngineError where it is refused."""
        match command:
            case Subscribe():
                return await self._subscribe(command, asker)
            case Unsubscribe():
                return await self._unsubscribe(command, asker)
            case ListSubscriptions():
                return await self._list(command, asker)
            case Mute():
                return await self._mute(command, asker)
            case Unmute():
                return await self._unmute(command)
            case ExplainRoute():
                return await self._explain(command, asker)

    async def _subscribe(self, command: Subscribe, asker: Asker) -> Card:
        topic = known_topic(command.topic, self._project)
        place = place_of(command.channel, asker, self._platform)
        wish = Subscription(place, topic, asker.name, self._clock.now())
        async with self._transactions.begin() as tx:
            new = await tx.routing.subscribe(wish)
        return subscribed_card(wish, asker.platform, new=new)

    async def _unsubscribe(self, command: Unsubscribe, asker: Asker) -> Card:
        place = place_of(command.channel, asker, self._platform)
        async with self._transactions.begin() as tx:
            topic = self._subscribed(command.topic, await tx.routing.subscriptions(place))
            gone = await tx.routing.unsubscribe(place, topic)
            left = await tx.routing.subscriptions(place)
        if not gone:
            return not_subscribed_card(place, topic, left)
        return unsubscribed_card(place, gone, left, asker.platform)

    def _subscribed(self, topic: Topic, there: Sequence[Subscription]) -> Topic | None:
        """The topic that is meant, None for all; one of a table that is gone can be ended too."""
        if topic == ANYTHING:
            return None
        same = replace(topic, kinds=_ordered(topic.kinds))
        if same in {each.topic for each in there}:
            return same
        return known_topic(topic, self._project)

    async def _list(self, command: ListSubscriptions, asker: Asker) -> Card:
        place = place_of(command.channel, asker, self._platform) if command.channel else None
        now = self._clock.now()
        async with self._transactions.begin() as tx:
            subscriptions = await tx.routing.subscriptions(place)
            mutes = await tx.routing.mutes(now)
        shown = [(each, told(each.until, now, self._zone)) for each in mutes]
        card = subscriptions_card(await self._routes.current(), subscriptions, shown, place)
        return with_set_aside(card, await self._routes.set_aside())

    async def _mute(self, command: Mute, asker: Asker) -> Card:
        dataset, now = known_dataset(command.dataset, self._project), self._clock.now()
        if command.until <= now:
            raise EngineError(
                f"{told(command.until, now, self._zone)} has passed, so nothing was muted.",
                f"Say for example «mute {dataset} for 2 hours».",
            )
        mute = Muted(dataset, command.until, asker.name, now, command.reason)
        async with self._transactions.begin() as tx:
            before = await tx.routing.mute(mute)
        earlier = before if before is not None and now < before.until else None
        return muted_card(
            mute,
            told(mute.until, now, self._zone),
            f"until {told(earlier.until, now, self._zone)} by {earlier.by}"
            if earlier and earlier.until != mute.until
            else "",
        )

    async def _unmute(self, command: Unmute) -> Card:
        dataset = known_dataset(command.dataset, self._project)
        async with self._transactions.begin() as tx:
            gone = await self._lifted(tx.routing, dataset)
            left = await tx.routing.mutes(self._clock.now())
        around = next((each for each in left if each.dataset == dataset.partition(".")[2]), None)
        return unmuted_card(dataset, gone, around) if gone else not_muted_card(dataset, around)

    async def _lifted(self, store: RoutingStore, dataset: str) -> Sequence[Muted]:
        """The mutes that are over now: of a table also those of each of its layers."""
        now, lifted = self._clock.now(), list[Muted]()
        for each in await store.mutes(now):
            if dataset in {each.dataset, each.dataset.partition(".")[2]}:
                lifted.append(each)
                await store.unmute(each.dataset)
        return lifted

    async def _explain(self, command: ExplainRoute, asker: Asker) -> Card:
        place = place_of(command.channel, asker, self._platform)
        if command.incident is None:
            posted = await self._incidents.last_in(place)
            if posted is None:
                return nothing_posted_card(place)
        else:
            posted = await self._incidents.of(command.incident)
            if posted is None:
                raise EngineError(
                    f"There is no incident {command.incident!r}.",
                    "Ask «list incidents» to see them.",
                )
        today = await self._decided_anew(posted)
        when = told(posted.at, self._clock.now(), self._zone)
        # who asks about an incident by its id wants to know where it went, not whether here
        asked = place if command.channel or command.incident is None else None
        return explanation_card(posted, today, asked, when)

    async def _decided_anew(self, posted: Posted) -> Decision:
        """What the routes of today say of the moment of a post, with what was said before it."""
        async with self._transactions.begin() as tx:
            subscriptions = await tx.routing.subscriptions()
            mutes = await tx.routing.mutes(posted.at)
        known = [each for each in subscriptions if each.at <= posted.at]
        mutes = [each for each in mutes if each.at <= posted.at]
        routing = await self._routes.current()
        return decide(posted.notice, routing, known, mutes, posted.at, platform=self._platform)


def place_of(channel: str | None, asker: Asker, announce: str) -> str:
    """The place that is meant: a channel that is named, or where it was asked.

    Raises EngineError where neither is a place.
    """
    if channel is None or channel == asker.channel:
        if not asker.channel:
            raise EngineError("It was not asked in a channel.", "Say which, such as #finance.")
        return f"{platform_for(asker, announce)}:{asker.room}"
    if not PLACE.fullmatch(channel):
        raise EngineError(
            f"{channel!r} is no place to post to.",
            "Write a channel such as #finance, or a person such as @lea.",
        )
    return channel if ":" in channel else f"{platform_for(asker, announce)}:{channel}"


def known_dataset(name: str, project: Project) -> str:
    """A dataset, or a table in all of its layers; raises UnknownDataset with the nearest."""
    datasets = [str(each) for each in project.datasets()]
    tables = list(dict.fromkeys(each.table for each in project.datasets()))
    if name not in {*datasets, *tables}:
        raise UnknownDataset(name, close_to(name, datasets if "." in name else tables))
    return name


def known_topic(topic: Topic, project: Project) -> Topic:
    """The topic as the project names its parts; raises EngineError for what there is not."""
    if topic.dataset is not None:
        known_dataset(topic.dataset, project)
    layers = [str(each) for each in Layer]
    if topic.layer is not None and topic.layer not in layers:
        raise _unknown("layer", topic.layer, layers)
    tags = sorted({tag for name in project.datasets() for tag in project.tags_of(name)})
    if topic.tag is not None and topic.tag not in tags:
        raise _unknown("tag", topic.tag, tags)
    owner = _known_owner(topic.owner, project)
    return replace(topic, kinds=_ordered(topic.kinds), owner=owner)


def _ordered(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """The same topic in whatever order it was said."""
    return tuple(sorted(set(kinds)))


def _known_owner(name: str | None, project: Project) -> str | None:
    """The id of an owner, who may be called by name."""
    if name is None:
        return None
    called = name.casefold()
    for owner in project.owners:
        if called in {owner.id.casefold(), owner.name.casefold()}:
            return owner.id
    raise _unknown("owner", name, [owner.id for owner in project.owners])


def _unknown(noun: str, name: str, known: Sequence[str]) -> EngineError:
    close = close_to(name, known)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known)}."
    return EngineError(f"There is no {noun} {name!r}.", hint if known else "")
