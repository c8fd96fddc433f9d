"""A digest as people read it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from engine.cards import Card, CardKind, Severity
from engine.digests.card import digest_card
from engine.digests.model import (
    NewPersonalData,
    OpenOf,
    Period,
    PipelineTally,
    Quality,
    Summary,
    Tally,
    next_first,
)
from engine.quality.report import Trend
from engine.recurrence import Cron
from engine.schedules.model import Digest, Schedule
from tests.builders import an_asker

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
WEEK = Period.of(MONDAY - timedelta(days=7), MONDAY, BERLIN)
DAYS = tuple(date(2026, 2, 24) + timedelta(days=number) for number in range(7))

BUSY = (
    PipelineTally("ingest", Tally(20, 0, 0, 12.0), Tally(20, 0, 0, 11.0)),
    PipelineTally("medallion", Tally(17, 2, 1, 300.0), Tally(14, 0, 0, 290.0)),
    PipelineTally("silver_to_gold", Tally(7, 0, 0, 20.0), Tally(7, 0, 0, 60.0)),
)


def fact(card: Card, name: str) -> str | None:
    return next((each.value for each in card.facts if each.name == name), None)


def quality(now: int | None, before: int | None) -> Quality:
    return Quality(now, before, Trend(DAYS, (90,) * 6 + (now,), (None,) * 7))


def a_schedule(number: int, due: datetime) -> Schedule:
    nightly = Cron.read("0 6 * * *", "Europe/Berlin")
    return Schedule(number, "medallion", None, nightly, an_asker(), MONDAY, due)


def test_a_busy_week_in_one_card() -> None:
    card = digest_card(
        Summary(
            WEEK,
            BUSY,
            quality(92, 95),
            (OpenOf("Sales team", 1), OpenOf("Customer relations", 2, 1, "INC-12"), OpenOf("", 1)),
            (NewPersonalData("silver.customers.note", "EMAIL_ADDRESS"),),
            (a_schedule(1, MONDAY + timedelta(hours=21)),),
        )
    )

    assert card.kind is CardKind.DIGEST
    assert card.severity is Severity.CRITICAL
    assert card.title == "Digest from Mon 23 Feb to Mon 2 Mar 2026"
    assert card.text.splitlines() == [
        "Slowest: medallion with 5.0 min.",
        "Most improved: silver_to_gold takes 20.0 s instead of 60.0 s.",
    ]
    assert fact(card, "Runs") == "47, 96 % succeeded (before: 41, 100 % succeeded)"
    assert fact(card, "Quality") == "92 of 100 (95 before)"
    assert fact(card, "Open incidents") == (
        "4: Customer relations 2, 1 critical, oldest INC-12; without owner 1; Sales team 1"
    )
    assert fact(card, "New personal data") == "silver.customers.note (EMAIL_ADDRESS)"
    assert fact(card, "Next") == "medallion Tue 3 Mar 06:00 CET"
    assert card.table is not None
    assert card.table.rows[0] == ("medallion", "20", "2", "5.0 min", "4.8 min")
    assert card.chart is not None
    assert card.chart.series[0].values[-1] == 92


def test_two_weeks_with_no_runs_read_well() -> None:
    fortnight = Period.of(MONDAY - timedelta(days=14), MONDAY, BERLIN)

    card = digest_card(
        Summary(fortnight, quality=Quality(None, None, Trend(DAYS, (None,) * 7, ())))
    )

    assert card.severity is Severity.INFO
    assert card.text == "No run ended in these 14 days, nor in the time before."
    assert [(each.name, each.value) for each in card.facts] == [("Open incidents", "none")]
    assert (card.table, card.chart) == (None, None)


def test_one_failed_run_among_many_is_not_a_hundred_percent() -> None:
    tallies = (PipelineTally("ingest", Tally(999, 1)),)

    assert "99 % succeeded" in str(fact(digest_card(Summary(WEEK, tallies)), "Runs"))


def test_a_day_and_an_hour_are_told_as_such_in_their_zone() -> None:
    day, hour = (Period.of(MONDAY - timedelta(hours=each), MONDAY, BERLIN) for each in (24, 1))

    assert digest_card(Summary(day)).title == "Digest from Sun 1 Mar to Mon 2 Mar 2026"
    assert digest_card(Summary(hour)).title == "Digest from Mon 2 Mar 08:00 to Mon 2 Mar 09:00 CET"


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_however_much_happened_the_card_fits_into_a_chat(
    pipelines: int, owners: int, columns: int
) -> None:
    summary = Summary(
        WEEK,
        tuple(PipelineTally(f"pipeline_{each:035}", Tally(1)) for each in range(pipelines)),
        open=tuple(OpenOf(f"owner {each:040}", 1) for each in range(owners)),
        personal=tuple(
            NewPersonalData(f"silver.x.{each:030}", "PERSON") for each in range(columns)
        ),
        ahead=tuple(a_schedule(each, MONDAY) for each in range(columns)),
    )

    card = digest_card(summary)

    assert card.table is None or len(card.table.rows) <= 10
    if pipelines > 10:
        assert card.table is not None
        assert card.table.rows[-1][0] == f"and {pipelines - 9} other pipelines"
    assert all(len(each.value) <= 500 for each in card.facts)
    assert len(card.buttons) <= 5


def test_only_what_changed_or_is_open_is_worth_a_word() -> None:
    quiet = Summary(WEEK, quality=quality(90, 90), ahead=(a_schedule(1, MONDAY),))

    assert quiet.says_nothing
    assert not replace(quiet, quality=quality(89, 90)).says_nothing
    assert not replace(quiet, open=(OpenOf("crm", 1),)).says_nothing
    assert not replace(quiet, personal=(NewPersonalData("a.b.c", "PERSON"),)).says_nothing
    assert not replace(quiet, pipelines=BUSY[:1]).says_nothing
    assert replace(quiet, pipelines=(PipelineTally("x", before=Tally(3)),)).says_nothing


def test_the_next_comes_first_without_what_is_paused_and_without_digests() -> None:
    soon, later = a_schedule(2, MONDAY), a_schedule(1, MONDAY + timedelta(hours=1))
    paused, digest = replace(soon, paused=True), replace(soon, digest=Digest("web:#data"))

    assert list(next_first((later, paused, digest, soon))) == [soon, later]


def test_a_few_runs_or_a_little_time_are_no_improvement() -> None:
    once = PipelineTally("a", Tally(1, seconds=1.0), Tally(9, seconds=9.0))
    hardly = PipelineTally("b", Tally(9, seconds=8.9), Tally(9, seconds=9.0))
    new = PipelineTally("c", Tally(9, seconds=1.0), Tally(1, seconds=9.0))

    assert Summary(WEEK, (once, hardly, new)).most_improved() is None
    assert Summary(WEEK, (*BUSY, once, hardly, new)).most_improved() == BUSY[2]


def test_what_takes_nine_tenths_of_its_time_before_has_improved() -> None:
    just = PipelineTally("a", Tally(2, seconds=9.0), Tally(2, seconds=10.0))

    assert Summary(WEEK, (just,)).most_improved() == just


def test_a_period_ends_now_and_is_no_longer_than_a_year() -> None:
    long_ago = Period.of(MONDAY - timedelta(days=5000), MONDAY, UTC)
    ahead = Period.of(MONDAY + timedelta(days=1), MONDAY, UTC)

    assert long_ago.length == timedelta(days=366)
    assert ahead.length == timedelta(0)
    assert WEEK.before == MONDAY - timedelta(days=14)
