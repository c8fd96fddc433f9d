"""The outbox: nothing is lost, nothing delivered twice, an edit told in its newest form."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from engine.adapters.postgres.listener import listening
from engine.adapters.postgres.outbox import CHANNEL, PostgresOutbox, PostgresOutboxQueue
from engine.alerts.model import Dead, Due, Later, Post, Undelivered
from engine.alerts.ports import DeliveryFailed, Held
from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Fact, Severity
from engine.clock import SystemClock
from tests.adapters.builders import NOON, Lab, TickingClock, execute
from tests.world import eventually

LATER = NOON + timedelta(days=1)
WEB = ("web",)
PLACE = "web:#general"

BROKEN = DeliveryFailed("It answered 500.", "It is tried again.")


def a_post(key: str = "k", title: str = "It broke", place: str = "web:#general") -> Post:
    return Post(key, place, Card(CardKind.ALERT, Severity.CRITICAL, title))


async def put(lab: Lab, *posts: Post) -> None:
    async with lab.transactions.begin() as tx:
        for post in posts:
            await tx.outbox.put(post)


async def deliver_all(
    queue: PostgresOutboxQueue, platforms: Sequence[str] = WEB
) -> list[tuple[str, str, str | None]]:
    """Deliver what is due: keys, titles and the receipts that were known before."""
    delivered: list[tuple[str, str, str | None]] = []
    for place in await queue.places(platforms, LATER):
        async with queue.hold(place, LATER) as held:
            while held is not None and (due := await held.next(LATER)) is not None:
                post = due.post
                delivered.append((post.key, post.card.title, due.receipt))
                await held.delivered(due, f"receipt of {post.key}", LATER)
    return delivered


@asynccontextmanager
async def tried(
    queue: PostgresOutboxQueue, place: str = PLACE, now: datetime = LATER
) -> AsyncIterator[tuple[Held, Due]]:
    """The first post of a place in hands."""
    async with queue.hold(place, now) as held:
        assert held is not None
        due = await held.next(now)
        assert due is not None
        yield held, due


async def fail(
    queue: PostgresOutboxQueue, error: DeliveryFailed, verdict: Later | Dead, rest: datetime = LATER
) -> None:
    """Try the first post in vain."""
    async with tried(queue) as (held, due):
        await held.failed(due, error, verdict, LATER)
        await held.rest(rest)


async def test_posts_come_out_in_their_order_and_once(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post("a"), a_post("b"), a_post("c"))

    delivered = await deliver_all(queue)

    assert [key for key, _, _ in delivered] == ["a", "b", "c"]
    assert await deliver_all(queue) == []


async def test_a_card_comes_out_as_it_was_put_in(lab: Lab) -> None:
    card = Card(
        CardKind.REPLY,
        Severity.INFO,
        "Größe 🙂",
        "two\nlines",
        (Fact("Rows in", "5,210"),),
        CardTable(("a", "b"), (("1", "2"), ("", "'\""))),
        buttons=(Button("Run", "run pipeline x", ButtonStyle.PRIMARY, "Sure?"),),
        thread="t1",
    )
    await put(lab, Post("k", "web:#general", card))

    async with tried(PostgresOutboxQueue(lab.database)) as (_, due):
        assert due.post == Post("k", "web:#general", card)


async def test_what_is_put_in_a_transaction_that_fails_was_never_there(lab: Lab) -> None:
    async def put_and_break() -> None:
        async with lab.transactions.begin() as tx:
            await tx.outbox.put(a_post())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await put_and_break()

    assert await deliver_all(PostgresOutboxQueue(lab.database)) == []


async def test_edits_before_delivery_become_one_message(lab: Lab) -> None:
    await put(lab, a_post(title="first"))
    await put(lab, a_post(title="second"))
    await put(lab, a_post(title="third"))

    delivered = await deliver_all(PostgresOutboxQueue(lab.database))

    assert delivered == [("k", "third", None)]


async def test_an_edit_after_delivery_comes_with_the_receipt_of_the_message(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post(title="first"))
    await deliver_all(queue)
    await put(lab, a_post(title="second"))

    delivered = await deliver_all(queue)

    assert delivered == [("k", "second", "receipt of k")]


async def test_an_edit_while_the_message_is_sent_is_not_lost_and_waits_for_nobody(
    lab: Lab,
) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post(title="first"))

    async with tried(queue) as (held, due):
        await put(lab, a_post(title="second"))
        await held.delivered(due, "receipt of k", LATER)

    assert await deliver_all(queue) == [("k", "second", "receipt of k")]


async def test_a_place_in_other_hands_is_passed_over(lab: Lab) -> None:
    queue, other = PostgresOutboxQueue(lab.database), PostgresOutboxQueue(lab.database)
    await put(lab, a_post("a"), a_post("b"), a_post("c", place="web:#other"))

    async with queue.hold(PLACE, LATER), other.hold(PLACE, LATER) as second:
        assert second is None
        assert [key for key, _, _ in await deliver_all(other)] == ["c"]


async def test_a_delivery_that_breaks_is_due_again_and_known_as_doubtful(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database, settling=0)
    await put(lab, a_post())

    async def break_down() -> None:
        async with tried(queue) as (_, due):
            assert not due.doubtful
            raise PlatformBroke

    with pytest.raises(PlatformBroke):
        await break_down()

    async with tried(queue) as (_, due):
        assert due.doubtful
    async with PostgresOutboxQueue(lab.database).hold(PLACE, LATER) as held:
        assert held is not None
        assert await held.next(LATER) is None, "what is on its way may still arrive"


class PlatformBroke(Exception):
    """What no connector should raise."""


async def test_an_edit_is_never_doubtful(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post(title="first"))
    await deliver_all(queue)
    await put(lab, a_post(title="second"))

    for _ in range(2):
        async with tried(queue) as (_, due):
            assert (due.receipt, due.doubtful) == ("receipt of k", False)


async def test_several_queues_never_deliver_one_revision_twice(lab: Lab) -> None:
    queues = [PostgresOutboxQueue(lab.database) for _ in range(4)]
    await put(lab, *(a_post(str(n), f"first {n}", f"web:#{n % 3}") for n in range(30)))

    async def empty(queue: PostgresOutboxQueue) -> list[str]:
        titles: list[str] = []
        while await queue.places(WEB, LATER):
            titles += [title for _, title, _ in await deliver_all(queue)]
        return titles

    found = await asyncio.gather(*map(empty, queues))

    titles = [title for delivered in found for title in delivered]
    assert sorted(titles) == sorted(f"first {number}" for number in range(30))


async def test_a_postponed_post_waits_with_its_place_and_counts_its_attempts(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database, settling=0)
    until = LATER + timedelta(seconds=5)
    await put(lab, a_post(), a_post("other"))

    await fail(queue, BROKEN, Later(until, until), until)

    assert await queue.places(WEB, LATER) == ()
    async with queue.hold(PLACE, LATER) as held:
        assert held is None
    async with tried(queue, now=until) as (_, due):
        assert (due.post.key, due.attempts, due.doubtful) == ("k", 1, True)


async def test_what_a_platform_sent_away_did_not_arrive(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database, settling=0)
    await put(lab, a_post())

    await fail(queue, DeliveryFailed("Too fast.", retry_after=1), Later(LATER, LATER))

    async with tried(queue) as (_, due):
        assert (due.attempts, due.doubtful) == (1, False)


async def test_one_that_stepped_back_is_tried_again_as_soon_as_another_arrives_after_trouble(
    lab: Lab,
) -> None:
    queue = PostgresOutboxQueue(lab.database, settling=0)
    await put(lab, a_post("a"), a_post("b"))
    await fail(queue, BROKEN, Later(LATER + timedelta(hours=1), LATER))
    await fail(queue, BROKEN, Later(LATER, LATER))

    assert [key for key, _, _ in await deliver_all(queue)] == ["b", "a"]
    assert await queue.undelivered(5) == ()


async def test_what_is_given_up_is_told_with_its_reason_until_a_newer_form_arrives(
    lab: Lab,
) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post())
    await fail(queue, DeliveryFailed("No such channel.", "Make it.", permanent=True), Dead())

    assert await deliver_all(queue) == []
    assert await queue.undelivered(5) == (
        Undelivered(PLACE, "It broke", LATER, 1, "No such channel.", "Make it."),
    )
    await put(lab, a_post(title="newer"))
    async with tried(queue) as (held, due):
        assert (due.post.card.title, due.attempts) == ("newer", 0)
        await held.delivered(due, "1", LATER)
    assert await queue.undelivered(5) == ()


async def test_a_newer_form_that_comes_while_the_older_one_is_refused_is_not_given_up(
    lab: Lab,
) -> None:
    queue = PostgresOutboxQueue(lab.database, settling=0)
    await put(lab, a_post(title="first"))

    async with tried(queue) as (held, due):
        await put(lab, a_post(title="second"))
        await held.failed(due, DeliveryFailed("No.", permanent=True), Dead(), LATER)

    assert await deliver_all(queue) == [("k", "second", None)]


async def test_what_belongs_in_a_thread_comes_with_the_receipt_of_its_message(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    incident = replace(a_post("incident"), not_before=LATER + timedelta(hours=1))
    await put(lab, incident, replace(a_post("note"), thread="incident"))
    assert await queue.places(WEB, LATER) == ()
    await put(lab, a_post("incident"))

    async with tried(queue) as (held, due):
        assert due.post.key == "incident"
        await held.delivered(due, "42", LATER)

    async with tried(queue) as (_, due):
        assert (due.post.key, due.thread_receipt) == ("note", "42")


async def test_each_process_takes_only_posts_of_its_platforms(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post("s", place="slack:C1"), a_post("w"))

    assert await queue.places((), LATER) == ()
    assert [key for key, _, _ in await deliver_all(queue)] == ["w"]
    assert [key for key, _, _ in await deliver_all(queue, ("slack",))] == ["s"]


async def test_a_terminal_hears_only_what_its_own_process_put_in(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        for origin in ("one", "other"):
            outbox = PostgresOutbox(connection, TickingClock(), origin)
            await outbox.put(a_post(origin, place="terminal:#general"))
    mine = PostgresOutboxQueue(lab.database, own=("terminal",), origin="one")

    assert [key for key, _, _ in await deliver_all(mine, ("terminal",))] == ["one"]


class HurriedClock(SystemClock):
    """A clock for which any wait is a moment."""

    @override
    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.01))


@asynccontextmanager
async def hearing(lab: Lab) -> AsyncIterator[asyncio.Queue[None]]:
    """Each notification as an entry; those of the beginning are taken out already."""
    heard: asyncio.Queue[None] = asyncio.Queue()
    async with listening(lab.url, CHANNEL, lambda: heard.put_nowait(None), HurriedClock()):
        await heard.get()
        yield heard


async def test_a_post_wakes_whoever_delivers_once_it_is_committed(lab: Lab) -> None:
    async with hearing(lab) as heard:
        async with lab.transactions.begin() as tx:
            await tx.outbox.put(a_post())
            await lab.value("SELECT 1")
            assert heard.empty()

        async with asyncio.timeout(5):
            await heard.get()


async def test_the_listener_comes_back_after_its_connection_was_cut(lab: Lab) -> None:
    async with hearing(lab) as heard:
        await execute(
            lab.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )

        async with asyncio.timeout(5):
            await heard.get()
            await put(lab, a_post())
            await heard.get()


async def test_nothing_listens_any_more_after_the_block(lab: Lab) -> None:
    async with hearing(lab):
        pass

    async def gone() -> bool | None:
        return (
            await lab.value(
                "SELECT NOT EXISTS (SELECT FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%')"
            )
            is True
            or None
        )

    assert await eventually(gone)
