"""Posts are delivered in order, until they arrived."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.model import Dead, Due, Later, Post
from engine.alerts.outbox import (
    AT_ONCE,
    FIRST_WAIT,
    LAST_ATTEMPT,
    LONGEST_WAIT,
    LONGEST_WISH,
    PATIENCE,
    Deliverer,
    after_failure,
    backoff,
)
from engine.alerts.ports import DeliveryFailed, Sender
from engine.cards import Card, CardKind, Severity
from engine.errors import DatabaseUnreachable
from engine.testing.clock import EPOCH, FakeClock, turn
from engine.testing.delivery import (
    BadDay,
    MemoryOutboxQueue,
    MoodySender,
    RecordingSender,
    Sent,
)
from engine.testing.transactions import MemoryTransactions

GENERAL = "web:#general"

UNKNOWN = DeliveryFailed("There is no such channel.", "Make it.", permanent=True)
TOO_FAST = DeliveryFailed("Too many messages.", "It is tried again.", retry_after=7)
BROKEN = DeliveryFailed("slack answered 500.", "It is tried again.")


def a_post(
    key: str = "a", title: str = "Hello", place: str = GENERAL, thread: str | None = None
) -> Post:
    """A greeting to #general."""
    return Post(key, place, Card(CardKind.ALERT, Severity.INFO, title), thread=thread)


def moody(error: DeliveryFailed | None, *, seconds: float, place: str = GENERAL) -> MoodySender:
    """A platform of which one place fails for a while; its clock is that of its office."""
    return MoodySender(FakeClock(), {place: BadDay(EPOCH + timedelta(seconds=seconds), error)})


class Poisoned:
    """A platform that can't take some posts."""

    def __init__(self, keys: set[str]) -> None:
        self._keys = keys
        self.shown: list[str] = []
        self.tries = 0

    async def send(self, due: Due) -> str:
        """Raise what no sender should raise, or show it."""
        if due.post.key in self._keys:
            self.tries += 1
            raise ZeroDivisionError
        self.shown.append(due.post.key)
        return due.post.key


class Crowded:
    """A platform that counts who speaks to it at the same time."""

    def __init__(self) -> None:
        self._now = 0
        self.most = 0
        self.sent = 0

    async def send(self, due: Due) -> str:
        """Take a few turns for it."""
        self._now += 1
        self.most = max(self.most, self._now)
        for _ in range(20):
            await turn()
        self._now -= 1
        self.sent += 1
        return due.post.key


class Office:
    """An outbox, and a deliverer for the web page that empties it."""

    def __init__(
        self,
        failures: int = 0,
        *,
        sender: Sender | None = None,
        platforms: Collection[str] = ("web",),
        gaps: Mapping[str, float] | None = None,
    ) -> None:
        self.sender = RecordingSender(failures)
        used = sender or self.sender
        self.moody = used if isinstance(used, MoodySender) else MoodySender(FakeClock())
        self.clock = FakeClock()
        self.moody.clock = self.clock
        self.transactions = MemoryTransactions(self.clock)
        self.queue = MemoryOutboxQueue(self.transactions)
        self.deliverer = Deliverer(
            self.queue, used, platforms, self.clock, gaps or {}, patience=0.02
        )

    async def put(self, *posts: Post) -> None:
        """Put posts into the outbox."""
        async with self.transactions.begin() as tx:
            for post in posts:
                await tx.outbox.put(post)

    async def deliver_all(self) -> None:
        """Deliver what is due now."""
        await self.deliverer.deliver_due()

    @property
    def titles(self) -> list[str]:
        """The titles of what arrived."""
        return [sent.post.card.title for sent in self.sender.sent]


async def test_an_empty_outbox_has_nothing_to_deliver() -> None:
    assert not await Office().deliverer.deliver_due()


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

    async with office.queue.hold(GENERAL, office.clock.now()) as held:
        assert held is not None
        due = await held.next(office.clock.now())
        assert due is not None
        await office.put(a_post(title="succeeded"))
        await held.delivered(due, "message 1", office.clock.now())
    await office.deliver_all()

    assert office.sender.sent == [Sent(a_post(title="succeeded"), "message 1")]


async def test_a_place_in_the_hands_of_one_process_is_not_given_to_another() -> None:
    office = Office()
    await office.put(a_post(), a_post("b", place="web:#other"))

    async with office.queue.hold(GENERAL, office.clock.now()):
        await office.deliver_all()

    assert [sent.post.key for sent in office.sender.sent] == ["b"]


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


async def test_nothing_overtakes_a_post_of_its_place_that_is_tried_again() -> None:
    office = Office(failures=1)
    await office.put(a_post("a", "first"), a_post("b", "second"))

    await office.deliver_all()
    assert office.titles == []
    office.clock.advance(FIRST_WAIT)
    await office.deliver_all()

    assert office.titles == ["first", "second"]


async def test_one_place_in_trouble_does_not_keep_others_waiting() -> None:
    office = Office(failures=1)
    await office.put(a_post("a", "refused"), a_post("b", "fine", "web:#other"))

    await office.deliver_all()

    assert office.titles == ["fine"]


async def test_a_place_goes_on_without_a_post_that_never_arrives() -> None:
    poisoned = Poisoned({"a"})
    office = Office(sender=poisoned)
    await office.put(a_post("a"), a_post("b"), a_post("c"))
    until = office.clock.now() + timedelta(seconds=60)

    while office.clock.now() < until:
        await office.deliver_all()
        office.clock.advance(1)

    assert poisoned.shown == ["b", "c"]
    assert PATIENCE < poisoned.tries < 2 * PATIENCE


async def test_what_is_refused_for_good_is_kept_with_the_reason_and_sent_no_more() -> None:
    office = Office(sender=moody(UNKNOWN, seconds=10))
    await office.put(a_post("a", "lost"), a_post("b"))

    for _ in range(3):
        await office.deliver_all()
        office.clock.advance(LONGEST_WAIT)
    found = await office.queue.undelivered(10)

    assert {(each.title, each.reason, each.again) for each in found} == {
        ("Hello", "There is no such channel.", None),
        ("lost", "There is no such channel.", None),
    }
    assert office.moody.shown == {}
    assert len(office.moody.tries) == 2


async def test_a_newer_form_of_what_was_given_up_is_sent() -> None:
    office = Office(sender=moody(UNKNOWN, seconds=10))
    await office.put(a_post())
    await office.deliver_all()
    office.clock.advance(10)

    await office.put(a_post(title="newer"))
    await office.deliver_all()

    assert office.moody.shown == {GENERAL: ["a"]}
    assert await office.queue.undelivered(10) == []


async def test_a_place_that_asks_to_be_left_alone_is_left_alone_with_all_posts() -> None:
    office = Office(sender=moody(TOO_FAST, seconds=1))
    await office.put(a_post("a"), a_post("b"))

    for _ in range(12):
        await office.deliver_all()
        office.clock.advance(1)

    assert [(at - EPOCH).seconds for _, at in office.moody.tries] == [0, 7, 7]
    assert office.moody.shown == {GENERAL: ["a", "b"]}


async def test_between_two_posts_of_a_place_is_the_gap_that_its_platform_wants() -> None:
    office = Office(sender=moody(None, seconds=0), gaps={"web": 1.0})
    await office.put(a_post("a"), a_post("b"), a_post("c"), a_post("d", place="web:#other"))

    for _ in range(8):
        await office.deliver_all()
        office.clock.advance(0.5)

    general = [(at - EPOCH).total_seconds() for place, at in office.moody.tries if place == GENERAL]
    assert general == [0, 1, 2]
    assert ("web:#other", EPOCH) in office.moody.tries


@pytest.mark.parametrize("error", [TOO_FAST, BROKEN, None], ids=["429", "500", "silence"])
async def test_after_a_bad_day_everything_arrives_in_order_and_others_never_wait(
    error: DeliveryFailed | None,
) -> None:
    office = Office(sender=moody(error, seconds=12, place="slack:C1"), platforms={"slack", "web"})
    keys = [f"k{number}" for number in range(6)]
    for number, key in enumerate(keys):
        await office.put(a_post(f"s{key}", place="slack:C1"), a_post(f"w{key}"))
        await office.deliver_all()
        assert office.moody.shown[GENERAL] == [f"w{key}" for key in keys[: number + 1]]
        office.clock.advance(1)

    for _ in range(60):
        await office.deliver_all()
        office.clock.advance(1)

    shown = office.moody.shown["slack:C1"]
    assert shown == [f"s{key}" for key in keys]


async def test_after_a_bad_hour_everything_arrives_within_five_minutes() -> None:
    office = Office(sender=moody(BROKEN, seconds=3600))
    keys = [f"k{number}" for number in range(40)]
    await office.put(*(a_post(key) for key in keys))

    while office.clock.now() < EPOCH + timedelta(seconds=3600 + LONGEST_WAIT):
        await office.deliver_all()
        office.clock.advance(10)

    shown = office.moody.shown[GENERAL]
    assert sorted(shown) == sorted(keys)
    assert sum(before > after for before, after in pairwise(map(keys.index, shown))) <= 1
    assert await office.queue.undelivered(100) == []


async def test_places_are_served_at_once_and_only_so_many() -> None:
    sender = Crowded()
    office = Office(sender=sender)
    await office.put(*(a_post(str(n), place=f"web:#{n}") for n in range(3 * AT_ONCE)))

    await office.deliver_all()

    assert (sender.most, sender.sent) == (AT_ONCE, 3 * AT_ONCE)


async def test_a_post_that_was_on_its_way_when_its_process_ended_is_known_as_doubtful() -> None:
    office = Office()
    await office.put(a_post(), a_post("b", place="web:#other"))
    async with office.queue.hold(GENERAL, office.clock.now()) as held:
        assert held is not None
        await held.next(office.clock.now())

    await office.deliver_all()

    assert [(due.post.key, due.doubtful) for due in office.sender.dues] == [
        ("a", True),
        ("b", False),
    ]


@pytest.mark.parametrize(("error", "doubtful"), [(BROKEN, True), (TOO_FAST, False)])
async def test_only_a_platform_that_sent_it_away_is_known_not_to_show_it(
    error: DeliveryFailed, *, doubtful: bool
) -> None:
    office = Office(sender=moody(error, seconds=1))
    await office.put(a_post())
    await office.deliver_all()
    office.clock.advance(10)

    async with office.queue.hold(GENERAL, office.clock.now()) as held:
        assert held is not None
        due = await held.next(office.clock.now())

    assert due is not None
    assert due.doubtful == doubtful


async def test_what_belongs_in_a_thread_waits_for_the_message_that_begins_it() -> None:
    office = Office()
    late = office.clock.now() + timedelta(seconds=5)
    await office.put(
        replace(a_post("incident"), not_before=late), a_post("note", thread="incident")
    )

    await office.deliver_all()
    assert office.sender.dues == []
    office.clock.advance(5)
    await office.deliver_all()

    assert [(due.post.key, due.thread_receipt) for due in office.sender.dues] == [
        ("incident", None),
        ("note", "message 1"),
    ]


async def test_after_a_success_waiting_starts_anew() -> None:
    office = Office(failures=2)
    await office.put(a_post())
    for _ in range(2):
        await office.deliver_all()
        office.clock.advance(LONGEST_WAIT)
    await office.deliver_all()

    kept = office.transactions.state.posts["a"]

    assert (kept.attempts, kept.waits) == (0, False)


async def test_a_newer_form_is_sent_in_place_of_the_one_that_is_tried_again() -> None:
    office = Office(failures=1)
    await office.put(a_post(title="running"))
    await office.deliver_all()
    await office.put(a_post(title="succeeded"))
    office.clock.advance(FIRST_WAIT)

    await office.deliver_all()

    assert office.titles == ["succeeded"]


async def test_a_delivery_that_is_cancelled_is_due_again() -> None:
    office = Office()
    await office.put(a_post())
    with suppress(asyncio.CancelledError):
        async with office.queue.hold(GENERAL, office.clock.now()):
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
    office.transactions.faults.plan("places", away, times=1)

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
    assert office.sender.tries == 1


@given(st.integers(0, 10_000))
def test_waiting_doubles_and_never_goes_beyond_five_minutes(attempts: int) -> None:
    assert FIRST_WAIT <= backoff(attempts) <= LONGEST_WAIT
    assert backoff(attempts) <= backoff(attempts + 1) <= 2 * backoff(attempts)


def test_a_post_knows_its_platform_and_channel() -> None:
    post = a_post(place="web:#a:b")

    assert (post.platform, post.channel) == ("web", "#a:b")
    assert timedelta(seconds=backoff(0)) == timedelta(seconds=1)


@given(st.integers(0, LAST_ATTEMPT + 5), st.none() | st.floats(-5, 1e6), st.booleans())
def test_a_failed_post_waits_at_most_as_long_as_allowed_or_is_given_up(
    attempts: int, retry_after: float | None, permanent: bool
) -> None:
    error = DeliveryFailed("No.", retry_after=retry_after, permanent=permanent)
    verdict = after_failure(Due(a_post(), 1, None, attempts), error, EPOCH)

    if permanent or attempts + 1 >= LAST_ATTEMPT:
        assert verdict == Dead()
        return
    assert isinstance(verdict, Later)
    longest = LONGEST_WAIT if retry_after is None else LONGEST_WISH
    assert EPOCH <= verdict.rest <= verdict.until <= EPOCH + timedelta(seconds=longest)
    steps_back = retry_after is None and attempts + 1 >= PATIENCE
    assert (verdict.rest == EPOCH) if steps_back else (verdict.rest == verdict.until)


def test_a_post_is_given_up_after_about_a_day() -> None:
    waits = sum(backoff(attempts) for attempts in range(LAST_ATTEMPT - 1))

    assert timedelta(hours=23) < timedelta(seconds=waits) < timedelta(hours=26)
