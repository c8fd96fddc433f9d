"""The outbox: nothing is lost, nothing delivered twice, an edit told in its newest form."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from typing_extensions import override

from engine.adapters.postgres.listener import listening
from engine.adapters.postgres.outbox import CHANNEL, PostgresOutbox, PostgresOutboxQueue
from engine.alerts.model import Post
from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Fact, Severity
from engine.clock import SystemClock
from tests.adapters.builders import NOON, Lab, TickingClock, execute
from tests.world import eventually

LATER = NOON + timedelta(days=1)
WEB = ("web",)


def a_post(key: str = "k", title: str = "It broke", place: str = "web:#general") -> Post:
    return Post(key, place, Card(CardKind.ALERT, Severity.CRITICAL, title))


async def put(lab: Lab, *posts: Post) -> None:
    async with lab.transactions.begin() as tx:
        for post in posts:
            await tx.outbox.put(post)


async def deliver_all(queue: PostgresOutboxQueue) -> list[tuple[str, str, str | None]]:
    """Deliver what is due: keys, titles and the receipts that were known before."""
    delivered: list[tuple[str, str, str | None]] = []
    while True:
        async with queue.claim(WEB, LATER) as claim:
            if claim is None:
                return delivered
            post = claim.due.post
            delivered.append((post.key, post.card.title, claim.due.receipt))
            await claim.delivered(f"receipt of {post.key}")


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

    async with PostgresOutboxQueue(lab.database).claim(WEB, LATER) as claim:
        assert claim is not None
        assert claim.due.post == Post("k", "web:#general", card)


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


async def test_an_edit_while_the_message_is_sent_is_not_lost(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post(title="first"))

    async with asyncio.TaskGroup() as group, queue.claim(WEB, LATER) as claim:
        assert claim is not None
        group.create_task(put(lab, a_post(title="second")))
        await somebody_waits_for_a_lock(lab)
        await claim.delivered("receipt of k")

    assert await deliver_all(queue) == [("k", "second", "receipt of k")]


async def somebody_waits_for_a_lock(lab: Lab) -> None:
    async def look() -> bool | None:
        waiting = await lab.value("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return waiting != 0 or None

    await eventually(look)


async def test_a_post_in_other_hands_is_passed_over(lab: Lab) -> None:
    queue, other = PostgresOutboxQueue(lab.database), PostgresOutboxQueue(lab.database)
    await put(lab, a_post("a"), a_post("b"))

    async with queue.claim(WEB, LATER) as first, other.claim(WEB, LATER) as second:
        assert first is not None
        assert second is not None
        assert (first.due.post.key, second.due.post.key) == ("a", "b")
        async with queue.claim(WEB, LATER) as third:
            assert third is None


async def test_a_delivery_that_breaks_is_due_again(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post())

    async def claim_and_break() -> None:
        async with queue.claim(WEB, LATER) as claim:
            assert claim is not None
            raise PlatformBroke

    with pytest.raises(PlatformBroke):
        await claim_and_break()

    assert await deliver_all(queue) == [("k", "It broke", None)]


class PlatformBroke(Exception):
    """What no connector should raise."""


async def test_several_queues_never_deliver_one_revision_twice(lab: Lab) -> None:
    queues = [PostgresOutboxQueue(lab.database) for _ in range(4)]
    await put(lab, *(a_post(str(number), f"first {number}") for number in range(30)))

    found = await asyncio.gather(*(deliver_all(queue) for queue in queues))

    titles = [title for delivered in found for _, title, _ in delivered]
    assert sorted(titles) == sorted(f"first {number}" for number in range(30))


async def test_a_postponed_post_waits_and_counts_its_attempts(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post())

    async with queue.claim(WEB, LATER) as claim:
        assert claim is not None
        await claim.postponed(LATER + timedelta(seconds=5))

    async with queue.claim(WEB, LATER) as claim:
        assert claim is None
    async with queue.claim(WEB, LATER + timedelta(seconds=5)) as claim:
        assert claim is not None
        assert claim.due.attempts == 1


async def test_each_process_takes_only_posts_of_its_platforms(lab: Lab) -> None:
    queue = PostgresOutboxQueue(lab.database)
    await put(lab, a_post("s", place="slack:C1"), a_post("w"))

    assert [key for key, _, _ in await deliver_all(queue)] == ["w"]
    async with queue.claim((), LATER) as claim:
        assert claim is None
    async with queue.claim(("slack",), LATER) as claim:
        assert claim is not None


async def test_a_terminal_hears_only_what_its_own_process_put_in(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        for origin in ("one", "other"):
            outbox = PostgresOutbox(connection, TickingClock(), origin)
            await outbox.put(a_post(origin, place="terminal:#general"))
    mine = PostgresOutboxQueue(lab.database, own=("terminal",), origin="one")

    async with mine.claim(("terminal",), LATER) as claim:
        assert claim is not None
        assert claim.due.post.key == "one"
        await claim.delivered("0")

    async with mine.claim(("terminal",), LATER) as claim:
        assert claim is None


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
