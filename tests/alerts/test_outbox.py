"""Posts are delivered in order, until they arrived."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.model import Post
from engine.alerts.outbox import FIRST_WAIT, LONGEST_WAIT, Deliverer, backoff
from engine.cards import Card, CardKind, Severity
from engine.errors import DatabaseUnreachable
from engine.testing.clock import FakeClock, turn
from engine.testing.delivery import MemoryOutboxQueue, RecordingSender, Sent
from engine.testing.transactions import MemoryTransactions


def a_post(key: str = "a", title: str = "Hello", place: str = "web:#general") -> Post:
    """A greeting to #general."""
    return Post(key, place, Card(CardKind.ALERT, Severity.INFO, title))


class Office:
    """An outbox, and a deliverer for the web page that empties it."""

    def __init__(self, failures: int = 0) -> None:
        self.clock = FakeClock()
        self.transactions = MemoryTransactions(self.clock)
        self.queue = MemoryOutboxQueue(self.transactions)
        self.sender = RecordingSender(failures)
        self.deliverer = Deliverer(self.queue, self.sender, {"web"}, self.clock)

    async def put(self, *posts: Post) -> None:
        """Put posts into the outbox."""
        async with self.transactions.begin() as tx:
            for post in posts:
                await tx.outbox.put(post)

    async def deliver_all(self) -> None:
        """Deliver what is due now."""
        while await self.deliverer.deliver_one():
            pass

    @property
    def titles(self) -> list[str]:
        """The titles of what arrived."""
        return [sent.post.card.title for sent in self.sender.sent]


async def test_an_empty_outbox_has_nothing_to_deliver() -> None:
    assert not await Office().deliverer.deliver_one()


async def test_a_post_is_delivered_once() -> None:
    office = Office()
    await office.put(a_post())

    await office.deliver_all()
    await office.deliver_all()

    assert office.sender.sent == [Sent(a_post(), None)]


async def test_posts_arrive_in_the_order_they_were_put_in() -> None:
    office = Office()
    await office.put(a_post("b", "one"), a_post("a", "two"))
    await office.put(a_post("c", "three"))

    await office.deliver_all()

    assert office.titles == ["one", "two", "three"]


async def test_a_newer_form_edits_the_message_that_arrived() -> None:
    office = Office()
    await office.put(a_post(title="running"))
    await office.deliver_all()
    await office.put(a_post(title="succeeded"))

    await office.deliver_all()

    assert [(s.post.card.title, s.receipt) for s in office.sender.sent] == [
        ("running", None),
        ("succeeded", "message 1"),
    ]


async def test_a_form_that_was_overtaken_before_it_was_sent_is_never_sent() -> None:
    office = Office()
    await office.put(a_post(title="running"))
    await office.put(a_post(title="succeeded"))

    await office.deliver_all()

    assert office.sender.sent == [Sent(a_post(title="succeeded"), None)]


async def test_a_form_that_comes_while_an_earlier_one_is_sent_is_sent_after_it() -> None:
    office = Office()
    await office.put(a_post(title="running"))

    async with office.queue.claim({"web"}, office.clock.now()) as claim:
        assert claim is not None
        await office.put(a_post(title="succeeded"))
        await claim.delivered("message 1")
    await office.deliver_all()

    assert office.sender.sent == [Sent(a_post(title="succeeded"), "message 1")]


async def test_a_post_in_the_hands_of_one_process_is_not_given_to_another() -> None:
    office = Office()
    await office.put(a_post())

    async with (
        office.queue.claim({"web"}, office.clock.now()),
        office.queue.claim({"web"}, office.clock.now()) as second,
    ):
        assert second is None


async def test_a_post_for_another_platform_waits_for_its_own_process() -> None:
    office = Office()
    await office.put(a_post(place="slack:C1"))

    await office.deliver_all()

    assert office.sender.tries == 0


async def test_a_post_that_did_not_arrive_is_tried_again_ever_more_seldom() -> None:
    office = Office(failures=3)
    await office.put(a_post())
    tries = []

    for second in range(1, 20):
        await office.deliver_all()
        tries.append((second - 1, office.sender.tries))
        office.clock.advance(1)

    first_of_each = [second for second, count in tries if (second, count) != (0, 0)]
    times = [s for s in first_of_each if s == 0 or tries[s][1] > tries[s - 1][1]]
    assert times == [0, 1, 3, 7]
    assert office.titles == ["Hello"]


async def test_one_post_that_does_not_arrive_does_not_keep_others_waiting() -> None:
    office = Office(failures=1)
    await office.put(a_post("a", "refused"), a_post("b", "fine"))

    await office.deliver_all()

    assert office.titles == ["fine"]


async def test_after_a_success_waiting_starts_anew() -> None:
    office = Office(failures=2)
    await office.put(a_post())
    for _ in range(2):
        await office.deliver_all()
        office.clock.advance(LONGEST_WAIT)
    await office.deliver_all()

    kept = office.transactions.state.posts["a"]

    assert (kept.attempts, kept.waits) == (0, False)


async def test_a_newer_form_is_tried_at_once_although_the_older_one_waits() -> None:
    office = Office(failures=1)
    await office.put(a_post(title="running"))
    await office.deliver_all()
    await office.put(a_post(title="succeeded"))

    await office.deliver_all()

    assert office.titles == ["succeeded"]


async def test_a_delivery_that_is_cancelled_is_due_again() -> None:
    office = Office()
    await office.put(a_post())
    with suppress(asyncio.CancelledError):
        async with office.queue.claim({"web"}, office.clock.now()):
            raise asyncio.CancelledError

    await office.deliver_all()

    assert office.titles == ["Hello"]


async def test_a_deliverer_at_work_is_woken_by_a_new_post() -> None:
    office = Office()
    task = asyncio.ensure_future(office.deliverer.run())
    await turn()

    await office.put(a_post())
    office.deliverer.wake()
    for _ in range(50):
        await turn()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert office.titles == ["Hello"]


async def test_a_deliverer_outlives_an_outbox_that_can_not_be_read() -> None:
    office = Office()
    await office.put(a_post())
    away = DatabaseUnreachable("PostgreSQL does not answer.")
    office.transactions.faults.plan("begin", away, times=1)

    task = asyncio.ensure_future(office.deliverer.run())
    for _ in range(50):
        await turn()
    office.deliverer.wake()
    for _ in range(50):
        await turn()
    task.cancel()
    await asyncio.wait([task])

    kept = office.transactions.state.posts["a"]
    assert not kept.waits
    assert office.sender.tries == 2


@given(st.integers(0, 10_000))
def test_waiting_doubles_and_never_goes_beyond_five_minutes(attempts: int) -> None:
    assert FIRST_WAIT <= backoff(attempts) <= LONGEST_WAIT
    assert backoff(attempts) <= backoff(attempts + 1) <= 2 * backoff(attempts)


def test_a_post_knows_its_platform_and_channel() -> None:
    post = a_post(place="web:#a:b")

    assert (post.platform, post.channel) == ("web", "#a:b")
    assert timedelta(seconds=backoff(0)) == timedelta(seconds=1)
