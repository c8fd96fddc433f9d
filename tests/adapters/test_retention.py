"""What PostgreSQL forgets and what it keeps, whatever its age."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.adapters.postgres.metrics import PostgresMetrics
from engine.adapters.postgres.retention import PostgresStoreroom
from engine.alerts.model import Post
from engine.cards import Card, CardKind, Severity
from engine.catalog.model import Check, DatasetName, Layer, Operator, Retention
from engine.findings.model import Finding, PersonalData
from engine.lineage.model import EventType, LineageEvent
from engine.privacy.model import Protection
from engine.quality.model import Outcome, Verdict
from engine.retention.caretaker import Caretaker
from engine.retention.model import Aging
from engine.runs.leftovers import drop_leftovers
from engine.runs.model import Parameters, Run, RunStatus, StepKind, StepStatus
from engine.testing.clock import FakeClock
from tests.adapters.builders import NOON, Lab, a_model, a_run, a_table, building

OLD = NOON - timedelta(days=100)
LIMIT = NOON - timedelta(days=90)
PEOPLE = DatasetName(Layer.SILVER, "people")
ORDERS = DatasetName(Layer.SILVER, "orders")


def ended(
    at: datetime,
    status: RunStatus = RunStatus.SUCCEEDED,
    dataset: DatasetName = PEOPLE,
    **changes: object,
) -> Run:
    """A run that published people and ended then."""
    run = a_run((StepKind.REFINE, dataset), (StepKind.PUBLISH, dataset))
    done = StepStatus(status) if status not in {RunStatus.QUEUED, RunStatus.RUNNING} else None
    steps = tuple(replace(step, status=done or step.status) for step in run.steps)
    run = replace(run, requested_at=at, finished_at=at if done else None, steps=steps)
    return replace(run, status=status, **changes)  # type: ignore[arg-type]  # by field name


async def keep(lab: Lab, *runs: Run) -> None:
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.runs.add(run)


async def clear(lab: Lab, what: Aging, before: datetime = LIMIT, limit: int = 100) -> int:
    return await PostgresStoreroom(lab.database).clear(what, before, limit)


async def ids(lab: Lab, table: str = "runs", column: str = "id") -> set[object]:
    rows = await lab.rows(f"SELECT {column} FROM atlas.{table}")  # noqa: S608  # names of this test
    return {row[column] for row in rows}


async def told(lab: Lab, runs: Sequence[Run]) -> None:
    """Let each run leave a verdict, a finding and a lineage event."""
    protection = Protection("email", Operator.HASH, "EMAIL_ADDRESS", False, ("it looks so",))
    verdict = Verdict(Check("row_count > 0"), Outcome.PASSED, "5", "")
    async with lab.transactions.begin() as tx:
        for run in runs:
            await tx.verdicts.record(run, PEOPLE, [verdict], run.requested_at)
            finding = Finding(PEOPLE, Severity.WARNING, run.id, PersonalData(protection))
            await tx.findings.record(finding, run.requested_at)
            event = LineageEvent(
                type=EventType.COMPLETE,
                at=run.requested_at,
                run_id=run.id,
                attempt=1,
                pipeline=run.pipeline,
                job=f"{run.pipeline}.{PEOPLE}",
                inputs=(),
                outputs=(PEOPLE,),
            )
            await tx.lineage.append(event)


async def test_old_runs_go_with_all_that_they_left(lab: Lab) -> None:
    old, older, young = ended(OLD), ended(OLD - timedelta(1)), ended(NOON)
    await keep(lab, old, older, young)
    await told(lab, (older, old, young))

    assert await clear(lab, Aging.RUNS) == 2

    for table, column in (
        ("runs", "id"),
        ("step_runs", "run_id"),
        ("check_results", "run_id"),
        ("lineage_events", "run_id"),
        ("findings", "run_id"),
        ("pii_findings", "run_id"),
    ):
        assert await ids(lab, table, column) == {young.id}, table


async def test_what_was_announced_once_is_not_new_after_its_run_is_gone(lab: Lab) -> None:
    old, young = ended(OLD), ended(NOON)
    await keep(lab, old, young)
    await told(lab, [old])

    assert await clear(lab, Aging.RUNS) == 1

    assert await ids(lab, "findings", "run_id") == {old.id}
    assert await ids(lab, "pii_findings", "run_id") == {old.id}
    assert await ids(lab, "check_results", "run_id") == set()


async def test_a_run_that_is_not_over_stays_however_old_it_is(lab: Lab) -> None:
    waiting = [ended(OLD, status) for status in (RunStatus.QUEUED, RunStatus.RUNNING)]
    await keep(lab, *waiting, ended(NOON))

    assert await clear(lab, Aging.RUNS) == 0


async def test_the_newest_run_of_each_kind_stays_however_old_it_is(lab: Lab) -> None:
    gone = ended(OLD - timedelta(1))
    kept = [
        ended(OLD),
        ended(OLD - timedelta(9), RunStatus.FAILED),
        ended(OLD - timedelta(9), dataset=ORDERS),
        ended(OLD - timedelta(9), pipeline="ingest"),
        ended(OLD - timedelta(9), table="people"),
    ]
    await keep(lab, gone, *kept)

    assert await clear(lab, Aging.RUNS) == 1

    assert await ids(lab) == {run.id for run in kept}


async def test_the_days_of_a_backfill_go_together(lab: Lab) -> None:
    dated = [Parameters(start=(OLD + timedelta(n)).date()) for n in range(3)]
    days = [
        ended(at, backfill="B4CKF1LL", parameters=each)
        for at, each in zip((OLD, OLD + timedelta(1), NOON), dated, strict=True)
    ]
    await keep(lab, *days)

    assert await clear(lab, Aging.RUNS) == 0
    assert await clear(lab, Aging.RUNS, NOON + timedelta(1)) == 2


async def test_no_more_go_at_once_than_is_said(lab: Lab) -> None:
    await keep(lab, *(ended(OLD) for _ in range(5)), ended(NOON))

    assert [await clear(lab, Aging.RUNS, limit=2) for _ in range(4)] == [2, 2, 1, 0]


async def test_a_run_that_somebody_is_changing_is_left_alone(lab: Lab) -> None:
    old = ended(OLD, RunStatus.FAILED)
    await keep(lab, old, ended(NOON, RunStatus.FAILED))

    async with lab.transactions.begin() as tx:
        assert await tx.runs.held(old.id)
        assert await clear(lab, Aging.RUNS) == 0


async def test_which_deliveries_were_loaded_is_never_forgotten(lab: Lab) -> None:
    table = a_table("name")
    lab.deliver("id,name\n1,Ann\n")
    await lab.ingest(table)

    for what in Aging:
        await clear(lab, what, NOON + timedelta(9_999))

    assert await lab.ingest(table) is None


async def test_posts_that_were_delivered_go_and_others_stay(lab: Lab) -> None:
    unfinished = ended(OLD, RunStatus.RUNNING, backfill="B4CKF1LL")
    await keep(lab, unfinished)
    keys = ("old", "young", "undelivered", f"run:{unfinished.id}", "backfill:B4CKF1LL")
    async with lab.transactions.begin() as tx:
        for key in keys:
            await tx.outbox.put(Post(key, "web:#general", Card(CardKind.ALERT, Severity.INFO, "!")))
    await lab.rows("UPDATE atlas.outbox SET delivered_revision = 1, delivered_at = $1", OLD)
    await lab.rows("UPDATE atlas.outbox SET delivered_at = $1 WHERE key = 'young'", NOON)
    await lab.rows("UPDATE atlas.outbox SET revision = 2 WHERE key = 'undelivered'")

    assert await clear(lab, Aging.POSTS) == 1

    assert await ids(lab, "outbox", "key") == set(keys[1:])


async def test_posts_that_nobody_sends_are_given_up_and_others_wait_on(lab: Lab) -> None:
    keys = ("a terminal that went away", "tried", "due today", "delivered")
    async with lab.transactions.begin() as tx:
        for key in keys:
            await tx.outbox.put(Post(key, "terminal:you", Card(CardKind.ALERT, Severity.INFO, "!")))
    await lab.rows("UPDATE atlas.outbox SET due_at = $1 WHERE key <> 'due today'", OLD)
    await lab.rows("UPDATE atlas.outbox SET reason = 'No answer.' WHERE key = 'tried'")
    await lab.rows("UPDATE atlas.outbox SET delivered_revision = 1 WHERE key = 'delivered'")

    assert await clear(lab, Aging.UNSENT) == 2

    given_up = await lab.rows(
        "SELECT key, reason FROM atlas.outbox WHERE dead_at IS NOT NULL AND failing_since < $1",
        LIMIT,
    )
    assert {row["key"]: row["reason"] for row in given_up} == {
        "a terminal that went away": "Nobody sends to terminal.",
        "tried": "Nobody sends to terminal any more; at last: No answer.",
    }
    assert await clear(lab, Aging.UNSENT) == 0


async def test_messages_of_the_page_go_unless_they_were_edited_since(lab: Lab) -> None:
    said = (
        "INSERT INTO atlas.web_messages (channel, author, name, text, at, edited_at) "
        "VALUES ('#general', 'you', 'You', $1, $2, $3)"
    )
    await lab.rows(said, "old", OLD, None)
    await lab.rows(said, "edited", OLD, NOON)
    await lab.rows(said, "young", NOON, None)

    assert await clear(lab, Aging.MESSAGES) == 1

    assert await ids(lab, "web_messages", "text") == {"edited", "young"}


async def test_tickets_of_runs_that_are_over_go_and_others_stay(lab: Lab) -> None:
    over, waiting = ended(OLD), ended(NOON, RunStatus.QUEUED)
    await keep(lab, over, waiting)
    async with lab.transactions.begin() as tx:
        await tx.queue.let_in()
    ticket = (
        "INSERT INTO atlas.procrastinate_jobs (queue_name, task_name, args, status) "
        "VALUES ('runs', 'work_run', jsonb_build_object('run_id', $1::text), 'cancelled')"
    )
    await lab.rows(ticket, over.id)
    await lab.rows(ticket, "N0TTHERE")

    assert await clear(lab, Aging.TICKETS, NOON) == 2

    assert await lab.value("SELECT args->>'run_id' FROM atlas.procrastinate_jobs") == waiting.id


async def test_the_ticket_that_a_living_worker_is_about_to_drop_is_its_own(lab: Lab) -> None:
    over = ended(OLD)
    await keep(lab, over)
    await lab.rows(
        "WITH worker AS (INSERT INTO atlas.procrastinate_workers DEFAULT VALUES RETURNING id) "
        "INSERT INTO atlas.procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
        "SELECT 'runs', 'work_run', jsonb_build_object('run_id', $1::text), 'doing', id "
        "FROM worker",
        over.id,
    )

    assert await clear(lab, Aging.TICKETS, NOON) == 0


async def test_rows_in_quarantine_go_by_their_age(lab: Lab) -> None:
    table = a_table("name", name="people")
    await lab.refined(table, [(None, "Ann"), (None, "Bea"), ("1", "Cleo")])
    await lab.rows("UPDATE quarantine.people SET quarantined_at = $1 WHERE bronze_row = 1", OLD)
    await lab.rows("UPDATE quarantine.people SET quarantined_at = $1 WHERE bronze_row = 2", NOON)
    await lab.rows("CREATE TABLE quarantine.mine AS SELECT now() - interval '9 years' AS at")

    assert await clear(lab, Aging.QUARANTINE) == 1
    assert await clear(lab, Aging.QUARANTINE) == 0

    assert [row["bronze_row"] for row in await lab.quarantined(table)] == [2]


async def test_numbers_and_what_was_said_of_them_outlast_their_runs_and_go_by_their_age(
    lab: Lab,
) -> None:
    async with lab.database.begin() as connection:
        store = PostgresMetrics(connection)
        for run_id, at in (("OLD", OLD), ("YOUNG", NOON)):
            await store.record(run_id, PEOPLE, {"row_count": 5.0}, at, accepted=True)
            await store.accept(run_id, PEOPLE, "ann", at)

    assert await clear(lab, Aging.RUNS) == 0
    assert await clear(lab, Aging.METRICS) == 1
    assert await clear(lab, Aging.METRICS) == 0

    for table in ("metrics", "metric_marks"):
        assert await ids(lab, table, "run_id") == {"YOUNG"}, table


async def test_foreign_events_and_resolved_incidents_go_once_they_are_old(lab: Lab) -> None:
    await lab.rows(
        """INSERT INTO atlas.lineage_events
           (run_id, event_type, job, event_time, event, producer, fingerprint)
           SELECT '', 'COMPLETE', 'dbt', at, '{}', 'dbt', number::text
           FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given(at, number)""",
        [OLD, NOON],
    )
    await lab.rows(
        """INSERT INTO atlas.incidents (status, severity, places, document, totals, begun_at,
             resolved_at, watched)
           SELECT status, 'critical', '{}', '{}', '{}', $1, ended, false
           FROM (VALUES ('resolved', $1::timestamptz), ('resolved', $2), ('open', NULL))
             AS given(status, ended)""",
        OLD,
        NOON,
    )

    assert await clear(lab, Aging.FOREIGN_LINEAGE) == 1
    assert await clear(lab, Aging.INCIDENTS) == 1

    assert await ids(lab, "lineage_events", "fingerprint") == {"2"}
    assert await ids(lab, "incidents", "number") == {2, 3}


async def test_one_process_at_a_time_clears_away(lab: Lab) -> None:
    storeroom = PostgresStoreroom(lab.database)
    async with storeroom.alone() as first, storeroom.alone() as second:
        assert (first, second) == (True, False)
    async with storeroom.alone() as alone:
        assert alone


async def test_what_failed_runs_staged_is_found_by_its_name_and_dropped(lab: Lab) -> None:
    model = a_model("SELECT 1 AS one", name="report")
    failed, waiting = building(model), building(model)
    for run in (failed, waiting):
        async with lab.transactions.begin() as tx:
            await tx.runs.add(run)
            await tx.warehouse.build(run, model)
    await lab.rows("UPDATE atlas.runs SET status = 'failed' WHERE id = $1", failed.id)
    await lab.rows("CREATE TABLE gold.report__20240101 AS SELECT 1 AS mine")

    async with lab.transactions.begin() as tx:
        assert {each.run_id for each in await tx.warehouse.leftovers(model.gold)} == {
            failed.id,
            waiting.id,
            "20240101",
        }
        assert await tx.warehouse.leftovers(PEOPLE) == ()
        assert await drop_leftovers(tx, lambda _: True) == (failed.id,)

    assert not await lab.staged(failed, model.gold)
    assert await lab.staged(waiting, model.gold)
    assert await lab.value("SELECT mine FROM gold.report__20240101") == 1


@pytest.mark.parametrize("what", list(Aging))
async def test_with_nothing_there_nothing_goes(lab: Lab, what: Aging) -> None:
    assert await clear(lab, what) == 0


async def test_the_caretaker_finds_and_clears_all_of_it(lab: Lab) -> None:
    model = a_model("SELECT 1 AS one", name="report")
    failed = replace(building(model), requested_at=OLD)
    async with lab.transactions.begin() as tx:
        await tx.runs.add(failed)
        await tx.warehouse.build(failed, model)
    lost = replace(failed, status=RunStatus.FAILED, finished_at=NOON - timedelta(8))
    async with lab.transactions.begin() as tx:
        await tx.runs.save(lost)
    await keep(lab, ended(OLD), ended(NOON))
    caretaker = Caretaker(
        Retention(), PostgresStoreroom(lab.database), lab.transactions, FakeClock(NOON)
    )

    await caretaker.tidy()
    await caretaker.tidy()

    assert not await lab.staged(failed, model.gold)
    assert len(await ids(lab)) == 2
