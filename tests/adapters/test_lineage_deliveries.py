"""Lineage events wait in PostgreSQL for collectors, and arrive over real HTTP."""

import asyncio
import os
import sys
from datetime import timedelta

import asyncpg
import pytest

from engine.adapters.collectors import HttpCollectors
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.lineage_deliveries import PostgresDeliveries
from engine.clock import SystemClock
from engine.lineage.courier import Courier
from engine.lineage.delivery import Collector, Waiting
from engine.testing.clock import EPOCH
from tests.adapters.builders import Lab
from tests.adapters.lineage_collectors import HttpCollector, Incident, a_collector, add_events

NAME = "http://collector/api/v1/lineage"

KILLS = 30 if os.environ.get("CI") else 5
"""Each takes two seconds, most of them for the start of a process."""

SETTLED = "SELECT count(*) FROM atlas.lineage_deliveries WHERE settled_at IS NOT NULL"


async def test_only_what_is_told_after_a_collector_was_named_waits_for_it(lab: Lab) -> None:
    queue = PostgresDeliveries(lab.database)
    await add_events(lab.url, ("run1", "before"))
    before = await queue.waiting()

    await queue.want(NAME)
    await add_events(lab.url, ("run1", "a"), ("run1", "b"))

    assert before == Waiting(0, None)
    assert [each.event["name"] for each in await queue.due(NAME, EPOCH, 10)] == ["a", "b"]
    found = await queue.waiting()
    assert found.count == 2
    assert found.oldest is not None
    assert await queue.waiting(["elsewhere"]) == Waiting(0, None)


async def test_what_other_producers_told_is_not_passed_on(lab: Lab) -> None:
    queue = PostgresDeliveries(lab.database)
    await queue.want(NAME)

    await add_events(lab.url, ("", "foreign"), producer="https://example.com")

    assert (await queue.waiting()).count == 0


async def test_an_event_that_is_committed_late_is_not_lost(lab: Lab) -> None:
    queue = PostgresDeliveries(lab.database)
    await queue.want(NAME)
    slow = await asyncpg.connect(lab.url)
    await slow.execute("BEGIN")
    await slow.execute(
        "INSERT INTO atlas.lineage_events (run_id, event_type, job, openlineage_run_id, "
        "event_time, event) VALUES ('slow', 'START', 'j', gen_random_uuid(), now(), '{}')"
    )
    await add_events(lab.url, ("quick", "a"))
    (first,) = await queue.due(NAME, EPOCH, 10)
    await queue.delivered(NAME, first.id, EPOCH)

    await slow.execute("COMMIT")
    await slow.close()

    (late,) = await queue.due(NAME, EPOCH, 10)
    assert late.lane == "slow"
    assert late.id < first.id


async def test_an_event_is_settled_once(lab: Lab) -> None:
    queue = PostgresDeliveries(lab.database)
    await queue.want(NAME)
    await add_events(lab.url, ("run1", "a"))
    (parcel,) = await queue.due(NAME, EPOCH, 10)

    noted = await asyncio.gather(*(queue.delivered(NAME, parcel.id, EPOCH) for _ in range(8)))

    assert sorted(noted) == [False] * 7 + [True]
    assert not await queue.refused(NAME, parcel.id, "no", EPOCH)
    assert await queue.undeliverable(10) == []


async def test_one_process_at_a_time_serves_a_collector_until_its_hold_ends(lab: Lab) -> None:
    one, other = PostgresDeliveries(lab.database, "one"), PostgresDeliveries(lab.database, "other")
    await one.want(NAME)

    assert await one.hold(NAME, 0.2)
    assert await one.hold(NAME, 0.2)
    assert not await other.hold(NAME, 60)
    await asyncio.sleep(0.3)
    assert await other.hold(NAME, 60)
    assert not await one.hold(NAME, 60)


async def test_a_postponed_event_holds_its_lane_until_then_or_until_all_is_revived(
    lab: Lab,
) -> None:
    queue = PostgresDeliveries(lab.database)
    await queue.want(NAME)
    await add_events(lab.url, ("run1", "a"), ("run1", "b"), ("run2", "c"))
    first, *_ = await queue.due(NAME, EPOCH, 10)

    await queue.postponed(NAME, first.id, EPOCH + timedelta(seconds=5))
    now = [each.event["name"] for each in await queue.due(NAME, EPOCH, 10)]
    later = await queue.due(NAME, EPOCH + timedelta(seconds=5), 10)
    await queue.revive(NAME)

    assert now == ["c"]
    assert [(each.event["name"], each.attempts) for each in later] == [("a", 1), ("b", 0), ("c", 0)]
    assert len(await queue.due(NAME, EPOCH, 10)) == 3


async def test_what_was_refused_is_listed_and_not_sent_again(lab: Lab) -> None:
    queue = PostgresDeliveries(lab.database)
    await queue.want(NAME)
    await add_events(lab.url, ("run1", "a"))
    (parcel,) = await queue.due(NAME, EPOCH, 10)

    await queue.refused(NAME, parcel.id, "status 422 no job", EPOCH)
    (dead,) = await queue.undeliverable(10)

    assert (dead.run_id, dead.job, dead.reason) == ("run1", "a", "status 422 no job")
    assert await queue.due(NAME, EPOCH, 10) == []


async def test_a_collector_that_nobody_wants_any_more_gets_nothing_kept(lab: Lab) -> None:
    queue = PostgresDeliveries(lab.database)
    await queue.want(NAME)
    await add_events(lab.url, ("run1", "a"))
    await lab.rows("UPDATE atlas.collectors SET wanted_at = now() - interval '8 days'")

    await add_events(lab.url, ("run1", "b"))
    counted = await queue.waiting()
    await queue.want("http://another")

    assert counted.count == 0
    assert await lab.value("SELECT count(*) FROM atlas.lineage_deliveries") == 0


async def delivered(lab: Lab, collector: HttpCollector, count: int, patience: float = 0.5) -> None:
    """Deliver until so many events are settled."""
    queue = PostgresDeliveries(lab.database)
    where = Collector(collector.url, "key")
    clock = SystemClock()
    async with HttpCollectors.opened(clock, patience) as client, asyncio.timeout(60):
        courier = Courier(where, queue, client, clock)
        task = asyncio.create_task(courier.run())
        while await lab.value(SETTLED) != count:
            courier.wake()
            await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize(
    "incident",
    [
        Incident("500"),
        Incident("429"),
        Incident("slow", 2.0),
        Incident("cut"),
        Incident("cut within the answer"),
    ],
    ids=lambda each: each.name,
)
async def test_every_event_arrives_in_order_though_the_collector_misbehaves(
    lab: Lab, incident: Incident
) -> None:
    async with a_collector() as collector:
        await PostgresDeliveries(lab.database).want(Collector(collector.url).name)
        names = [("run1", f"a{n}") for n in range(5)] + [("run2", f"b{n}") for n in range(5)]
        await add_events(lab.url, *names)
        collector.mischief = [Incident(""), incident]

        await delivered(lab, collector, 10)

        assert collector.names("run1") == ["a0", "a1", "a2", "a3", "a4"]
        assert collector.names("run2") == ["b0", "b1", "b2", "b3", "b4"]
        assert len(collector.taken) == 10
        assert collector.headers["Authorization"] == "Bearer key"


async def test_a_refused_event_is_kept_and_its_run_goes_on(lab: Lab) -> None:
    async with a_collector() as collector:
        await PostgresDeliveries(lab.database).want(Collector(collector.url).name)
        await add_events(lab.url, ("run1", "a0"), ("run1", "a1"))
        collector.mischief = [Incident("422")]

        await delivered(lab, collector, 2)

        assert collector.names("run1") == ["a1"]
        (dead,) = await PostgresDeliveries(lab.database).undeliverable(10)
        assert dead.reason == "status 422 something of the event"


async def test_a_long_outage_is_caught_up_with_several_runs_at_once(lab: Lab) -> None:
    count = 2000
    async with a_collector() as collector:
        await PostgresDeliveries(lab.database).want(Collector(collector.url).name)
        await add_events(lab.url, *((f"run{n % 100}", f"{n:05}") for n in range(count)))

        await delivered(lab, collector, count)

        for run in range(100):
            names = collector.names(f"run{run}")
            assert len(names) == count // 100
            assert names == sorted(names)


SENDER = """
import asyncio, sys
from engine.adapters.collectors import HttpCollectors
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.lineage_deliveries import PostgresDeliveries
from engine.clock import SystemClock
from engine.lineage.courier import Courier
from engine.lineage.delivery import Collector

async def main(database, url):
    clock, pool = SystemClock(), Database(database, DatabaseLimits(connections=8))
    async with HttpCollectors.opened(clock) as client:
        await Courier(Collector(url), PostgresDeliveries(pool), client, clock, held=0.3).run()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.timeout(300)  # dozens of processes one after the other
async def test_no_event_is_lost_when_its_process_is_killed_and_none_is_noted_twice(
    lab: Lab,
) -> None:
    """Between send and note a kill means that it is sent again, with the same words."""
    watch = Database(lab.url, DatabaseLimits(connections=1))
    written = 0
    async with a_collector() as collector:
        await PostgresDeliveries(watch).want(Collector(collector.url).name)
        await lab.rows(_COUNT_SETTLING)
        for round_ in range(KILLS):
            await add_events(lab.url, *((f"run{n % 3}", f"{written + n:05}") for n in range(30)))
            written += 30
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", SENDER, lab.url, collector.url
            )
            before = collector.requests
            try:
                async with asyncio.timeout(60):
                    while collector.requests < before + 1 + round_ % 20:
                        await asyncio.sleep(0.001)
            finally:
                process.kill()
                await process.wait()
        await delivered(lab, collector, written)
    await watch.close()

    for run in range(3):
        names = collector.names(f"run{run}")
        assert names == sorted(names)
        assert len(names) == written // 3
    assert await lab.value("SELECT count(*) FROM atlas.settlings") == written
    assert all(collector.taken.count(each) <= 3 for each in collector.taken[-60:])


_COUNT_SETTLING = """
DO $$ BEGIN
CREATE TABLE IF NOT EXISTS atlas.settlings (event_id bigint);
TRUNCATE atlas.settlings;
CREATE OR REPLACE FUNCTION atlas.count_settling() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN INSERT INTO atlas.settlings VALUES (NEW.event_id); RETURN NULL; END';
CREATE OR REPLACE TRIGGER settling AFTER UPDATE OF settled_at ON atlas.lineage_deliveries
FOR EACH ROW WHEN (NEW.settled_at IS NOT NULL) EXECUTE FUNCTION atlas.count_settling();
END $$
"""
