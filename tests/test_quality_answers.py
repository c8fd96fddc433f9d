"""What people hear when they ask how good data is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.cards import Card, Fact, Severity
from engine.catalog.model import Check, DatasetName, Project
from engine.quality.model import Outcome
from engine.quality.past import PastVerdict, Publication, Version
from engine.quality_answers import SHOWN_CHANGES, SHOWN_DATASETS, QualityReports
from engine.testing.clock import FakeClock
from engine.testing.verdict_history import MemoryVerdictHistory
from tests.builders import a_model, a_project, a_table, dataset

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
DAY = timedelta(days=1)
CUSTOMERS = dataset("silver.customers")
ORDERS = dataset("silver.orders")
BRONZE = dataset("bronze.customers")
ROWS, MAILS = "row_count > 0", "missing_count(email) = 0"
NAMED = "failed rows:\n  name: No order from the future\n  fail condition: at > now()"


def said(
    outcome: Outcome,
    days_ago: float = 1,
    check: str = ROWS,
    on: DatasetName = CUSTOMERS,
    **changes: object,
) -> PastVerdict:
    """A verdict on customers, of yesterday."""
    verdict = PastVerdict(on, check, outcome, "5", "", NOW - days_ago * DAY, "7K3F9QTZ")
    return replace(verdict, **changes)  # type: ignore[arg-type]  # by field name


def a_shop(*checks: str) -> Project:
    """Customers with these checks, and revenue without any."""
    return a_project(tables=[a_table(checks=checks)], models=[a_model(checks=())])


async def ask(
    project: Project,
    *verdicts: PastVerdict,
    on: DatasetName | None = CUSTOMERS,
    since: datetime | None = None,
    until: datetime | None = None,
    published: float | None = 40,
) -> Card:
    """The answer after these verdicts; all datasets were published so many days ago, or never."""
    publications = [
        Publication(each, "PUB11111", NOW - published * DAY)
        for each in project.datasets()
        if published is not None
    ]
    history = MemoryVerdictHistory(verdicts, publications=publications)
    return await QualityReports(project, history, FakeClock(NOW), UTC).of(on, since, until)


def value(card: Card, name: str) -> str | None:
    """A fact of a card."""
    return next((fact.value for fact in card.facts if fact.name == name), None)


def offers(card: Card) -> list[str]:
    """What can be clicked."""
    return [button.command for button in card.buttons]


async def test_a_dataset_is_told_with_its_score_each_check_what_changed_and_what_to_do() -> None:
    card = await ask(
        a_shop(ROWS, MAILS, NAMED),
        said(Outcome.PASSED, 30),
        said(Outcome.PASSED, 30, MAILS),
        said(Outcome.PASSED, 1),
        said(Outcome.FAILED, 1, MAILS, value="1234"),
        said(Outcome.NOT_EVALUATED, 0.5, NAMED, value=None, reason="the table is empty"),
    )

    assert (card.title, card.severity) == ("silver.customers: 33 of 100", Severity.CRITICAL)
    assert card.text == (
        "Newly failing: missing_count(email) = 0.\nNot evaluated: No order from the future."
    )
    assert value(card, "Score") == "33 of 100 (100 on Thu 5 Mar 2026)"
    assert value(card, "Checks") == "1 passed, 1 failed, 1 not evaluated"
    assert value(card, "Failed rows") == "1,234 in 1 check"
    assert value(card, "Last checked") == "Tue 10 Mar 2026 22:30 UTC (run 7K3F9QTZ)"
    assert value(card, "Owner") == "Customer relations (#crm)"
    assert card.table is not None
    assert card.table.rows == (
        (MAILS, "failed", "1234", "Tue 10 Mar 10:30"),
        (
            "No order from the future",
            "not evaluated",
            "the table is empty",
            "Tue 10 Mar 22:30",
        ),
        (ROWS, "passed", "5", "Mon 9 Feb 10:30"),
    )
    assert offers(card) == [
        "check quality of silver.customers",
        "explain 7K3F9QTZ",
        "show quarantined rows of silver.customers",
        "quality report",
    ]


async def test_the_trend_stands_against_the_week_before() -> None:
    card = await ask(a_shop(ROWS), said(Outcome.FAILED, 10), said(Outcome.PASSED, 2))

    assert card.chart is not None
    now, before = card.chart.series
    assert card.chart.labels[0] == "Thu 5 Mar"
    assert (now.name, now.values) == ("These 7 days", (0, 0, 0, 0, 100, 100, 100))
    assert (before.name, before.values) == (
        "The 7 days before",
        (None, None, None, 0, 0, 0, 0),
    )


async def test_a_single_day_is_no_trend_and_an_empty_week_is_left_out() -> None:
    one = await ask(a_shop(ROWS), said(Outcome.PASSED, 0.1))
    assert one.chart is None

    two = await ask(a_shop(ROWS), said(Outcome.PASSED, 1))
    assert two.chart is not None
    assert [each.name for each in two.chart.series] == ["These 7 days"]


@pytest.mark.parametrize(
    ("outcome", "severity"),
    [
        (Outcome.PASSED, Severity.SUCCESS),
        (Outcome.WARNED, Severity.WARNING),
        (Outcome.NOT_EVALUATED, Severity.WARNING),
        (Outcome.FAILED, Severity.CRITICAL),
    ],
)
async def test_the_worst_check_says_how_much_a_report_wants_to_be_read(
    outcome: Outcome, severity: Severity
) -> None:
    card = await ask(a_shop(ROWS, MAILS), said(Outcome.PASSED, 9), said(outcome, 9, MAILS))

    assert card.severity is severity
    assert card.text == "Nothing changed since Thu 5 Mar 2026."


async def test_a_check_that_was_never_evaluated_keeps_a_report_from_being_good_news() -> None:
    card = await ask(a_shop(ROWS, MAILS), said(Outcome.PASSED, 9))

    assert card.severity is Severity.WARNING
    assert card.text == "Never evaluated: missing_count(email) = 0."
    assert value(card, "Checks") == "1 passed, 1 never evaluated"
    assert card.table is not None
    assert card.table.rows[0] == (MAILS, "never evaluated", "", "")


HELD = Version(held_back=True)


async def test_a_version_held_back_is_told_beside_the_one_that_is_published() -> None:
    card = await ask(
        a_shop(ROWS, NAMED),
        said(Outcome.PASSED, 9),
        said(Outcome.PASSED, 9, NAMED),
        said(Outcome.PASSED, 2, version=HELD),
        said(Outcome.FAILED, 2, NAMED, value="7", version=HELD),
        said(Outcome.PASSED, 1, run_id="LOOK1111"),
        said(Outcome.PASSED, 1, NAMED, value="0", run_id="LOOK1111"),
        published=9,
    )

    assert card.title == "silver.customers: 50 of 100 held back, 100 of 100 published"
    assert card.severity is Severity.CRITICAL
    assert card.text == (
        "Run 7K3F9QTZ held a newer version back on Mon 9 Mar 2026 10:30 UTC: "
        "No order from the future.\n"
        "The version before it stays.\n"
        "Newly failing: No order from the future."
    )
    assert value(card, "Score") == "50 of 100 (100 on Thu 5 Mar 2026)"
    assert value(card, "Published") == (
        "100 of 100, the version of Mon 2 Mar 2026 10:30 UTC (run PUB11111)"
    )
    assert value(card, "Last checked") == "Tue 10 Mar 2026 10:30 UTC (run LOOK1111)"
    assert card.table is not None
    assert card.table.columns[-1] == "Published version"
    assert card.table.rows[0] == (
        "No order from the future", "failed", "7", "Mon 9 Mar 10:30", "passed",
    )  # fmt: skip
    assert card.chart is not None
    assert card.chart.series[0].values[-3:] == (50, 50, 50)
    assert offers(card) == [
        "why did 7K3F9QTZ fail",
        "show quarantined rows of silver.customers",
        "retry 7K3F9QTZ from the quality gate",
        "check quality of silver.customers",
        "quality report",
    ]


async def test_a_held_back_table_that_was_never_published_keeps_the_cause_after_a_look() -> None:
    gone = "there is no table silver.customers"
    card = await ask(
        a_shop(ROWS, MAILS),
        said(Outcome.PASSED, 2, version=HELD),
        said(Outcome.FAILED, 2, MAILS, version=HELD),
        said(Outcome.NOT_EVALUATED, 1, value=None, reason=gone, run_id="LOOK1111"),
        said(Outcome.NOT_EVALUATED, 1, MAILS, value=None, reason=gone, run_id="LOOK1111"),
        published=None,
    )

    assert card.title == "silver.customers: 50 of 100, not published yet"
    assert card.text.startswith("Run 7K3F9QTZ held a newer version back on")
    assert "Nothing of it was published before." in card.text
    assert value(card, "Published") == "not yet"
    assert gone not in str(card)
    assert offers(card)[0] == "why did 7K3F9QTZ fail"
    assert "check quality of silver.customers" not in offers(card)


async def test_a_look_at_a_table_that_never_was_offers_the_run_that_makes_it() -> None:
    gone = "there is no table silver.customers"
    card = await ask(
        a_shop(ROWS), said(Outcome.NOT_EVALUATED, value=None, reason=gone), published=None
    )

    assert card.title == "silver.customers: 0 of 100, not published yet"
    assert offers(card) == ["run pipeline bronze_to_silver for customers", "quality report"]


async def test_a_version_that_was_not_published_for_another_reason_is_told_too() -> None:
    card = await ask(a_shop(ROWS), said(Outcome.WARNED, version=HELD))

    assert card.text.startswith(
        "Run 7K3F9QTZ checked a newer version on Tue 10 Mar 2026 10:30 UTC and did not publish it."
    )


async def test_a_later_run_that_publishes_ends_it() -> None:
    card = await ask(
        a_shop(ROWS),
        said(Outcome.FAILED, 3, version=HELD),
        said(Outcome.PASSED, 1, version=Version(NOW - 1 * DAY)),
        published=1,
    )

    assert card.title == "silver.customers: 100 of 100"
    assert "held" not in card.text
    assert offers(card)[0] == "check quality of silver.customers"


async def test_all_datasets_tell_which_of_them_are_held_back() -> None:
    project = a_project(tables=[a_table(), a_table("orders")], models=())

    card = await ask(project, said(Outcome.FAILED, 1, version=HELD), said(Outcome.PASSED), on=None)

    assert card.text.startswith(
        "Run 7K3F9QTZ held a newer version of silver.customers back on Tue 10 Mar 2026 10:30 UTC: "
        "row_count > 0."
    )
    assert card.table is not None
    # there is no score from before, so no column for it
    assert card.table.columns[1:3] == ("Score", "Checks")
    assert card.table.rows[0][2] == "1 failed, held back"


async def test_without_anything_from_before_nothing_is_said_to_have_stayed() -> None:
    card = await ask(a_shop(ROWS), said(Outcome.PASSED, 1))

    assert card.text == "There is nothing from before Thu 5 Mar 2026 to compare with."


async def test_a_check_that_is_not_evaluated_says_why_and_not_what_it_saw() -> None:
    card = await ask(
        a_shop(ROWS), said(Outcome.NOT_EVALUATED, value="40,000", reason="no history yet")
    )

    assert card.table is not None
    assert card.table.rows[0][2] == "no history yet"


async def test_times_are_told_in_the_zone_of_the_asker_and_long_ago_with_the_year() -> None:
    history = MemoryVerdictHistory([said(Outcome.PASSED, 100), said(Outcome.WARNED, 5, ROWS)])
    berlin = ZoneInfo("Europe/Berlin")

    card = await QualityReports(a_shop(ROWS, MAILS), history, FakeClock(NOW), berlin).of(
        CUSTOMERS, None, None
    )

    assert card.table is not None
    assert card.table.columns[-1] == "Since (CET)"
    assert card.table.rows[-1][-1] == "Fri 6 Mar 11:30"
    assert value(card, "Last checked") == "Fri 6 Mar 2026 11:30 CET (run 7K3F9QTZ)"

    old = await ask(a_shop(ROWS), said(Outcome.PASSED, 100))
    assert old.table is not None
    assert old.table.rows[0][-1] == "2025-12-01"


async def test_a_dataset_without_checks_offers_some() -> None:
    card = await ask(a_shop(), said(Outcome.PASSED))

    assert (card.title, card.severity) == ("silver.customers has no checks", Severity.WARNING)
    assert offers(card) == ["suggest checks for silver.customers"]


async def test_checks_that_never_ran_offer_to_be_run() -> None:
    card = await ask(a_shop(ROWS), said(Outcome.PASSED, on=ORDERS))

    assert card.title == "silver.customers was not checked yet"
    assert card.text == "1 check declared, none evaluated."
    assert offers(card) == [
        "check quality of silver.customers",
        "suggest checks for silver.customers",
    ]


async def test_a_table_that_was_never_written_has_no_rows_to_suggest_checks_from() -> None:
    card = await ask(a_shop(ROWS), published=None)

    assert offers(card) == ["run pipeline bronze_to_silver for customers"]


async def test_raw_rows_are_told_and_looked_at_without_ever_being_published() -> None:
    raw = a_project(tables=[replace(a_table(), bronze_checks=(Check(ROWS),))])

    said_once = await ask(raw, said(Outcome.PASSED, on=BRONZE), on=BRONZE, published=None)
    never = await ask(raw, on=BRONZE, published=None)

    assert said_once.title == "bronze.customers: 100 of 100"
    assert value(said_once, "Published") is None
    assert offers(said_once) == ["check quality of bronze.customers", "quality report"]
    assert offers(never) == [
        "check quality of bronze.customers",
        "suggest checks for bronze.customers",
    ]


async def test_a_time_that_has_passed_is_told_as_it_was_then() -> None:
    card = await ask(
        a_shop(ROWS),
        said(Outcome.PASSED, 9),
        said(Outcome.FAILED, 1),
        since=NOW - 8 * DAY,
        until=NOW - 5 * DAY,
    )

    assert card.severity is Severity.SUCCESS
    assert card.text == (
        "Nothing changed from Tue 3 Mar 2026 10:30 UTC to Fri 6 Mar 2026 10:30 UTC."
    )


async def test_all_datasets_are_told_the_worst_first_with_those_that_nobody_checks() -> None:
    project = a_project(
        tables=[a_table(), a_table("orders", owner=None), a_table("products", checks=())]
    )

    card = await ask(
        project,
        said(Outcome.PASSED, 9),
        said(Outcome.PASSED, 9, on=ORDERS),
        said(Outcome.FAILED, 1, on=ORDERS),
        on=None,
    )

    assert card.title == "Quality since Thu 5 Mar 2026: 50 of 100"
    assert card.text == (
        "Newly failing: silver.orders row_count > 0.\nNever evaluated: gold.revenue row_count > 0."
    )
    assert value(card, "Silver") == "50 of 100"
    assert value(card, "Gold") is None
    assert value(card, "Without checks") == "silver.products"
    assert card.table is not None
    assert card.table.rows == (
        ("silver.orders", "0", "100", "1 failed", "Tue 10 Mar 10:30", ""),
        ("gold.revenue", "–", "–", "1 never evaluated", "never", "Sales team"),
        (
            "silver.customers",
            "100",
            "100",
            "1 passed",
            "Mon 2 Mar 10:30",
            "Customer relations (#crm)",
        ),
    )
    assert offers(card)[0] == "how good is silver.orders"
    assert card.chart is not None
    assert card.chart.series[0].values == (100, 100, 100, 100, 100, 50, 50)


async def test_a_large_project_is_told_in_one_card() -> None:
    tables = [a_table(f"t{number}") for number in range(SHOWN_DATASETS + 5)]
    verdicts = [said(Outcome.FAILED, on=each.silver) for each in tables]

    card = await ask(a_project(tables=tables, models=()), *verdicts, on=None)

    assert card.table is not None
    assert len(card.table.rows) == SHOWN_DATASETS
    assert Fact("Shown", f"the {SHOWN_DATASETS} worst of {len(tables)} datasets") in card.facts
    assert card.text.endswith(f"; and {len(tables) - SHOWN_CHANGES} more.")


async def test_a_time_before_any_verdict_lists_no_checks() -> None:
    project = a_project(tables=[a_table(checks=(ROWS, MAILS)), a_table("orders", checks=(ROWS,))])

    card = await ask(project, said(Outcome.FAILED), on=None, until=NOW - 2 * DAY)

    assert card.text == "4 checks declared, none evaluated."


async def test_a_project_without_a_check_says_so() -> None:
    card = await ask(a_shop(), on=None)

    assert card.title == "No dataset of Shop has checks"
    assert offers(card) == ["suggest checks for silver.customers"]
