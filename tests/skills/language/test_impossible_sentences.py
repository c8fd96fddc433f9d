"""Sentences that ask for what can never be: they say why, and offer nothing that changes data."""

from datetime import UTC, date, datetime

import pytest

from engine.commands import (
    Backfill,
    CancelRun,
    CheckQuality,
    Command,
    ExplainRun,
    ListRuns,
    RetryRun,
    RunPipeline,
    RunStatus,
)
from engine.people import Role
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def read(text: str, vocabulary: Vocabulary = EXAMPLE_VOCABULARY) -> Reading:
    return understand(text, vocabulary, NOW, UTC)


IMPOSSIBLE = (
    (
        "backfill orders from 1 March to 3 March as a dry run",
        "A dry run of a backfill is not possible; say dry run bronze_to_silver for orders.",
    ),
    ("retry 7K3M9QXA as a dry run", "Only a run of a pipeline can be a dry run."),
    ("dry run medallion tomorrow at 9", "A schedule runs it plainly"),
    ("run medallion every day at 9 as a dry run", "A schedule runs it plainly"),
    ("run medallion cron 61 * * * *", "cron 61 * * * * is no cron line: minute 61."),
    ("run medallion cron 0 25 * 13 *", "cron 0 25 * 13 * is no cron line: hour 25, month 13."),
    ("run medallion cron 0 9 * *", "A cron line has five fields: minute,"),
    ("run medallion cron * * * *", "A cron line has five fields: minute,"),
    ("run medallion every 0 minutes", "There is no interval of 0 minutes."),
    ("run medallion in 0 minutes", "There is no interval of 0 minutes."),
    ("run medallion on the 32nd", "Not understood: 32nd."),
    ("run medallion on the 15th", "Not understood: 15th."),
    ("run medallion after 9am", "Not understood: after 9am."),
    ("run medallion at 9.75", "There is no 9.75."),
    ("run medallion every 0h", "There is no interval of 0h."),
    ("run medallion every year at 9", "Not understood: every year."),
    ("run medallion every 29 February at 9", "No schedule runs once a year, so not every 29"),
    ("run medallion every 31 February at 9", "There is no 31 February."),
    ("run medallion on 31 February at 9", "There is no 31 February."),
    ("run medallion on 2026-02-30 at 9", "There is no 2026-02-30."),
    ("run medallion on 30/02 at 9", "There is no 30/02."),
    ("run medallion on 29 February 2027 at 9", "There is no 29 February 2027."),
    ("run medallion at 25:00", "There is no 25:00."),
    ("run medallion every day at 9:75", "There is no 9:75."),
    ("run medallion at 25", "There is no 25 o'clock."),
    ("run medallion yesterday at 9", "Nothing can start yesterday:"),
    ("run medallion last monday at 9", "Nothing can start last monday:"),
    ("run medallion 2 days ago", "Nothing can start in the past:"),
    ("backfill orders from 1 March to 31 February", "There is no 31 February."),
    ("backfill orders from 31 February to 3 March", "There is no 31 February."),
    ("retry yesterday's run", "Which run?"),
    ("cancel yesterday's run", "Not understood: yesterday's."),
)


@pytest.mark.parametrize(("text", "reason"), IMPOSSIBLE)
def test_what_can_not_be_is_said_and_no_change_is_offered(text: str, reason: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert reason in reading.reason
    assert {command.needs for command in reading.commands} == {Role.VIEWER}


@pytest.mark.parametrize(
    "days",
    [
        "from 15 March to 1 March",
        "from 15 March 2026 to 1 March 2026",
        "from 2026-03-15 to 2026-03-01",
        "between 15 March 2026 and 1 March",
    ],
)
def test_swapped_days_are_offered_in_their_order_only(days: str) -> None:
    reading = read(f"backfill orders {days}")

    assert isinstance(reading, Guess)
    assert reading.commands == (Backfill(date(2026, 3, 1), date(2026, 3, 16), "orders"),)
    assert "The last day comes before the first." in reading.reason


def test_days_across_a_new_year_are_not_swapped() -> None:
    expected = Backfill(date(2025, 12, 20), date(2026, 1, 6), "orders")

    assert read("backfill orders from 20 December to 5 January") == Understood(expected)


def test_a_name_that_reads_like_a_time_stays_a_name() -> None:
    names = Vocabulary(("last_week", "every_31_february"), ("orders",), ())

    assert read("run last_week", names) == Understood(RunPipeline("last_week"))
    assert read("run every_31_february", names) == Understood(RunPipeline("every_31_february"))


MISTYPED: tuple[tuple[str, Command], ...] = (
    ("status {}", RunStatus("{}")),
    ("status of run {}", RunStatus("{}")),
    ("what happened to {}?", RunStatus("{}")),
    ("why {}", ExplainRun("{}")),
    ("why did {} fail?", ExplainRun("{}")),
    ("why did run {} fail", ExplainRun("{}")),
    ("cancel {}", CancelRun("{}")),
    ("retry {}", RetryRun("{}")),
    ("retry {} from the quality gate", RetryRun("{}", from_step="check")),
)


@pytest.mark.parametrize("typed", ["K1APC3F", "ZZZZZZZZ", "7K3M9QXU", "7K3M9QXA2"])
@pytest.mark.parametrize(("text", "command"), MISTYPED)
def test_a_mistyped_id_is_that_of_no_run_rather_than_the_latest_run(
    text: str, command: Command, typed: str
) -> None:
    reading = read(text.format(typed))

    assert isinstance(reading, Understood)
    assert type(reading.command) is type(command)
    assert getattr(reading.command, "run_id", None) == typed
    assert read(sentence(reading.command)) == reading


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("run FOOBARX", RunPipeline("FOOBARX")),
        ("check MISSINGS", CheckQuality("MISSINGS")),
        ("STATUS OF CUSTOMRS", RunStatus(table="customers")),
        ("STATUS OF FOOBARX", RunStatus(table="FOOBARX")),
        ("status of foobarx", RunStatus(table="foobarx")),
        ("status ORDERS", RunStatus(table="orders")),
        ("status of orders ZZZZZZZZ", RunStatus(table="orders")),
    ],
)
def test_capitals_alone_make_no_run_id(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


def test_the_run_of_a_day_that_passed_is_looked_for_on_that_day() -> None:
    days = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)

    assert read("status yesterday's run") == Understood(ListRuns(None, None, None, *days))
    assert read("status of orders yesterday") == Understood(ListRuns(None, None, "orders", *days))
