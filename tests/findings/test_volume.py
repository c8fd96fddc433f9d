"""When a number of rows is unusual, how often an ordinary one is told, and the words for it."""

from dataclasses import replace
from datetime import UTC
from random import Random
from zoneinfo import ZoneInfo

import pytest

from engine.findings.model import (
    ConnectionsShort,
    DiskShort,
    OutboxBlocked,
    RunSlow,
    RunStuck,
    ScheduleMissed,
    SchemaDrifted,
    Seen,
    Stale,
    TypesChanged,
    VolumeOdd,
)
from engine.findings.sight import Publications, Sight
from engine.findings.volume import Volumes
from engine.findings.wording import told
from engine.runs.model import Retyped
from tests.findings.builders import DAY, NOON, SILVER, published, seen


def series(seed: int, days: int = 90, spread: float = 0.05) -> list[int]:
    """Rows of each day: a level, a weekday's own share, noise."""
    random = Random(seed)  # noqa: S311  # numbers for tests
    weekend = random.choice([1.0, 0.6, 0.3])
    return [
        round(5000 * (weekend if day % 7 in (5, 6) else 1.0) * random.gauss(1, spread))
        for day in range(days)
    ]


def odd(rows: list[int]) -> list[VolumeOdd]:
    past = published([NOON + DAY * number for number in range(len(rows))], rows)
    return seen(Sight(past.newest.at, publications=[past]), VolumeOdd)


def test_a_tenth_of_the_rows_is_told_with_what_is_usual() -> None:
    (evidence,) = odd([*series(1)[:60], 480])

    assert evidence.rows == 480
    assert evidence.low > 480


def test_ordinary_days_are_told_hardly_ever() -> None:
    rows = [series(seed) for seed in range(6)]
    alarms = sum(bool(odd(each[:day])) for each in rows for day in range(30, 90, 2))

    assert alarms <= 6 * 30 * 0.03


@pytest.mark.parametrize("change", ["special", "expected"])
def test_what_was_meant_to_be_unusual_is_not_told(change: str) -> None:
    rows = [*series(1)[:60], 480]
    past = published([NOON + DAY * number for number in range(61)], rows)
    newest = replace(past.newest, **{change: True})  # type: ignore[arg-type]  # by field name
    meant = Publications(SILVER, (*past.all[:-1], newest))

    assert seen(Sight(newest.at, publications=[meant]), VolumeOdd) == []


def test_what_did_not_change_is_judged_once() -> None:
    past = published([NOON + DAY * number for number in range(61)], [*series(1)[:60], 480])
    volumes = Volumes(UTC)

    first = volumes(past)

    assert first
    assert volumes(past) is first
    assert volumes(replace(past, all=past.all[:-1])) == ()


def test_a_young_dataset_has_no_usual_number() -> None:
    assert odd([1000, 1010, 990, 5]) == []


EVERY: list[tuple[Seen | TypesChanged, str]] = [
    (RunSlow("medallion", 900.0, 100.0, 7), "medallion takes 9.0 times as long as usual"),
    (RunStuck("medallion", "refine silver.customers", NOON), "medallion is stuck"),
    (RunStuck("medallion", "a free worker", NOON), "Nobody takes medallion"),
    (ScheduleMissed("SCH-3", "medallion", NOON), "SCH-3 did not start medallion"),
    (Stale(NOON - DAY, NOON, "it came about every 6 hours, 20 times"), "silver.customers is late"),
    (Stale(None, NOON, "x"), "silver.customers is late"),
    (
        VolumeOdd(480, 4700, 5300, "the last values", NOON),
        "silver.customers has fewer rows than usual: 480",
    ),
    (
        SchemaDrifted("2.csv", ("phone",), ("fax",), NOON),
        "silver.customers changed its columns: 2 columns",
    ),
    (
        TypesChanged(tuple(Retyped(each, "bigint", "text") for each in "abcdefg")),
        "silver.customers changed the type of 7 columns",
    ),
    (OutboxBlocked("messages to slack", 3, NOON), "No messages to slack get through"),
    (DiskShort(1024**3, 100 * 1024**3), "The disk of the database is nearly full"),
    (ConnectionsShort(95, 97), "PostgreSQL has hardly a connection left"),
]


@pytest.mark.parametrize(("evidence", "title"), EVERY, ids=lambda each: type(each).__name__)
def test_each_sort_of_trouble_has_words_and_says_what_to_do(
    evidence: Seen | TypesChanged, title: str
) -> None:
    words = told(evidence, SILVER, "7K3F9QTZ")

    assert words.title == title
    assert words.lines
    assert words.hint.endswith(".")


def test_moments_are_told_in_the_time_zone() -> None:

    words = told(ScheduleMissed("SCH-3", "medallion", NOON), zone=ZoneInfo("Europe/Berlin"))

    assert words.lines == ("It was due on Mon 2 Mar 2026 13:00 CET, and nothing was started.",)
