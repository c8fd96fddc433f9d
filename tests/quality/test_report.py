"""What past verdicts tell: how checks stand, what changed, and the score day by day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.catalog.model import Check, DatasetName, Layer
from engine.quality.model import Outcome
from engine.quality.past import MOST_TURNS, PastVerdict, Publication, Version, newest
from engine.quality.report import (
    DatasetReport,
    Hold,
    Overview,
    Past,
    Standing,
    Subject,
    dataset_reports,
    failed_rows,
    named_checks,
    overview,
    trend,
)
from engine.quality.span import MOST_DAYS, Span, span_of
from engine.testing.verdict_history import MemoryVerdictHistory
from tests.builders import dataset

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
TODAY = datetime(2026, 3, 11, tzinfo=BERLIN)
DAY = timedelta(days=1)
ORDERS = dataset("silver.orders")
REVENUE = dataset("gold.revenue")
ROWS, KEYS, MAILS = "row_count > 0", "duplicate_count(id) = 0", "missing_count(email) = 0"
PASSED, WARNED = Outcome.PASSED, Outcome.WARNED
FAILED, UNKNOWN = Outcome.FAILED, Outcome.NOT_EVALUATED


def said(
    outcome: Outcome,
    at: datetime,
    check: str = ROWS,
    on: DatasetName = ORDERS,
    value: str | None = None,
) -> PastVerdict:
    """A verdict on a check of orders."""
    return PastVerdict(on, check, outcome, value, "", at, "7K3F9QTZ")


def past(*verdicts: PastVerdict, first: Sequence[PastVerdict] = ()) -> Past:
    """What was read of these verdicts, which all were turns."""
    newest = {each.of: each for each in (*first, *verdicts)}
    return Past(tuple(newest.values()), (*first, *verdicts))


def the_report(of: Past, *checks: str, since: datetime | None = None) -> DatasetReport:
    """The report on orders with these checks."""
    declared = {ORDERS: Subject(tuple(Check(text) for text in checks or (ROWS,)))}
    (report,) = dataset_reports(declared, of, span_of(since, None, NOW, BERLIN))
    return report


def titles(checks: Sequence[Check]) -> list[str]:
    """The texts of checks."""
    return [check.text for check in checks]


def test_a_check_stands_as_it_ended_last_since_it_began_to_end_so() -> None:
    began = NOW - 40 * DAY
    of = past(said(PASSED, NOW - 90 * DAY), said(FAILED, began))
    newest = replace(said(FAILED, NOW - DAY), value="12")

    report = the_report(replace(of, latest=(newest,)))

    assert report.standings == (Standing(Check(ROWS), newest, began),)
    assert (report.score, report.worst, report.checked_at) == (0, FAILED, NOW - DAY)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (PASSED, FAILED, "failing"),
        (WARNED, FAILED, "failing"),
        (UNKNOWN, FAILED, "failing"),
        (None, FAILED, "failing"),
        (PASSED, WARNED, "warning"),
        (None, WARNED, "warning"),
        (FAILED, WARNED, "recovered"),
        (UNKNOWN, WARNED, "recovered"),
        (FAILED, PASSED, "recovered"),
        (WARNED, PASSED, "recovered"),
        (UNKNOWN, PASSED, "recovered"),
        (PASSED, UNKNOWN, "unknown"),
        (FAILED, UNKNOWN, "unknown"),
        (None, UNKNOWN, "unclear"),
        (None, PASSED, None),
        (PASSED, PASSED, None),
        (FAILED, FAILED, None),
    ],
)
def test_what_changed_is_told_once_and_what_stayed_is_not(
    before: Outcome | None, now: Outcome, told: str | None
) -> None:
    since = NOW - 2 * DAY
    earlier = () if before is None else (said(before, since - DAY),)

    changes = the_report(past(*earlier, said(now, since + DAY)), since=since).changes

    found = {
        kind: titles(getattr(changes, kind))
        for kind in ("failing", "warning", "recovered", "unknown", "unclear", "never")
        if getattr(changes, kind)
    }
    assert found == ({told: [ROWS]} if told else {})


def test_a_check_that_failed_in_between_and_is_well_again_did_not_change() -> None:
    of = past(said(PASSED, NOW - 5 * DAY), said(FAILED, NOW - DAY), said(PASSED, NOW - DAY / 2))

    report = the_report(of, since=NOW - 2 * DAY)

    assert (report.changes.failing, report.changes.recovered) == ((), ())
    assert report.standings[0].since == NOW - DAY / 2


def test_a_check_without_a_verdict_is_told_and_is_no_good_news() -> None:
    report = the_report(past(said(PASSED, NOW - DAY)), ROWS, KEYS)

    assert titles(report.changes.never) == [KEYS]
    assert report.worst is UNKNOWN
    assert report.standings[1].verdict is None


def test_a_check_that_is_declared_no_more_counts_no_more() -> None:
    of = past(said(FAILED, NOW - DAY, KEYS), said(PASSED, NOW - DAY))

    report = the_report(of, ROWS)

    assert (report.score, report.worst) == (100, PASSED)
    assert [each.check.text for each in report.standings] == [ROWS]


def test_the_score_is_carried_from_day_to_day_until_a_check_turns() -> None:
    first = (said(PASSED, TODAY - 60 * DAY), said(PASSED, TODAY - 60 * DAY, KEYS))
    turns = (said(FAILED, TODAY - 4 * DAY), said(WARNED, TODAY - 2 * DAY))
    declared = {ORDERS: Subject((Check(ROWS), Check(KEYS)))}

    found = trend(declared, past(*turns, first=first), span_of(None, None, NOW, BERLIN))

    assert found.days == tuple(date(2026, 3, 5 + day) for day in range(7))
    assert found.now == (100, 100, 50, 50, 75, 75, 75)
    assert found.before == (100,) * 7


def test_a_verdict_at_midnight_belongs_to_the_day_that_begins() -> None:
    declared = {ORDERS: Subject((Check(ROWS),))}

    found = trend(
        declared,
        past(said(FAILED, TODAY), first=[said(PASSED, TODAY - 60 * DAY)]),
        span_of(None, None, NOW, BERLIN),
    )

    assert found.now[-2:] == (100, 0)


def test_days_before_the_first_verdict_have_no_score() -> None:
    declared = {ORDERS: Subject((Check(ROWS),))}

    found = trend(declared, past(said(PASSED, TODAY)), span_of(None, None, NOW, BERLIN))

    assert found.now == (None,) * 6 + (100,)
    assert found.before == (None,) * 7


def test_days_whose_turns_are_too_many_to_be_read_have_no_score() -> None:
    start = TODAY - 2 * DAY
    turns = tuple(
        said((PASSED, FAILED)[number % 2], start + timedelta(seconds=number))
        for number in range(MOST_TURNS)
    )

    found = trend({ORDERS: Subject((Check(ROWS),))}, past(*turns), span_of(None, None, NOW, BERLIN))

    assert found.now == (None,) * 4 + (0, 0, 0)


hours = st.lists(
    st.tuples(
        st.integers(0, 24 * 30),
        st.sampled_from((ROWS, KEYS)),
        st.sampled_from((ORDERS, REVENUE)),
        st.sampled_from(Outcome),
    ),
    max_size=30,
)


@example([(30, ROWS, ORDERS, PASSED), (29, ROWS, ORDERS, UNKNOWN)], 31)
@example([(32, ROWS, ORDERS, PASSED), (30, ROWS, ORDERS, FAILED)], 31)
@given(hours, st.none() | st.integers(0, 24 * 30))
async def test_the_course_of_checks_tells_of_all_datasets_what_every_turn_would(
    told: list[tuple[int, str, DatasetName, Outcome]], since: int | None
) -> None:
    oldest_first = sorted(told, key=lambda each: -each[0])
    history = MemoryVerdictHistory(
        said(outcome, NOW - timedelta(hours=ago), check, on)
        for ago, check, on, outcome in oldest_first
    )
    declared = {each: Subject((Check(ROWS), Check(KEYS))) for each in (ORDERS, REVENUE)}
    span = span_of(None if since is None else NOW - timedelta(hours=since), None, NOW, BERLIN)
    checks = named_checks(declared)
    course = await history.course(checks, (span.since, *span.ends))
    turns = [turn for each in declared for turn in await history.turns(each, span.until)]

    by_course = Past(newest(course), course=course, evaluated=await history.evaluated(checks, NOW))
    by_turns = Past(newest(course), tuple(sorted(turns, key=lambda each: each.at)))

    assert _without_beginnings(overview(declared, by_course, span)) == _without_beginnings(
        overview(declared, by_turns, span)
    )


def _without_beginnings(found: Overview) -> Overview:
    """Without since when each check stands so, which the card of all datasets leaves out."""
    datasets = (
        replace(each, standings=tuple(replace(one, since=None) for one in each.standings))
        for each in found.datasets
    )
    return replace(found, datasets=tuple(datasets))


def test_all_datasets_have_a_score_and_those_that_others_are_made_of_weigh_more() -> None:
    of = past(said(FAILED, NOW - DAY), said(PASSED, NOW - DAY, on=REVENUE))
    declared = {
        ORDERS: Subject((Check(ROWS),), dependents=2),
        REVENUE: Subject((Check(ROWS),)),
    }

    found = overview(declared, of, span_of(None, None, NOW, BERLIN))

    assert found.layers == {Layer.SILVER: 0, Layer.GOLD: 100}
    assert found.score == 25
    assert [each.score for each in found.datasets] == [0, 100]


def test_a_check_that_blocks_weighs_more_than_one_that_warns() -> None:
    mild = f"{KEYS}:\n  attributes:\n    severity: warn"
    of = past(said(PASSED, NOW - DAY), said(FAILED, NOW - DAY, mild))

    assert the_report(of, ROWS, mild).score == 80


def test_a_check_that_nobody_can_read_counts_like_any_other() -> None:
    strange = "no such metric of anything > 5"

    assert the_report(past(said(FAILED, NOW - DAY, strange)), strange).score == 0


def test_without_a_time_the_last_seven_days_are_meant() -> None:
    span = span_of(None, None, NOW.astimezone(UTC), BERLIN)

    assert (span.since, span.until, span.over) == (TODAY - 6 * DAY, NOW, False)
    assert span.days[0] == date(2026, 2, 26)
    assert span.days[-1] == date(2026, 3, 11)


def test_the_days_are_those_of_the_time_zone_and_end_when_its_clocks_say_so() -> None:
    summer = datetime(2026, 3, 31, 12, tzinfo=UTC)

    span = span_of(None, None, summer, BERLIN)

    lengths = [later - sooner for sooner, later in zip(_utc(span), _utc(span)[1:], strict=False)]
    assert timedelta(hours=23) in lengths
    assert span.ends[-1] == summer


def _utc(span: Span) -> list[datetime]:
    return [end.astimezone(UTC) for end in span.ends]


def test_a_time_that_has_passed_ends_its_report_and_the_future_is_left_out() -> None:
    week = span_of(TODAY - 9 * DAY, TODAY - 2 * DAY, NOW, BERLIN)
    assert (week.until, week.days[-1], week.over) == (TODAY - 2 * DAY, date(2026, 3, 8), True)

    ahead = span_of(NOW + DAY, NOW + 5 * DAY, NOW, BERLIN)
    assert (ahead.since, ahead.until, ahead.over) == (NOW, NOW, False)


moments = st.none() | st.datetimes(
    timezones=st.sampled_from((UTC, BERLIN, ZoneInfo("Pacific/Apia")))
)


@given(moments, moments, st.sampled_from((UTC, BERLIN, ZoneInfo("Pacific/Apia"))))
def test_whatever_time_is_meant_it_fits_into_a_chart(
    since: datetime | None, until: datetime | None, zone: ZoneInfo
) -> None:
    span = span_of(since, until, NOW, zone)

    assert span.since <= span.until <= NOW
    assert 7 <= span.half <= MOST_DAYS
    assert len(span.days) == 2 * span.half
    assert span.days[0] <= span.since.date()
    assert list(span.ends) == sorted(span.ends)
    assert span.ends[-1] == span.until
    stride = span.days[1] - span.days[0]
    assert span.days[span.half] - stride < span.since.date()


@pytest.mark.parametrize(
    ("check", "value", "rows"),
    [
        (MAILS, "12", 12),
        (MAILS, "12.0", 12),
        ("invalid_count(email) = 0:\n  valid format: email", "3", 3),
        ("values in (customer_id) must exist in customers (id)", "7", 7),
        ("failed rows:\n  fail condition: total < 0", "2", 2),
        (MAILS, "1.5", None),
        (MAILS, None, None),
        (MAILS, "many", None),
        ("missing_percent(email) < 5", "12", None),
        ("change for missing_count(email) < 5", "12", None),
        (KEYS, "12", None),
        (ROWS, "0", None),
        ("strange", "12", None),
    ],
)
def test_rows_are_counted_by_checks_that_count_them(
    check: str, value: str | None, rows: int | None
) -> None:
    failed = said(FAILED, NOW, check, value=value)

    assert failed_rows(Standing(Check(check), failed)) == rows
    assert failed_rows(Standing(Check(check), replace(failed, outcome=PASSED))) is None
    assert failed_rows(Standing(Check(check), None)) is None


HELD = Version(held_back=True)
GENTLE = "avg(price) > 0:\n  attributes: {severity: warn}"
YOUNG = "change for row_count < 10"


def held_report(*verdicts: PastVerdict, published: datetime | None) -> DatasetReport:
    """The report on verdicts of a version that was held back."""
    staged = tuple(replace(each, version=HELD) for each in verdicts)
    publications = (Publication(ORDERS, "11111111", published),) if published else ()
    of = replace(past(*staged), publications=publications)
    return the_report(of, *(each.check for each in verdicts))


def test_what_holds_a_version_back_is_what_the_gate_does_not_let_through() -> None:
    report = held_report(
        said(PASSED, NOW - DAY, ROWS),
        said(FAILED, NOW - DAY, KEYS),
        said(UNKNOWN, NOW - DAY, MAILS),
        said(UNKNOWN, NOW - DAY, GENTLE),
        replace(said(UNKNOWN, NOW - DAY, YOUNG), reason="no history yet: 1 run measured it"),
        published=NOW - 9 * DAY,
    )

    assert report.hold == Hold("7K3F9QTZ", NOW - DAY, (Check(KEYS), Check(MAILS)))


def test_what_was_published_since_is_held_back_no_more() -> None:
    verdict = said(FAILED, NOW - 2 * DAY)

    assert held_report(verdict, published=NOW - DAY).hold is None
    assert held_report(verdict, published=NOW - 3 * DAY).hold is not None


def test_what_is_published_has_a_score_of_its_own() -> None:
    of = Past(
        latest=(replace(said(FAILED, NOW - DAY), version=HELD),),
        published=(said(PASSED, NOW - 2 * DAY),),
        publications=(Publication(ORDERS, "11111111", NOW - 2 * DAY),),
    )

    report = the_report(of)

    assert (report.score, report.published_score) == (0, 100)
    assert the_report(replace(of, publications=())).published_score is None


def test_a_version_is_held_back_at_times_at_which_it_was_not_published_yet() -> None:
    mended = Version(published_at=NOW - DAY)

    assert mended.was_held_back(NOW - 2 * DAY)
    assert not mended.was_held_back(NOW)
    assert not Version().was_held_back(NOW)


def test_a_check_that_answered_once_is_no_longer_evaluated() -> None:
    since = NOW - 2 * DAY
    first, last = said(PASSED, since + DAY / 2), said(UNKNOWN, since + DAY)

    assert titles(the_report(past(first, last), since=since).changes.unknown) == [ROWS]
    assert titles(the_report(past(last), since=since).changes.unclear) == [ROWS]
