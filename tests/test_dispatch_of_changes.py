"""Which run is meant when somebody stops or retries one, and what a waiting one tells."""

from datetime import timedelta

import pytest

from engine.cards import Card, Fact
from engine.commands import CancelRun, Command, RetryRun, RunPipeline, RunStatus
from engine.outcome import Accepted, Answer, Outcome, Refused
from engine.runs.model import Run, StepKind, StepStatus
from engine.runs.model import RunStatus as Status
from engine.testing.clock import EPOCH
from tests.builders import a_run, a_step
from tests.workshop import Workshop

HOUR = timedelta(hours=1)
ALL = (
    a_step(StepKind.PUBLISH, "silver.customers"),
    a_step(StepKind.PUBLISH, "silver.orders"),
)


def card_of(outcome: Outcome) -> Card:
    """The card of an answer."""
    assert isinstance(outcome, Answer), outcome
    return outcome.card


def refusal_of(outcome: Outcome) -> Refused:
    """The refusal that an outcome is."""
    assert isinstance(outcome, Refused), outcome
    return outcome


def a_shop_with(*runs: Run) -> Workshop:
    """A shop that has these runs."""
    shop = Workshop()
    shop.keep(*runs)
    return shop


def a_lost_run(run_id: str, **changes: object) -> Run:
    """A run of customers whose publishing failed."""
    done, lost = StepStatus.SUCCEEDED, StepStatus.FAILED
    steps = (
        a_step(StepKind.INGEST, "bronze.customers", done),
        a_step(StepKind.INGEST, "bronze.customers", lost),
    )
    return a_run(*steps, id=run_id, **{"status": Status.FAILED, **changes})  # type: ignore[arg-type]  # by field name


@pytest.mark.parametrize(
    "command",
    [
        CancelRun(),
        CancelRun("11111111"),
        CancelRun(table="customers"),
        CancelRun(pipeline="bronze_to_silver"),
    ],
)
async def test_the_only_run_that_is_not_done_needs_no_id_to_be_cancelled(command: Command) -> None:
    shop = a_shop_with(a_run(id="11111111"), a_lost_run("22222222"))

    card = card_of(await shop.ask(command, "olga"))

    assert card.title == "bronze_to_silver for customers is cancelled"
    assert card.text == "Nothing was published."
    run = shop.state.runs["11111111"]
    assert (run.status, run.cancelled_by) == (Status.CANCELLED, "Olga")


async def test_a_word_that_could_mean_several_runs_stops_none_of_them() -> None:
    shop = a_shop_with(a_run(id="11111111"), a_run(id="22222222", requested_at=EPOCH + HOUR))

    refused = refusal_of(await shop.ask(CancelRun(table="customers")))

    assert "11111111 (bronze_to_silver for customers)" in refused.reason
    assert "22222222 (bronze_to_silver for customers)" in refused.reason
    assert {run.status for run in shop.state.runs.values()} == {Status.QUEUED}


async def test_a_run_that_works_on_more_than_the_named_table_is_not_stopped_by_its_name() -> None:
    whole = a_run(*ALL, id="11111111", pipeline="medallion", table=None)
    shop = a_shop_with(whole)

    named = refusal_of(await shop.ask(CancelRun(table="customers")))
    by_pipeline = await shop.ask(CancelRun(pipeline="medallion"))

    assert named.reason == "medallion (11111111) works on customers, and on more than that."
    assert named.hint == "Say «cancel 11111111» to stop all of it."
    assert card_of(by_pipeline).title == "medallion is cancelled"


async def test_nothing_to_cancel_is_said_to_be_so() -> None:
    shop = a_shop_with(a_lost_run("11111111"))

    assert "nothing to cancel" in refusal_of(await shop.ask(CancelRun())).reason
    done = refusal_of(await shop.ask(CancelRun("11111111")))
    assert done.reason == "Run 11111111 is over: it failed."
    assert "no table 'unicorns'" in refusal_of(await shop.ask(CancelRun(table="unicorns"))).reason


@pytest.mark.parametrize("command", [RetryRun(), RetryRun("11111111"), RetryRun(table="customers")])
async def test_the_latest_lost_run_is_taken_up_again_under_its_id(command: Command) -> None:
    older = a_lost_run("22222222", requested_at=EPOCH - HOUR)
    shop = a_shop_with(a_lost_run("11111111"), older)

    outcome = await shop.ask(command, "olga")

    assert outcome == Accepted("11111111")
    run = shop.state.runs["11111111"]
    assert (run.status, run.attempt) == (Status.QUEUED, 2)
    assert [step.status for step in run.steps] == [StepStatus.SUCCEEDED, StepStatus.QUEUED]


async def test_a_run_that_was_made_good_since_is_retried_by_its_id_only() -> None:
    better = a_run(id="22222222", status=Status.SUCCEEDED, requested_at=EPOCH + HOUR)
    shop = a_shop_with(a_lost_run("11111111"), better)

    refused = refusal_of(await shop.ask(RetryRun(table="customers")))

    assert refused.reason == (
        "bronze_to_silver for customers succeeded as 22222222 after 11111111 failed."
    )
    assert "retry 11111111" in refused.hint
    assert await shop.ask(RetryRun("11111111")) == Accepted("11111111")


async def test_a_success_of_something_else_makes_nothing_good() -> None:
    other = a_run(id="22222222", table="orders", status=Status.SUCCEEDED, requested_at=EPOCH + HOUR)
    shop = a_shop_with(a_lost_run("11111111"), other)

    assert await shop.ask(RetryRun()) == Accepted("11111111")


async def test_a_retry_says_from_which_step_and_what_it_accepts() -> None:
    shop = a_shop_with(a_lost_run("11111111"))

    await shop.ask(RetryRun("11111111", from_step="ingest", accept_drift=True))

    run = shop.state.runs["11111111"]
    assert {step.status for step in run.steps} == {StepStatus.QUEUED}
    assert run.parameters.accept_drift


async def test_a_run_that_went_well_is_not_retried() -> None:
    shop = a_shop_with(a_run(id="11111111", status=Status.SUCCEEDED))

    refused = refusal_of(await shop.ask(RetryRun("11111111")))

    assert refused.reason == "Run 11111111 succeeded: there is nothing to take up again."


async def test_a_waiting_run_tells_behind_which_one_it_stands() -> None:
    shop = Workshop()
    first = await shop.ask(RunPipeline("medallion"))
    second = await shop.ask(RunPipeline("bronze_to_silver", "orders"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)

    waiting = card_of(await shop.ask(RunStatus(second.run_id)))
    ahead = card_of(await shop.ask(RunStatus(first.run_id)))

    assert waiting.text == f"Waits for {first.run_id} (medallion), which writes silver.orders."
    assert ahead.text.startswith("Waits for its turn")
    assert Fact("Run", second.run_id) in waiting.facts
