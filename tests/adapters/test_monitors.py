"""What a look reads out of the state tables, against PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.adapters.disk import FolderVolume
from engine.adapters.postgres.monitors import PostgresBacklogs, PostgresSights
from engine.adapters.postgres.watched import PostgresWatched
from engine.alerts.model import Post
from engine.cards import Card, CardKind, Severity
from engine.catalog.model import DatasetName
from engine.findings.looking import Standing
from engine.findings.model import DiskShort, Finding, OutboxBlocked
from engine.findings.sight import Sight
from engine.runs.model import (
    Counts,
    Parameters,
    Priority,
    Run,
    RunStatus,
    Step,
    StepKind,
    StepReport,
    StepStatus,
)
from tests.adapters.builders import NOON, SOMEBODY, Lab, execute
from tests.builders import a_model, a_project, a_table, dataset
from tests.schedules.builders import a_schedule

SILVER, GOLD = dataset("silver.customers"), dataset("gold.revenue")
HOUR = timedelta(hours=1)
SHOP = a_project(
    tables=(a_table(checks=("row_count > 0", "freshness(id) < 1d")),),
    models=(a_model(reads=("silver.customers",)),),
)


async def look(lab: Lab, at: datetime = NOON) -> Sight:
    return await PostgresSights(SHOP, lab.database).taken(at)


def step(index: int, kind: StepKind, on: DatasetName, rows: int, at: datetime) -> Step:
    counts = Counts(built=rows) if kind is StepKind.BUILD else Counts(published=rows)
    if kind is StepKind.PUBLISH and on.table == "revenue":
        counts = Counts()
    report = StepReport(counts)
    return Step(index, kind, on, StepStatus.SUCCEEDED, at, at, report)


def a_run(number: int, at: datetime, *steps: Step, **changes: object) -> Run:
    """It succeeded at that moment, a minute after it began."""
    run = Run(
        f"{number:08}", "medallion", None, SOMEBODY, steps, at - HOUR, RunStatus.SUCCEEDED,
        started_at=at - timedelta(minutes=1), finished_at=at,
    )  # fmt: skip
    return replace(run, **changes)  # type: ignore[arg-type]  # by field name


def publishing(number: int, at: datetime, rows: int = 10, **changes: object) -> Run:
    """A run that published customers and revenue."""
    return a_run(
        number,
        at,
        step(0, StepKind.PUBLISH, SILVER, rows, at),
        step(1, StepKind.BUILD, GOLD, rows + 1, at),
        step(2, StepKind.PUBLISH, GOLD, rows, at),
        **changes,
    )


async def keep(lab: Lab, *runs: Run) -> None:
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.runs.add(run)


def rows_of(sight: Sight, on: DatasetName) -> Sequence[int | None]:
    return [each.rows for past in sight.publications if past.dataset == on for each in past.all]


async def test_nothing_is_seen_where_there_is_nothing(lab: Lab) -> None:
    sight = await look(lab)

    assert (sight.runs, sight.publications, sight.deliveries, sight.planned) == ((), (), (), ())
    assert [each.check for each in sight.freshness] == ["freshness(id) < 1d"]
    assert sight.connections is not None
    assert 0 < sight.connections.free < sight.connections.total


async def test_publications_come_with_their_rows_oldest_first(lab: Lab) -> None:
    await keep(lab, *(publishing(each, NOON + each * HOUR, rows=each) for each in (3, 1, 2)))

    sight = await look(lab)

    assert rows_of(sight, SILVER) == [1, 2, 3]
    assert rows_of(sight, GOLD) == [2, 3, 4]


async def test_what_is_done_by_hand_or_by_intention_is_known(lab: Lab) -> None:
    program = replace(SOMEBODY, channel="")
    await keep(
        lab,
        publishing(1, NOON),
        publishing(2, NOON + HOUR, asker=program),
        publishing(3, NOON + 2 * HOUR, priority=Priority.SCHEDULE),
        publishing(4, NOON + 3 * HOUR, parameters=Parameters(full_refresh=True)),
        publishing(5, NOON + 4 * HOUR, backfill="B1", priority=Priority.BACKFILL),
    )
    await execute(
        lab.url,
        "INSERT INTO atlas.metric_marks VALUES ('00000001', 'silver.customers', 'web:lea', now())",
    )

    past = next(each for each in (await look(lab)).publications if each.dataset == SILVER)

    assert [each.by_hand for each in past.all] == [True, False, False, True, False]
    assert [each.special for each in past.all] == [False, False, False, True, True]
    assert [each.expected for each in past.all] == [True, False, False, False, False]


async def test_a_second_look_sees_what_came_meanwhile(lab: Lab) -> None:
    sights = PostgresSights(SHOP, lab.database)
    await keep(lab, publishing(1, NOON))
    first = await sights.taken(NOON)
    assert await sights.taken(NOON) == replace(
        first, connections=(await sights.taken(NOON)).connections
    )

    await keep(lab, publishing(2, NOON + HOUR, rows=7))
    assert rows_of(await sights.taken(NOON), SILVER) == [10, 7]

    await execute(
        lab.url,
        "INSERT INTO atlas.metric_marks VALUES ('00000002', 'silver.customers', 'web:lea', now())",
    )
    past = next(each for each in (await sights.taken(NOON)).publications if each.dataset == SILVER)
    assert past.newest.expected


async def test_a_run_at_work_comes_with_its_step_and_what_the_same_took_before(lab: Lab) -> None:
    began = NOON - HOUR
    waiting = Step(1, StepKind.CHECK, SILVER)
    refining = Step(0, StepKind.REFINE, SILVER, StepStatus.RUNNING, began)
    working = a_run(
        9, NOON, refining, waiting, status=RunStatus.RUNNING, started_at=began, finished_at=None,
        requested_at=began,
    )  # fmt: skip
    other = a_run(8, NOON, step(0, StepKind.PUBLISH, SILVER, 1, NOON), table="orders")
    await keep(lab, *(publishing(each, NOON - each * HOUR) for each in range(1, 7)), other, working)

    (run,) = (await look(lab)).runs

    assert (run.run_id, run.step, run.dataset) == (working.id, "refine silver.customers", SILVER)
    assert (run.started_at, run.moved_at, run.session) == (began, began, False)
    assert run.before == (60.0,) * 6


async def test_a_session_that_waits_for_a_lock_is_silent(lab: Lab) -> None:
    refining = Step(0, StepKind.REFINE, SILVER, StepStatus.RUNNING, NOON)
    await keep(lab, a_run(9, NOON, refining, status=RunStatus.RUNNING, finished_at=None))
    async with lab.transactions.begin("00000009"):
        (idle,) = (await look(lab)).runs
    (gone,) = (await look(lab)).runs

    assert idle.session
    assert idle.silent_since is not None
    assert (gone.session, gone.silent_since) == (False, None)


async def test_a_queued_run_is_seen_after_a_while_with_what_is_ahead_of_it(lab: Lab) -> None:
    waiting = Step(0, StepKind.REFINE, SILVER)
    queued = a_run(7, NOON, waiting, status=RunStatus.QUEUED, started_at=None, finished_at=None)
    young = replace(queued, id="00000008", requested_at=NOON)
    await keep(lab, queued, young)

    (alone,) = (await look(lab)).runs
    await keep(lab, a_run(9, NOON, waiting, status=RunStatus.RUNNING, finished_at=None))
    behind = (await look(lab)).runs[0]

    assert (alone.queued, alone.ahead, alone.moved_at) == (True, False, queued.requested_at)
    assert behind.ahead


async def test_the_newest_deliveries_come_with_their_columns(lab: Lab) -> None:
    values = ", ".join(
        f"('customers', '{each}.csv', 'f', 1, 'R', timestamptz '{NOON + each * HOUR}', "
        f"ARRAY['id', 'c{each}'])"
        for each in range(12)
    )
    await execute(
        lab.url,
        f"INSERT INTO atlas.deliveries VALUES {values}",  # noqa: S608  # a test's own values
        "INSERT INTO atlas.deliveries VALUES ('customers', 'old', 'f', 1, 'R', now(), NULL)",
    )

    (deliveries,) = (await look(lab)).deliveries

    assert deliveries.dataset == dataset("bronze.customers")
    assert [each.name for each in deliveries.all] == [f"{each}.csv" for each in range(4, 12)]
    assert deliveries.all[-1].columns == ("id", "c11")


async def test_a_schedule_comes_with_what_its_runs_publish(lab: Lab) -> None:
    async with lab.transactions.begin() as tx:
        await tx.schedules.add(a_schedule(pipeline="medallion", table=None))
        await tx.schedules.add(a_schedule(pipeline="gone", table=None))

    sight = await look(lab)

    assert [each.datasets for each in sight.planned] == [(SILVER, GOLD), ()]


async def test_posts_that_wait_are_counted_since_they_are_due(lab: Lab) -> None:
    async with lab.transactions.begin() as tx:
        for place in ("web:#a", "web:#b", "terminal:#a"):
            await tx.outbox.put(Post(place, place, Card(CardKind.REPLY, Severity.INFO, "x")))
    await execute(
        lab.url,
        "UPDATE atlas.outbox SET created_at = now() - interval '1 day', due_at = now()",
    )
    (fresh,) = await PostgresBacklogs(lab.database).taken()
    await execute(
        lab.url, "UPDATE atlas.outbox SET attempts = 10, due_at = now() + interval '5 minutes'"
    )
    (tried,) = await PostgresBacklogs(lab.database).taken()

    assert await PostgresBacklogs(lab.database, ("web",)).taken() == ()

    now = datetime.now(UTC)
    assert (fresh.what, fresh.waiting) == ("messages to web", 2)
    assert now - fresh.oldest < timedelta(minutes=1)
    assert now - tried.oldest > timedelta(minutes=5)


async def test_a_disk_has_room_and_one_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    room = await FolderVolume(tmp_path).room()

    assert room is not None
    assert 0 < room.free <= room.total
    assert await FolderVolume(tmp_path / "gone").room() is None


BLOCKED = Finding(None, Severity.WARNING, "", OutboxBlocked("messages to web", 2, NOON))
FULL = Finding(SILVER, Severity.WARNING, "R1", DiskShort(1, 2))


async def test_what_stands_comes_back_keeps_its_beginning_and_is_forgotten(lab: Lab) -> None:
    await execute(lab.url, "DELETE FROM atlas.watched")
    worse = replace(FULL, severity=Severity.CRITICAL)
    async with lab.database.begin() as connection:
        watched = PostgresWatched(connection)
        await watched.keep([Standing.of(BLOCKED, NOON), Standing.of(FULL, NOON)])
        await watched.keep([Standing.of(worse, NOON + HOUR)])
        both = await watched.standing()
        await watched.forget([BLOCKED.fingerprint])
        await watched.forget([])
        one = await watched.standing()
        await watched.forget([FULL.fingerprint])

    assert both == (Standing.of(worse, NOON), Standing.of(BLOCKED, NOON))
    assert one == (Standing.of(worse, NOON),)


async def test_only_one_process_looks_at_a_time(lab: Lab) -> None:
    async with lab.database.begin() as first, lab.database.begin() as second:
        alone = await PostgresWatched(first).alone()
        meanwhile = await PostgresWatched(second).alone()
    async with lab.database.begin() as third:
        afterwards = await PostgresWatched(third).alone()

    assert (alone, meanwhile, afterwards) == (True, False, True)
