"""A time that can't be read, or has not come, is never passed over in silence."""

from datetime import UTC, datetime

import pytest

from engine.commands import Audit, ListRuns, QualityReport
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.understanding import understand
from skills.language.unreadable import AHEAD, READABLE_TIMES

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quality report since banana", "since banana"),
        ("quality report for orders since banana", "since banana"),
        ("quality report until banana", "until banana"),
        ("quality report for the last zero weeks", "last zero weeks"),
        ("quality report for the last 0 weeks", "last 0 weeks"),
        ("how has orders been over the last 99999 weeks?", "last 99999 weeks"),
        ("how good was orders for 0 days", "0 days"),
        ("what failed since banana?", "since banana"),
        ("runs since 2026-13-45", "since 2026-13-45"),
        ("show failed runs in the last 0 days", "last 0 days"),
        ("audit since banana", "since banana"),
        ("runs between banana and cherry", "between banana"),
    ],
)
def test_what_is_no_time_is_named_with_what_is_one(text: str, said: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert said in reading.reason
    assert READABLE_TIMES in reading.reason


@pytest.mark.parametrize(
    "text",
    [
        "quality report since tomorrow",
        "quality report since 2030-01-01",
        "quality report of silver.orders since 2026-03-12T00:00:00+00:00",
        "what failed tomorrow?",
        "quality report for next week",
        "audit since 2030-01-01",
    ],
)
def test_nothing_is_told_of_a_time_that_has_not_come(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert AHEAD in reading.reason
    assert all(getattr(command, "since", None) is None for command in reading.commands)


@pytest.mark.parametrize("text", ["list the last runs", "since when has the quality been good?"])
def test_a_word_of_time_alone_asks_for_no_time(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Understood)
    assert isinstance(reading.command, ListRuns | QualityReport | Audit)
