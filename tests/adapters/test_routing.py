"""Subscriptions and mutes, stored or in memory: both keep the same promises."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.routing import PostgresRouting
from engine.alerts.routing.model import Muted, Subscription
from engine.alerts.routing.ports import RoutingStore
from engine.cards import Severity
from engine.testing.clock import EPOCH
from engine.testing.routing import MemoryRouting
from engine.topics import ANYTHING, Kind, Topic

HOUR = timedelta(hours=1)
GOLD = Topic(
    kinds=(Kind.QUALITY, Kind.RUN),
    severity=Severity.CRITICAL,
    layer="gold",
    dataset="revenue",
    owner="sales",
    tag="finance",
)


class Stored:
    """The store of PostgreSQL, each call in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[RoutingStore]:
        async with self._database.begin() as connection:
            yield PostgresRouting(connection)


class InMemory:
    """The store of the fakes."""

    def __init__(self) -> None:
        self._store = MemoryRouting()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[RoutingStore]:
        yield self._store


Store = Stored | InMemory


@pytest.fixture(params=["postgres", "memory"])
def store(request: pytest.FixtureRequest) -> Store:
    return (
        Stored(request.getfixturevalue("database")) if request.param == "postgres" else InMemory()
    )


async def subscribed(store: Store, *wishes: tuple[str, Topic]) -> list[bool]:
    async with store.opened() as routing:
        return [
            await routing.subscribe(Subscription(place, topic, "Lea", EPOCH))
            for place, topic in wishes
        ]


async def all_of(store: Store, place: str | None = None) -> Sequence[Subscription]:
    async with store.opened() as routing:
        return await routing.subscriptions(place)


async def test_a_subscription_comes_back_as_it_was_made(store: Store) -> None:
    await subscribed(store, ("web:#finance", GOLD), ("web:#all", ANYTHING))

    assert await all_of(store) == (
        Subscription("web:#finance", GOLD, "Lea", EPOCH),
        Subscription("web:#all", ANYTHING, "Lea", EPOCH),
    )
    assert [each.topic for each in await all_of(store, "web:#all")] == [ANYTHING]


async def test_the_same_wish_twice_is_one(store: Store) -> None:
    first = await subscribed(store, ("web:#a", GOLD), ("web:#b", GOLD), ("web:#a", ANYTHING))
    again = await subscribed(store, ("web:#a", GOLD))

    assert (first, again) == ([True, True, True], [False])
    assert len(await all_of(store)) == 3


async def test_one_topic_or_all_of_a_place_are_forgotten(store: Store) -> None:
    await subscribed(store, ("web:#a", GOLD), ("web:#a", ANYTHING), ("web:#b", GOLD))

    async with store.opened() as routing:
        one = await routing.unsubscribe("web:#a", GOLD)
        repeated = await routing.unsubscribe("web:#a", GOLD)
        rest = await routing.unsubscribe("web:#a", None)

    assert [[each.topic for each in gone] for gone in (one, repeated, rest)] == [
        [GOLD],
        [],
        [ANYTHING],
    ]
    assert [each.place for each in await all_of(store)] == ["web:#b"]


async def test_a_later_mute_takes_the_place_of_the_earlier_one(store: Store) -> None:
    first = Muted("orders", EPOCH + 2 * HOUR, "Lea", EPOCH, "we are migrating")
    second = Muted("orders", EPOCH + HOUR, "Max", EPOCH)
    other = Muted("gold.revenue", EPOCH + 3 * HOUR, "Max", EPOCH)

    async with store.opened() as routing:
        before = [await routing.mute(each) for each in (first, second, other)]
        held = await routing.mutes(EPOCH)
        after_an_hour = await routing.mutes(EPOCH + HOUR)

    assert before == [None, first, None]
    assert held == (second, other)
    assert after_an_hour == (other,)


async def test_a_mute_that_is_ended_is_given_back_once(store: Store) -> None:
    mute = Muted("orders", EPOCH + HOUR, "Lea", EPOCH)

    async with store.opened() as routing:
        await routing.mute(mute)
        gone = [await routing.unmute("orders") for _ in range(2)]

    assert gone == [mute, None]


async def test_a_wish_that_two_people_have_at_once_is_kept_once(database: Database) -> None:
    store = Stored(database)

    made = await asyncio.gather(*(subscribed(store, ("web:#a", GOLD)) for _ in range(4)))

    assert sorted(new for (new,) in made) == [False, False, False, True]
    assert len(await all_of(store)) == 1
