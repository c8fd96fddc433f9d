"""Sentences that a newcomer typed and that did, or told, something other than what they say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.commands import (
    Acknowledge,
    Backfill,
    CancelRun,
    Command,
    ExplainRoute,
    FindPerson,
    ListRuns,
    Mute,
    RunPipeline,
    SchedulePipeline,
)
from engine.recurrence import Every, Once, Unit
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.understanding import understand

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, UTC)


@pytest.mark.parametrize("sign", ["-", "\N{MINUS SIGN}", "\N{EN DASH}"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("run medallion every -5 minutes", "-5"),
        ("run medallion in -2 hours", "-2"),
        ("run medallion every day at -9", "-9"),
        ("snooze INC-1 for -2 hours", "-2"),
        ("mute orders for -2 hours", "-2"),
        ("send me a digest every -2 days", "-2"),
        ("backfill orders from -1 March to 15 March", "-1"),
        ("backfill orders from 1 March to 15 March, -3 at a time", "-3"),
        ("how has orders been over the last -2 weeks?", "-2"),
    ],
)
def test_a_number_below_zero_is_never_taken_for_one_above_it(
    text: str, number: str, sign: str
) -> None:
    typed = number.replace("-", sign)
    meant = read(text.replace(number, number[1:]))
    assert isinstance(meant, Understood)
    assert read(text.replace(number, typed)) == Guess(
        (meant.command,), f"{typed} is below zero, so nothing was done."
    )


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("mute orders for 2 hours, it is -5 degrees", Mute),
        ("find everything about -5", FindPerson),
    ],
)
def test_a_number_below_zero_may_stand_where_no_time_is_said(
    text: str, command: type[Command]
) -> None:
    reading = read(text)
    assert isinstance(reading, Understood)
    assert isinstance(reading.command, command)


@pytest.mark.parametrize(
    ("text", "day", "command"),
    [
        ("what failed on 31 June?", "31 June", ListRuns("failed")),
        ("what ran on 30 February?", "30 February", ListRuns()),
        ("what failed for orders on 31 June?", "31 June", ListRuns("failed", None, "orders")),
    ],
)
def test_runs_of_a_day_that_does_not_exist_are_not_those_of_any_day(
    text: str, day: str, command: Command
) -> None:
    assert read(text) == Guess((command,), f"There is no {day}.")


@pytest.mark.parametrize(
    "text",
    [
        "confirm", "confirm ZZZZ", "confirm that", "yes, confirm it",
        "yes", "Yes, please!", "go ahead", "yes, do it",
    ],
)  # fmt: skip
def test_a_confirmation_without_a_code_is_told_where_codes_stand(text: str) -> None:
    reading = read(text)
    assert isinstance(reading, Guess)
    assert not reading.commands
    assert "has a code on its card" in reading.reason


@pytest.mark.parametrize(
    "text",
    [
        "why didn't INC-1 go to #finance?",
        "why did INC-1 not go to #finance?",
        "why wasn't INC-1 sent to #finance?",
    ],
)
def test_a_question_why_something_was_not_sent_is_a_question(text: str) -> None:
    assert read(text) == Understood(ExplainRoute("#finance", "INC-1"))


@pytest.mark.parametrize(
    "text",
    ["move schedule SCH-1 to 10am", "change SCH-1 to daily at 10", "reschedule SCH-1 at 10"],
)
def test_a_schedule_that_should_change_is_not_merely_shown(text: str) -> None:
    reading = read(text)
    assert isinstance(reading, Guess)
    assert "a schedule can't be changed" in reading.reason


@pytest.mark.parametrize("text", ["cancel the last run", "stop the latest run", "cancel last run"])
def test_the_last_run_is_cancelled_and_not_merely_shown(text: str) -> None:
    assert read(text) == Understood(CancelRun())
    assert read(f"{text} of orders") == Understood(CancelRun(table="orders"))


@pytest.mark.parametrize(
    ("hour", "meant"), [("13pm", "13:00"), ("13:30 pm", "13:30"), ("23am", "23:00")]
)
def test_an_hour_that_no_clock_of_twelve_shows_is_asked_about(hour: str, meant: str) -> None:
    reading = read(f"run medallion every day at {hour}")
    assert isinstance(reading, Guess)
    assert reading.reason == f"There is no {hour}. Did you mean {meant}?"
    assert reading.commands == (read_exactly(f"run medallion every day at {meant}"),)


@pytest.mark.parametrize("hour", ["12pm", "12am", "1pm", "11:59pm"])
def test_an_hour_that_a_clock_of_twelve_shows_is_understood(hour: str) -> None:
    assert isinstance(read(f"run medallion every day at {hour}"), Understood)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("show 5 runs", ListRuns(limit=5)),
        ("show the last 5 failed runs", ListRuns("failed", limit=5)),
        ("list 3 failed runs of orders", ListRuns("failed", None, "orders", limit=3)),
        ("show the latest two runs", ListRuns(limit=2)),
    ],
)
def test_a_number_of_runs_is_not_dropped(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


def test_days_of_the_week_that_both_lie_behind_keep_their_order() -> None:
    """It is a Monday, so the Monday that is meant was a week ago."""
    since, until = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)
    text = "what ran between Monday and Wednesday?"
    assert read(text) == Understood(ListRuns(since=since, until=until))


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("backfill orders from 1 January 1900 to 15 March 2026", date(1900, 1, 1)),
        ("backfill orders from 1 March - 15 March", date(2026, 3, 1)),
        ("backfill orders 1 \N{EN DASH} 15 March", date(2026, 3, 1)),
        ("backfill orders from 2026-03-01 - 2026-03-15", date(2026, 3, 1)),
    ],
)
def test_both_days_of_a_backfill_are_read(text: str, begin: date) -> None:
    assert read(text) == Understood(Backfill(begin, date(2026, 3, 16), "orders"))


@pytest.mark.parametrize(
    "amount", ["1.5 hours", "1,5 hours", "1.5h", "an hour and a half", "one and a half hours"]
)
def test_an_hour_and_a_half_is_90_minutes(amount: str) -> None:
    until = NOW + timedelta(minutes=90)
    assert read(f"mute orders for {amount}") == Understood(Mute("orders", until))
    every = read(f"run medallion every {amount.removeprefix('an ')}")
    assert isinstance(every, Understood)
    assert every.command == SchedulePipeline("medallion", Every(90, Unit.MINUTE, "UTC"))
    once = read_exactly(f"run medallion in {amount}")
    assert isinstance(once, SchedulePipeline)
    assert isinstance(once.when, Once)
    assert once.when.at == until


def test_half_an_hour_is_30_minutes_and_a_date_with_a_point_stays_one() -> None:
    assert read("mute orders for half an hour") == Understood(
        Mute("orders", NOW + timedelta(minutes=30))
    )
    assert isinstance(read("run medallion on 2.5"), Guess)
    once = read_exactly("run medallion at 2.30")
    assert isinstance(once, SchedulePipeline)
    assert isinstance(once.when, Once)
    assert (once.when.at.hour, once.when.at.minute) == (2, 30)


def test_an_incident_of_many_digits_is_no_table() -> None:
    assert read("acknowledge INC-999999999999") == Understood(Acknowledge("INC-999999999999"))


def read_exactly(text: str) -> Command:
    reading = read(text)
    assert isinstance(reading, Understood)
    return reading.command


@pytest.mark.parametrize(
    "text",
    ["show me the email of customer C00001", "how many rows does silver.customers have?"],
)
def test_who_only_looks_is_offered_no_run(text: str) -> None:
    reading = read(text)
    assert isinstance(reading, Guess)
    assert reading.commands
    assert not any(isinstance(each, RunPipeline) for each in reading.commands)


def test_the_last_day_of_a_month_is_none_that_a_schedule_finds() -> None:
    reading = read("run medallion every last day of the month at 9")
    assert isinstance(reading, Guess)
    assert reading.reason.startswith("A schedule can't find the last day of a month")
