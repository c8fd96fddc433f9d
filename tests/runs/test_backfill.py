"""A backfill: one run a day, in order, told on one card; what stops it and what lets it go on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.backfills import backfill_card
from engine.cards import Card
from engine.catalog.model import (
    Column,
    ColumnType,
    Load,
    LoadMode,
    Operator,
    Pipeline,
    Stage,
    Table,
)
from engine.commands import Backfill as Command
from engine.commands import BackfillStatus, CancelRun, RetryRun
from engine.outcome import Accepted, Answer, Outcome, Refused
from engine.quality.model import Outcome as Checked
from engine.runs.backfill import Backfill, Day, following, next_days, state_of, watermarks
from engine.runs.backfill_desk import PAGE, PAGES
from engine.runs.events import RunFinished
from engine.runs.model import Parameters, Priority, Run, RunStatus
from engine.testing.clock import EPOCH
from tests.builders import a_column, a_project, a_run, a_step, a_table, an_asker
from tests.workshop import Workshop

FIRST = date(2026, 2, 1)
CHECK = "row_count > 0"
INCREMENTAL = Load(LoadMode.INCREMENTAL)


def dated(name: str = "orders", **changes: object) -> Table:
    """A table whose rows say when they changed."""
    columns = (
        a_column("id", Operator.KEEP),
        Column("updated_at", ColumnType.TIMESTAMP, operator=Operator.KEEP),
    )
    table = replace(a_table(name, columns), watermark="updated_at", load=INCREMENTAL)
    return replace(table, **changes)  # type: ignore[arg-type]  # by field name


def a_shop(*tables: Table) -> Workshop:
    """Orders that can be told by day, in bronze already."""
    return Workshop(a_project(tables or (dated(), a_table("customers")), models=()))


async def filled(shop: Workshop) -> Workshop:
    """The same with the first delivery of orders in bronze."""
    await shop.run("ingest", "orders", run_id="11111111")
    return shop


def days(count: int) -> Command:
    """A backfill of so many days of orders."""
    return Command(FIRST, FIRST + timedelta(days=count), "orders")


def ordered(shop: Workshop) -> list[Run]:
    """The runs of backfills, by day."""
    runs = [run for run in shop.state.runs.values() if run.backfill]
    return sorted(runs, key=lambda run: run.parameters.start or date.min)


def at_work(shop: Workshop) -> list[date | None]:
    """The days that wait or work."""
    return [run.parameters.start for run in ordered(shop) if not run.done]


def card(shop: Workshop) -> Card:
    """The one card of the only backfill."""
    (post,) = [kept.post for key, kept in shop.state.posts.items() if key.startswith("backfill:")]
    return post.card


def fact(shop: Workshop, name: str) -> str:
    """What the card says under a name."""
    return next((each.value for each in card(shop).facts if each.name == name), "")


def refusal(outcome: Outcome) -> str:
    """Why it was refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


async def test_each_day_is_a_run_that_is_ordered_when_the_one_before_went_well() -> None:
    shop = await filled(a_shop())

    outcome = await shop.ask(days(3))

    (first,) = ordered(shop)
    assert outcome == Accepted(first.id)
    assert first.parameters == Parameters(start=FIRST, end=FIRST + timedelta(days=1))
    assert (first.pipeline, first.table) == ("bronze_to_silver", "orders")
    assert first.priority is Priority.BACKFILL

    for number in range(3):
        assert at_work(shop) == [FIRST + timedelta(days=number)]
        await shop.taken(ordered(shop)[-1].id)

    assert [run.status for run in ordered(shop)] == [RunStatus.SUCCEEDED] * 3
    assert card(shop).title == "Backfill of orders, 2026-02-01 to 2026-02-03 — succeeded"


async def test_the_next_day_is_ordered_in_the_transaction_in_which_the_last_one_ended() -> None:
    shop = await filled(a_shop())
    await shop.ask(days(2))
    (first,) = ordered(shop)

    await shop.taken(first.id)

    heard, second = shop.listening.heard, ordered(shop)[1]
    (ending,) = [tx for tx, e in heard if isinstance(e, RunFinished) and e.run.id == first.id]
    (ordering,) = [tx for tx, e in heard if e.run.id == second.id]
    assert ending is ordering


async def test_several_days_at_once_are_kept_at_that_number() -> None:
    shop = await filled(a_shop())
    await shop.ask(replace(days(5), at_once=2))
    assert len(at_work(shop)) == 2

    await shop.taken(ordered(shop)[0].id)

    assert at_work(shop) == [FIRST + timedelta(days=1), FIRST + timedelta(days=2)]


async def test_one_card_tells_of_all_days_and_their_runs_have_none() -> None:
    shop = await filled(a_shop())
    await shop.ask(days(3))
    await shop.taken(ordered(shop)[0].id)

    assert fact(shop, "Days") == "1 of 3 done"
    assert fact(shop, "At work") == f"2026-02-02 ({ordered(shop)[1].id})"
    assert fact(shop, "Rows published") == "2"
    assert [button.label for button in card(shop).buttons] == ["Stop the backfill", "Status"]
    assert not [key for key in shop.state.posts if key == f"run:{ordered(shop)[0].id}"]


async def test_a_day_that_fails_stops_the_days_after_it_and_is_alerted() -> None:
    shop = await filled(a_shop())
    shop.quality.outcomes[CHECK] = Checked.FAILED
    await shop.ask(days(3))
    (failed,) = ordered(shop)

    await shop.taken(failed.id)

    assert at_work(shop) == []
    assert card(shop).title.endswith("— failed")
    assert f"retry {failed.id}" in [button.command for button in card(shop).buttons]
    assert "2 days to go" in card(shop).text
    assert any(key.startswith("incident:") for key in shop.state.posts)


async def test_a_retry_that_goes_well_goes_on_with_the_days_after_it() -> None:
    shop = await filled(a_shop())
    shop.quality.outcomes[CHECK] = Checked.FAILED
    await shop.ask(days(3))
    (failed,) = ordered(shop)
    await shop.taken(failed.id)
    shop.quality.outcomes.clear()

    await shop.ask(RetryRun(failed.id))
    assert at_work(shop) == [FIRST]
    assert card(shop).title.endswith("— running") or card(shop).title.endswith("— queued")
    await shop.taken(failed.id)

    assert at_work(shop) == [FIRST + timedelta(days=1)]


async def test_a_day_that_is_cancelled_stops_the_days_after_it() -> None:
    shop = await filled(a_shop())
    await shop.ask(days(3))
    (first,) = ordered(shop)

    await shop.ask(CancelRun(first.id))

    assert at_work(shop) == []
    assert card(shop).title.endswith("— cancelled")


async def test_the_card_says_by_which_column_days_are_cut() -> None:
    shop = await filled(a_shop())

    await shop.ask(days(3))

    assert fact(shop, "Cut by the day of") == "orders.updated_at"


def test_the_card_names_the_run_of_each_day_that_failed_or_was_cancelled() -> None:
    known = [*[RunStatus.FAILED] * 7, RunStatus.CANCELLED, RunStatus.SUCCEEDED]
    backfill = a_backfill(12, 9)
    lost = days_of(backfill, known)

    shown = backfill_card(backfill, lost)

    facts = {each.name: each.value for each in shown.facts}
    named = [f"{each.day} ({each.run_id})" for each in lost]
    assert facts["Failed"] == ", ".join(named[:7])
    assert facts["Cancelled"] == named[7]
    assert shown.text.startswith(f"{named[0]}: ")
    assert named[8] not in "".join(facts.values())


def test_a_backfill_of_a_pipeline_is_cut_by_the_column_of_each_of_its_tables() -> None:
    covering = Pipeline("some", (Stage.SILVER,), tables=("orders", "visits"))
    tables = (dated("orders"), dated("visits"), dated("returns"))
    project = a_project(tables, pipelines=(covering,))
    backfill = replace(a_backfill(1, 1), pipeline="some", table=None)

    assert watermarks(project, backfill) == ("orders.updated_at", "visits.updated_at")
    assert watermarks(project, replace(backfill, table="visits")) == ("visits.updated_at",)


@pytest.mark.parametrize(
    "asked",
    [
        BackfillStatus(),
        BackfillStatus(table="orders"),
        BackfillStatus(pipeline="bronze_to_silver"),
        BackfillStatus("bronze_to_silver", "orders"),
    ],
)
async def test_who_asks_how_a_backfill_is_going_gets_its_card(asked: BackfillStatus) -> None:
    shop = await filled(a_shop())
    await shop.ask(days(3))
    await shop.taken(ordered(shop)[0].id)
    shop.keep(a_run(id="22222222", requested_at=EPOCH + timedelta(days=9)))

    outcome = await shop.ask(asked, "stranger")

    assert isinstance(outcome, Answer), outcome
    assert outcome.card == card(shop)


async def test_the_latest_of_several_backfills_is_told() -> None:
    shop = await filled(a_shop())
    await shop.ask(days(1))
    await shop.clock.sleep(60)
    await shop.ask(days(2))

    outcome = await shop.ask(BackfillStatus())

    assert isinstance(outcome, Answer)
    assert outcome.card.title == "Backfill of orders, 2026-02-01 to 2026-02-02 — queued"


@pytest.mark.parametrize(("later", "found"), [(PAGE * PAGES - 1, True), (PAGE * PAGES, False)])
async def test_a_backfill_is_looked_for_among_the_latest_runs(later: int, found: bool) -> None:
    shop = await filled(a_shop())
    await shop.clock.sleep(60)
    await shop.ask(days(1))
    newer = EPOCH + timedelta(days=1)
    shop.keep(*(a_run(a_step(), id=f"{n:08}", requested_at=newer) for n in range(later)))

    assert isinstance(await shop.ask(BackfillStatus()), Answer) is found


async def test_where_there_is_no_backfill_it_is_said_how_to_ask_for_one() -> None:
    shop = await filled(a_shop())
    await shop.ask(days(1))

    outcome = await shop.ask(BackfillStatus(table="customers"))

    assert refusal(outcome) == "There is no backfill of customers among the latest runs."
    assert isinstance(outcome, Refused)
    assert "backfill orders from 1 March" in outcome.hint
    assert "foobar" in refusal(await shop.ask(BackfillStatus(table="foobar")))


async def test_days_that_have_not_come_are_left_out() -> None:
    shop = await filled(a_shop())
    today = EPOCH.date()

    await shop.ask(Command(today, today + timedelta(days=9), "orders"))

    (backfill,) = shop.state.backfills.values()
    assert backfill.days == (today,)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (days(0), "The last day lies before the first one, 2026-02-01."),
        (days(367), "That would be 367 runs, one for each day."),
        (
            Command(EPOCH.date() + timedelta(1), EPOCH.date() + timedelta(2), "orders"),
            "These days lie ahead: today is 2026-03-01.",
        ),
        (replace(days(3), at_once=0), "0 days can't be worked at once."),
        (replace(days(3), at_once=11), "11 days can't be worked at once."),
        (replace(days(3), table=None), "It is not said which table."),
        (
            replace(days(3), table="customers"),
            "customers can't be backfilled by day: no column tells when a row changed.",
        ),
        (
            replace(days(3), table=None, pipeline="medallion"),
            "customers can't be backfilled by day: no column tells when a row changed.",
        ),
        (
            replace(days(3), pipeline="ingest"),
            "ingest brings no rows of orders to silver, so it can't be backfilled.",
        ),
    ],
)
async def test_what_can_not_be_backfilled_is_refused_with_why(
    command: Command, reason: str
) -> None:
    shop = await filled(a_shop())

    assert refusal(await shop.ask(command)) == reason
    assert not shop.state.backfills
    assert not ordered(shop)


async def test_a_gold_model_is_not_backfilled() -> None:
    shop = Workshop()

    outcome = await shop.ask(Command(FIRST, FIRST + timedelta(2), "revenue"))

    assert refusal(outcome).startswith("revenue is a gold model")


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (Column("updated_at", ColumnType.INTEGER), "its watermark updated_at is no date"),
        (
            Column("updated_at", ColumnType.DATE, operator=Operator.HASH),
            "its watermark updated_at is protected",
        ),
    ],
)
async def test_a_watermark_must_tell_days(column: Column, why: str) -> None:
    table = replace(dated(), columns=(a_column("id", Operator.KEEP), column))

    assert why in refusal(await a_shop(table).ask(days(2)))


async def test_a_table_that_each_run_makes_anew_is_not_made_anew_for_each_day() -> None:
    told = refusal(await a_shop(dated(load=Load())).ask(days(2)))

    assert "each run makes it from all of its rows" in told


async def test_without_a_pipeline_of_silver_alone_one_must_be_named() -> None:
    project = a_project((dated(),), (), (Pipeline("all", (Stage.INGEST, Stage.SILVER)),))
    shop = Workshop(project)

    assert "No pipeline" in refusal(await shop.ask(days(2)))
    assert isinstance(await shop.ask(replace(days(2), pipeline="all")), Accepted)


statuses = st.sampled_from(list(RunStatus))


@given(st.integers(1, 20), st.integers(1, 5), st.lists(statuses, max_size=20))
def test_days_come_in_order_each_once_and_never_more_than_asked(
    length: int, at_once: int, known: Sequence[RunStatus]
) -> None:
    backfill = a_backfill(length, at_once)
    ordered_days = days_of(backfill, known)

    found = next_days(backfill, ordered_days)

    assert found == backfill.days[len(ordered_days) :][: len(found)]
    if found:
        assert sum(day.open for day in ordered_days) + len(found) <= at_once
        assert not any(day.lost for day in ordered_days)


@given(st.integers(1, 8), st.integers(1, 3), st.data())
def test_every_backfill_comes_to_its_end(length: int, at_once: int, data: st.DataObject) -> None:
    backfill, known = a_backfill(length, at_once), dict[date, RunStatus]()
    while True:
        known |= dict.fromkeys(next_days(backfill, listed(known)), RunStatus.QUEUED)
        open_days = [day for day, status in known.items() if status is RunStatus.QUEUED]
        if not open_days:
            break
        known[data.draw(st.sampled_from(open_days))] = RunStatus.SUCCEEDED
    assert list(known) == list(backfill.days)
    assert state_of(backfill, listed(known)) is RunStatus.SUCCEEDED


@given(st.lists(statuses, min_size=1, max_size=6))
def test_whoever_follows_a_backfill_is_not_led_in_a_circle(known: Sequence[RunStatus]) -> None:
    ordered_days = [
        replace(day, status=RunStatus.SUCCEEDED) if day.open else day
        for day in days_of(a_backfill(6, 1), known)
    ]
    now, steps = ordered_days[0].run_id, 0
    while (after := following(now, ordered_days)) is not None:
        now, steps = after, steps + 1
        assert steps < 2
    lost = [day.run_id for day in ordered_days if day.lost]
    assert not lost or now in lost


def a_backfill(length: int, at_once: int) -> Backfill:
    """So many days of orders."""
    end = FIRST + timedelta(days=length)
    return Backfill("B", "bronze_to_silver", "orders", FIRST, end, at_once, an_asker(), EPOCH)


def days_of(backfill: Backfill, known: Sequence[RunStatus]) -> list[Day]:
    """The first days of a backfill in those states."""
    return listed(dict(zip(backfill.days, known, strict=False)))


def listed(known: dict[date, RunStatus]) -> list[Day]:
    """Days with their states."""
    return [Day(day, f"run of {day}", status) for day, status in known.items()]
