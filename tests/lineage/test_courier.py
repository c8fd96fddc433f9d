"""Lineage events reach a collector: in order within a run, whatever it answers meanwhile."""

import random
from collections.abc import Mapping

import pytest
from typing_extensions import override

from engine.errors import DatabaseUnreachable
from engine.lineage.courier import Courier
from engine.lineage.delivery import TROUBLE, Answer, Collector, Silence
from engine.testing.clock import FakeClock
from engine.testing.lineage import MemoryDeliveries, ScriptedCollector

COLLECTOR = Collector("http://user:secret@collector:5000/api/v1/lineage")


class Post:
    """A courier with all that it works with."""

    def __init__(self, *answers: Answer | Silence) -> None:
        self.clock = FakeClock()
        self.queue = MemoryDeliveries()
        self.collector = ScriptedCollector(list(answers))
        self.courier = Courier(
            COLLECTOR, self.queue, self.collector, self.clock, chance=lambda: 0.5
        )

    def put(self, lane: str, *names: str) -> None:
        """Let events of one run wait."""
        for name in names:
            self.queue.put(lane, {"name": name})

    async def drain(self) -> None:
        """Deliver until nothing more can go now."""
        while await self.courier.deliver_some():
            pass

    async def drain_for(self, seconds: float) -> None:
        """Deliver all that can go within that time."""
        for _ in range(int(seconds)):
            await self.drain()
            self.clock.advance(1)

    @property
    def waiting(self) -> int:
        """How many were not settled."""
        return sum(not each.settled for each in self.queue.kept)


def named(event: Mapping[str, object]) -> object:
    """The name of an event of these tests."""
    return event["name"]


async def test_events_arrive_in_order_and_are_noted_once() -> None:
    post = Post()
    post.put("run 1", "start", "running", "complete")

    await post.drain()

    assert [named(event) for event in post.collector.sent] == ["start", "running", "complete"]
    assert [each.settled for each in post.queue.kept] == [1, 1, 1]


async def test_an_event_that_was_not_taken_holds_up_its_own_run_alone() -> None:
    post = Post(Answer(500))
    post.put("run 1", "a1", "a2")
    post.put("run 2", "b1")

    await post.drain()
    first = [named(event) for event in post.collector.sent]
    await post.drain_for(3)

    assert first == ["a1", "b1"]
    assert [named(event) for event in post.collector.sent] == ["a1", "b1", "a1", "a2"]
    assert post.waiting == 0


async def test_a_refused_event_is_kept_with_the_reason_and_the_next_one_goes_on() -> None:
    post = Post(Answer(422, "no job"))
    post.put("run 1", "a1", "a2")

    await post.drain()

    assert [each.refused for each in post.queue.kept] == ["status 422 no job", None]
    assert post.waiting == 0


async def test_nothing_is_sent_while_a_collector_asks_for_patience() -> None:
    post = Post(Answer(429, retry_after=30))
    post.put("run 1", "a1")
    await post.drain()
    post.put("run 2", "b1")

    await post.drain_for(29)
    asked = len(post.collector.sent)
    await post.drain_for(5)

    assert asked == 1
    assert [named(event) for event in post.collector.sent[1:]] == ["a1", "b1"]


async def test_a_collector_that_is_away_is_asked_now_and_then_and_catches_up_at_once() -> None:
    post = Post()
    post.collector.always = Silence("ClientConnectorError")
    for run in range(200):
        post.put(f"run {run}", "start", "complete")

    await post.drain_for(3600)
    asked = len(post.collector.sent)
    post.collector.always = None
    post.collector.sent.clear()
    await post.drain_for(301)

    assert 3 * TROUBLE < asked < 400
    assert post.waiting == 0
    assert len(post.collector.sent) == 400
    assert {each.settled for each in post.queue.kept} == {1}


async def test_one_event_that_is_never_taken_does_not_stop_the_others() -> None:
    post = Post()
    collector = PoisonedCollector()
    post.courier = Courier(COLLECTOR, post.queue, collector, post.clock, chance=lambda: 0.5)
    post.put("poisoned", "bad", "after")
    for number in range(50):
        post.put(f"run {number}", "fine")
        await post.drain()
        post.clock.advance(20)

    assert [each.parcel.event["name"] for each in post.queue.kept if not each.settled] == [
        "bad",
        "after",
    ]


class PoisonedCollector(ScriptedCollector):
    """A collector that breaks at one event."""

    @override
    async def send(self, collector: Collector, event: Mapping[str, object]) -> Answer | Silence:
        """Status 500 for the bad one."""
        return Answer(500) if event["name"] == "bad" else await super().send(collector, event)


async def test_another_process_that_serves_the_collector_is_left_to_it() -> None:
    post = Post()
    post.put("run 1", "a1")
    post.queue.held = True

    await post.drain()

    assert post.collector.sent == []


async def test_an_event_whose_arrival_could_not_be_noted_is_sent_again() -> None:
    post = Post()
    post.put("run 1", "a1", "a2")
    away = DatabaseUnreachable("PostgreSQL can't be reached.")
    post.queue.faults.plan("delivered", away, times=1)

    with pytest.raises(DatabaseUnreachable):
        await post.drain()
    await post.drain()

    assert [named(event) for event in post.collector.sent] == ["a1", "a1", "a2"]
    assert [each.settled for each in post.queue.kept] == [1, 1]


async def test_a_collector_is_told_to_be_wanted_each_hour() -> None:
    post = Post()

    for _ in range(3):
        await post.courier.stay_wanted()
        post.clock.advance(1801)

    assert post.queue.wanted == ["http://collector:5000/api/v1/lineage"] * 2


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_is_answered_all_arrive_in_the_order_of_their_run(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # answers, no secret
    kinds: list[Answer | Silence] = [
        Answer(201),
        Answer(500),
        Answer(503, retry_after=2),
        Silence("cut"),
        Answer(429),
    ]
    post = Post(*(chance.choice(kinds) for _ in range(120)))
    for number in range(60):
        post.put(f"run {number % 7}", f"{number % 7}.{number:03}")

    await post.drain_for(3600)

    assert post.waiting == 0
    assert {each.settled for each in post.queue.kept} == {1}
    for lane in range(7):
        sent = [str(named(e)) for e in post.collector.sent if str(named(e)).startswith(f"{lane}.")]
        assert sent == sorted(sent)
        assert len(set(sent)) == len([n for n in range(60) if n % 7 == lane])


async def test_no_password_of_an_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    post = Post(Answer(422), Silence("cut"))
    post.put("run 1", "a1", "a2")

    await post.drain_for(5)

    assert "collector:5000" in caplog.text
    assert "secret" not in caplog.text
