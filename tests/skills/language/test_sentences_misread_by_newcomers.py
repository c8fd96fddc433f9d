"""Sentences that a newcomer typed and that did, or told, something other than what they say."""

from datetime import UTC, datetime

import pytest

from engine.commands import Command, ExplainRoute, FindPerson, ListRuns, Mute
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


@pytest.mark.parametrize("text", ["confirm", "confirm ZZZZ", "confirm that", "yes, confirm it"])
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
