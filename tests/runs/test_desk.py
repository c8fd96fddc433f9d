"""Orders for runs are stored before they are answered; a run can be stopped and taken up again."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.errors import DatabaseUnreachable, KeyUsed, RunDone, RunNotDone, TooManyRuns, UnknownRun
from engine.quality.model import Outcome
from engine.runs.model import Parameters, Run, RunStatus, StepKind, StepStatus
from tests.builders import RUN_ID, a_project, a_run, a_step, a_table, an_asker, dataset
from tests.runs.doings import Gate, ordered, statuses, taking, until
from tests.workshop import Workshop

CUSTOMERS = dataset("silver.customers")


def a_shop() -> Workshop:
    """A shop with one table."""
    return Workshop(a_project([a_table()], ()))


async def a_held_back_run(shop: Workshop) -> Run:
    """A run whose check failed."""
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED
    run = await shop.run("medallion")
    shop.quality.outcomes.clear()
    return run


async def test_an_order_is_stored_and_in_line_before_it_is_answered() -> None:
    shop = Workshop()

    run = await ordered(shop)

    assert shop.state.runs[run.id] == run
    assert run.status is RunStatus.QUEUED
    assert run.id in shop.state.tickets
    assert shop.state.posts[f"run:{run.id}"].post.card.title == "ingest — queued"


async def test_an_order_that_can_not_be_stored_leaves_nothing() -> None:
    shop = Workshop()
    shop.transactions.faults.plan("commit", DatabaseUnreachable("PostgreSQL does not answer."))

    with pytest.raises(DatabaseUnreachable):
        await ordered(shop)

    assert (shop.state.runs, shop.state.tickets, shop.state.posts) == ({}, {}, {})


async def test_a_full_line_takes_no_order_and_stores_none() -> None:
    shop = Workshop(longest_line=2)
    await ordered(shop)
    await ordered(shop)

    with pytest.raises(TooManyRuns, match="2 runs are waiting already") as caught:
        await ordered(shop)

    assert len(shop.state.runs) == 2
    assert "ask again" in caught.value.hint


async def test_a_full_line_takes_the_next_day_of_a_backfill() -> None:
    shop = Workshop(longest_line=0)

    run = await ordered(shop, backfill="B1")

    assert run.id in shop.state.runs


async def test_the_same_key_stands_for_the_same_run_also_when_that_is_over() -> None:
    shop = a_shop()
    run = await ordered(shop, key="k1")

    assert await ordered(shop, key="k1") == run
    done = await shop.taken(run.id)

    assert await ordered(shop, key="k1") == done
    assert (await ordered(shop, key="k2")).id != run.id
    assert len(shop.state.runs) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"pipeline": "bronze_to_silver"},
        {"table": "customers"},
        {"parameters": Parameters(full_refresh=True)},
    ],
)
async def test_a_key_is_refused_for_another_request(other: dict[str, object]) -> None:
    shop = a_shop()
    run = await ordered(shop, key="k1")

    with pytest.raises(KeyUsed, match=run.id):
        await ordered(shop, **{"key": "k1", **other})  # type: ignore[arg-type]  # by field name

    assert list(shop.state.runs) == [run.id]


async def test_a_run_that_waits_is_cancelled_at_once_and_lets_the_next_go() -> None:
    shop = a_shop()
    first, second = await ordered(shop), await ordered(shop)

    end = await shop.desk.cancel(first.id, an_asker("olga"))

    assert (end.status, end.error) == (RunStatus.CANCELLED, "Cancelled by Olga.")
    assert end.hint == "Nothing was published."
    assert set(statuses(end).values()) == {StepStatus.CANCELLED}
    assert shop.listening.finished(first.id) == [end] == [shop.state.runs[first.id]]
    assert set(shop.state.tickets) == {second.id}


async def test_the_ticket_of_a_run_that_was_cancelled_brings_nobody_to_work() -> None:
    shop = a_shop()
    run = await ordered(shop)
    ticket = shop.state.tickets[run.id].number
    await shop.desk.cancel(run.id, an_asker())

    await shop.worker.take(run.id, ticket)

    assert shop.state.deeds == []
    assert len(shop.listening.finished(run.id)) == 1


async def test_cancelling_a_run_at_work_has_its_worker_stop_it() -> None:
    gate = Gate()
    shop = Workshop(a_project([a_table()], ()), steps={StepKind.CHECK: gate})
    run = await shop.queued("medallion")
    async with taking(shop, run.id):
        await until(lambda: gate.reached)
        answer = await shop.desk.cancel(run.id, an_asker("olga"))
        await shop.desk.cancel(run.id, an_asker("maria"))

        assert (answer.status, answer.cancelled_by) == (RunStatus.RUNNING, "Olga")
        assert shop.state.interrupted == [run.id] * 2
    end = shop.state.runs[run.id]

    assert end.error == "Cancelled by Olga."
    assert "Nothing half-done" in end.hint or "nothing half-done is left" in end.hint


async def test_a_run_that_is_over_or_unknown_can_not_be_cancelled() -> None:
    shop = a_shop()
    run = await shop.run("ingest")

    with pytest.raises(RunDone, match=f"Run {run.id} is over: it succeeded"):
        await shop.desk.cancel(run.id, an_asker())
    with pytest.raises(UnknownRun):
        await shop.desk.cancel("22222222", an_asker())

    assert shop.state.runs[run.id] == run


async def test_a_run_that_failed_is_taken_up_where_it_stopped() -> None:
    shop = a_shop()
    before = await a_held_back_run(shop)
    shop.clock.advance(3600)

    queued = await shop.desk.retry(RUN_ID)
    run = await shop.taken(RUN_ID)

    assert (queued.status, queued.attempt, queued.error) == (RunStatus.QUEUED, 2, None)
    assert run.status is RunStatus.SUCCEEDED
    assert run.steps[:2] == before.steps[:2]
    assert [what for what, _ in shop.state.deeds_of(RUN_ID)] == ["loaded", "staged", "published"]
    assert run.seconds == 0, "the hour in which nobody worked on it does not count"


async def test_a_run_is_taken_up_from_the_gate_with_the_table_that_it_staged() -> None:
    shop = a_shop()
    await shop.queued("medallion")
    shop.transactions.faults.plan("publish", ValueError("a defect"), times=1)
    await shop.taken(RUN_ID)

    await shop.desk.retry(RUN_ID, StepKind.CHECK)
    run = await shop.taken(RUN_ID)

    assert run.status is RunStatus.SUCCEEDED
    assert shop.quality.asked == [("silver", "customers__7k3f9qtz")] * 2
    assert [what for what, _ in shop.state.deeds_of(RUN_ID)] == ["loaded", "staged", "published"]


async def test_a_dataset_whose_staged_table_is_gone_begins_anew() -> None:
    shop = a_shop()
    await a_held_back_run(shop)
    del shop.state.staged[RUN_ID, CUSTOMERS]

    await shop.desk.retry(RUN_ID, StepKind.CHECK)
    run = await shop.taken(RUN_ID)

    assert run.status is RunStatus.SUCCEEDED
    done = [what for what, _ in shop.state.deeds_of(RUN_ID)]
    assert done == ["loaded", "staged", "staged", "published"]


async def test_a_cancelled_run_can_be_taken_up_again_and_is_not_cancelled_once_more() -> None:
    shop = a_shop()
    run = await ordered(shop)
    await shop.desk.cancel(run.id, an_asker())

    await shop.desk.retry(run.id)
    end = await shop.taken(run.id)

    assert (end.status, end.cancelled_by) == (RunStatus.SUCCEEDED, None)


async def test_a_question_about_columns_is_answered_by_a_retry_that_accepts() -> None:
    shop = a_shop()
    await a_held_back_run(shop)

    run = await shop.desk.retry(RUN_ID, accept_drift=True)

    assert run.parameters.accept_drift
    assert shop.state.runs[RUN_ID] == run


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUCCEEDED])
async def test_only_a_run_that_did_not_succeed_is_taken_up(status: RunStatus) -> None:
    shop = a_shop()
    run = replace(await shop.queued("ingest"), status=status)
    shop.keep(run)

    with pytest.raises(RunNotDone):
        await shop.desk.retry(RUN_ID)

    assert shop.state.runs[RUN_ID] == run


async def test_of_two_that_take_a_run_up_at_once_one_does() -> None:
    shop = a_shop()
    await a_held_back_run(shop)

    answers = await asyncio.gather(
        shop.desk.retry(RUN_ID), shop.desk.retry(RUN_ID), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [Run, RunNotDone]
    assert shop.state.runs[RUN_ID].attempt == 2


async def test_a_run_that_is_taken_up_waits_for_who_has_its_table_meanwhile() -> None:
    shop = a_shop()
    failed = await a_held_back_run(shop)
    later = await ordered(shop, "bronze_to_silver")
    shop.keep(replace(later, requested_at=failed.requested_at + timedelta(hours=1)))

    await shop.desk.retry(RUN_ID)

    assert RUN_ID not in shop.state.tickets, "the later one has its ticket already"
    await shop.taken(later.id)
    assert RUN_ID in shop.state.tickets


async def test_a_retry_speaks_where_it_was_asked_for_in_a_message_of_its_own() -> None:
    shop = Workshop()
    shop.keep(a_run(a_step(StepKind.REFINE, status=StepStatus.FAILED), status=RunStatus.FAILED))

    run = await shop.desk.retry(RUN_ID, asker=an_asker("olga", channel="#night"))

    kept = shop.state.posts[f"run:{RUN_ID}:{run.attempt}"]
    assert kept.post.place == "web:#night"
    assert f"run:{RUN_ID}" not in shop.state.posts
