"""Sentences that stop a run, take one up again, or say how a run is to be carried out."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import (
    Backfill,
    CancelRun,
    Command,
    ListRuns,
    RetryRun,
    RunPipeline,
    RunStatus,
)
from engine.people import Role
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.understanding import understand
from tests.skills.language.judging import assert_among_the_offered

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
B2S, S2G, RUN = "bronze_to_silver", "silver_to_gold", "7K3M9QXA"


def read(text: str, now: datetime = NOW) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, now, UTC)


def backfill(
    first: tuple[int, int, int], end: tuple[int, int, int], at_once: int = 1, **names: str
) -> Backfill:
    return Backfill(date(*first), date(*end), names.get("table"), names.get("pipeline"), at_once)


def fully(pipeline: str, table: str | None = None, *, dry: bool = False) -> RunPipeline:
    return RunPipeline(pipeline, table, full_refresh=True, dry_run=dry)


def dry(pipeline: str, table: str | None = None) -> RunPipeline:
    return RunPipeline(pipeline, table, dry_run=True)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("cancel", CancelRun()),
    ("cancel the run", CancelRun()),
    ("stop the run please", CancelRun()),
    ("cancel 7K3M9QXA", CancelRun(RUN)),
    ("cancel run 7k3m9qxa", CancelRun(RUN)),
    ("can you cancel 7K3M9QXA?", CancelRun(RUN)),
    ("stop the orders run", CancelRun(table="orders")),
    ("stop medallion", CancelRun(pipeline="medallion")),
    ("cancel the medallion run", CancelRun(pipeline="medallion")),
    ("cancel the running orders run", CancelRun(table="orders")),
    ("cancel medallion for orders", CancelRun(pipeline="medallion", table="orders")),
    ("kill 7K3M9QXA now", CancelRun(RUN)),
    ("abort 7K3M9QXA", CancelRun(RUN)),
    ("cancel foobar", CancelRun(table="foobar")),
    ("retry 7K3M9QXA", RetryRun(RUN)),
    ("rerun 7K3M9QXA", RetryRun(RUN)),
    ("try 7K3M9QXA again", RetryRun(RUN)),
    ("retry the last run", RetryRun()),
    ("retry the orders run", RetryRun(table="orders")),
    ("retry the failed orders run", RetryRun(table="orders")),
    ("retry medallion for orders", RetryRun(pipeline="medallion", table="orders")),
    ("retry 7K3M9QXA from the quality gate", RetryRun(RUN, from_step="check")),
    ("retry 7K3M9QXA at the gate", RetryRun(RUN, from_step="check")),
    ("retry the orders run from the quality gate", RetryRun(table="orders", from_step="check")),
    ("retry orders from publishing on", RetryRun(table="orders", from_step="publish")),
    ("restart 7K3M9QXA from ingest", RetryRun(RUN, from_step="ingest")),
    ("retry 7K3M9QXA and accept the change", RetryRun(RUN, accept_drift=True)),
    ("retry 7K3M9QXA, accepting the changes", RetryRun(RUN, accept_drift=True)),
    ("dry run medallion for orders", dry("medallion", "orders")),
    ("what would medallion for orders do?", dry("medallion", "orders")),
    ("what would a run of medallion do?", dry("medallion")),
    ("what would bronze_to_silver overwrite for orders?", dry(B2S, "orders")),
    ("run bronze_to_silver for orders as a dry run", dry(B2S, "orders")),
    ("run medallion --dry-run", dry("medallion")),
    ("could you do a dry run of medallion?", dry("medallion")),
    ("preview medallion", dry("medallion")),
    ("run bronze_to_silver for orders with full refresh", fully(B2S, "orders")),
    ("run medallion --full-refresh", fully("medallion")),
    ("run medallion from scratch", fully("medallion")),
    ("full refresh medallion", fully("medallion")),
    ("full refresh of orders", fully(B2S, "orders")),
    ("fully refresh orders", fully(B2S, "orders")),
    ("rebuild silver.orders from scratch", fully(B2S, "orders")),
    ("rebuild gold.revenue from scratch", fully(S2G, "revenue")),
    ("dry run medallion with full refresh", fully("medallion", dry=True)),
    (
        "backfill orders from 1 March to 9 March",
        backfill((2026, 3, 1), (2026, 3, 10), table="orders"),
    ),
    (
        "backfill bronze_to_silver for orders from 2026-03-01 to 2026-03-15",
        backfill((2026, 3, 1), (2026, 3, 16), table="orders", pipeline=B2S),
    ),
    (
        "backfill orders between the 1st of March and the 9th of March, 3 at a time",
        backfill((2026, 3, 1), (2026, 3, 10), 3, table="orders"),
    ),
    (
        "backfill orders from 1 to 9 March two days at once",
        backfill((2026, 3, 1), (2026, 3, 10), 2, table="orders"),
    ),
    ("backfill orders for yesterday", backfill((2026, 3, 10), (2026, 3, 11), table="orders")),
    ("backfill orders for 3 March", backfill((2026, 3, 3), (2026, 3, 4), table="orders")),
    ("backfill orders for last week", backfill((2026, 3, 2), (2026, 3, 9), table="orders")),
    (
        "backfill orders from Monday to today",
        backfill((2026, 3, 9), (2026, 3, 12), table="orders"),
    ),
    (
        "backfill medallion from 1 March to 3 March",
        backfill((2026, 3, 1), (2026, 3, 4), pipeline="medallion"),
    ),
)

OFFERED: tuple[tuple[str, Command, str], ...] = (
    ("stop", CancelRun(), "Which run?"),
    ("stop it", CancelRun(), "Not understood: it."),
    ("cancel everything", CancelRun(), "Not understood: everything."),
    ("cancel all runs", ListRuns(status="running"), "Not understood: all runs."),
    ("cancle 7K3M9QXA", CancelRun(RUN), "Did you mean cancel?"),
    ("cancel 7K3M9QXA tomorrow", CancelRun(RUN), "Not understood: tomorrow."),
    ("cancel 7K3M9QXA if it is slow", CancelRun(RUN), "Not understood: if it is slow."),
    ("cancel orders and customers", CancelRun(table="customers"), "One at a time, please."),
    ("cancel the failed orders run", CancelRun(table="orders"), "Not understood: failed."),
    ("cancel 7K3M9QXA?", CancelRun(RUN), "That is a question"),
    ("should I cancel 7K3M9QXA", RunStatus(RUN), "That is a question"),
    ("how do I cancel a run", CancelRun(), "That is a question"),
    ("retry", RetryRun(), "Which run?"),
    ("retry the run", RetryRun(), "Which run?"),
    ("retry 7K3M9QXA?", RetryRun(RUN), "That is a question"),
    ("retry 7K3M9QXA from the moon", RetryRun(RUN), "Not understood: from the moon."),
    (
        "retry 7K3M9QXA from ingest from publish",
        RetryRun(RUN, from_step="ingest"),
        "One at a time, please.",
    ),
    ("retry the running orders run", RetryRun(table="orders"), "Not understood: running."),
    ("medallion dry run", dry("medallion"), "Is that a request"),
    ("dry run orders", dry(B2S, "orders"), "Which pipeline?"),
    ("medallion full refresh", fully("medallion"), "Is that a request"),
    ("fully refresh orders?", fully(B2S, "orders"), "That is a question"),
    ("rebuild bronze.orders from scratch", fully("ingest", "orders"), "Which pipeline?"),
    ("rebuild everything from scratch", fully("medallion"), "Not understood: everything."),
    (
        "backfill from 1 March to 2 March",
        backfill((2026, 3, 1), (2026, 3, 3), table="orders"),
        "Which table?",
    ),
    (
        "backfill orders since 1 March",
        backfill((2026, 3, 1), (2026, 3, 12), table="orders"),
        "Are these the days?",
    ),
    (
        "backfill orders from 10 March to 5 March",
        backfill((2026, 3, 5), (2026, 3, 11), table="orders"),
        "The last day comes before the first.",
    ),
    ("backfill orders", RunStatus(table="orders"), "From which day to which?"),
    (
        "backfill orders 0 at a time for yesterday",
        backfill((2026, 3, 10), (2026, 3, 11), table="orders"),
        "Not understood: 0 at a time.",
    ),
    (
        "backfill ordrs for yesterday",
        backfill((2026, 3, 10), (2026, 3, 11), table="orders"),
        "Did you mean orders?",
    ),
)

REFUSED = (
    "don't cancel 7K3M9QXA",
    "do not stop medallion",
    "never retry 7K3M9QXA",
    "don't backfill orders from 1 March to 2 March",
    "do not fully refresh orders",
    "~cancel 7K3M9QXA~",
    "> cancel 7K3M9QXA",
    "no, don't retry the orders run",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_clear_order_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "command", "reason"), OFFERED)
def test_an_unclear_order_is_offered_with_its_reason(
    text: str, command: Command, reason: str
) -> None:
    assert_among_the_offered(read(text), command, reason)


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_offers_only_looks(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert {command.needs for command in reading.commands} == {Role.VIEWER}


@pytest.mark.parametrize(
    ("text", "now", "first", "last"),
    [
        ("from 1 March to 15 March", (2026, 3, 11), (2025, 3, 1), (2025, 3, 15)),
        ("from 1 March to 15 March", (2026, 3, 15), (2026, 3, 1), (2026, 3, 15)),
        ("from 20 December to 5 January", (2026, 3, 11), (2025, 12, 20), (2026, 1, 5)),
        ("from 20 December to 5 January", (2026, 1, 2), (2024, 12, 20), (2025, 1, 5)),
        ("from 1 March 2024 to 15 March", (2026, 3, 20), (2024, 3, 1), (2024, 3, 15)),
        ("from 1 March to 15 March 2024", (2026, 3, 20), (2024, 3, 1), (2024, 3, 15)),
        ("from 28 February to 29 February", (2026, 3, 11), (2024, 2, 28), (2024, 2, 29)),
        ("from 2026-03-01 to 2026-03-15", (2026, 3, 20), (2026, 3, 1), (2026, 3, 15)),
    ],
)
def test_days_without_a_year_are_the_latest_that_are_past(
    text: str, now: tuple[int, int, int], first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    reading = read(f"backfill orders {text}", datetime(*now, 12, tzinfo=UTC))

    assert isinstance(reading, Understood)
    assert isinstance(reading.command, Backfill)
    assert reading.command.start == date(*first)
    assert (reading.command.end - date(*last)).days == 1


@given(st.dates(date(2001, 1, 1), date(2030, 1, 1)), st.integers(0, 60), st.integers(0, 400))
def test_a_span_without_years_never_ends_in_the_future_and_keeps_its_length(
    last: date, length: int, later: int
) -> None:
    first = date.fromordinal(last.toordinal() - length)
    now = date.fromordinal(last.toordinal() + later)
    text = f"backfill orders from {first:%d %B} to {last:%d %B}"

    reading = read(text, datetime(now.year, now.month, now.day, 12, tzinfo=UTC))

    assert isinstance(reading, Understood)
    assert isinstance(reading.command, Backfill)
    assert reading.command.end.toordinal() - 1 <= now.toordinal()
    assert f"{reading.command.start:%d %B}" == f"{first:%d %B}"
    assert abs((reading.command.end - reading.command.start).days - length - 1) <= 1


def test_a_pipeline_named_like_a_step_stays_a_name_where_nothing_is_retried() -> None:
    assert read("status of runs from ingest") == Understood(RunStatus(pipeline="ingest"))
