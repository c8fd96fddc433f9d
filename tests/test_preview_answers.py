"""The card of a dry run: short in a chat, whole where there is room, and nothing is started."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import Card, Severity
from engine.commands import RunPipeline
from engine.outcome import Answer, Refused, Request
from engine.people import Role
from engine.preview_answers import LINES, NAMED, WIDTH, preview_card, size
from engine.runs.model import Parameters, StepKind
from engine.runs.preview import Standing, StepPreview
from engine.testing.roles import known_people
from tests.builders import a_step, an_asker, dataset
from tests.workshop import Workshop

COMMAND = RunPipeline("bronze_to_silver", "customers", dry_run=True)
LONG = "\n".join(["SELECT 1", *(f", {number}" for number in range(2, 30))])

REFINE = StepPreview(
    a_step(StepKind.REFINE), "full: clean it", 5210, notes=("a note",), sql=(LONG,)
)
CHECK = StepPreview(a_step(StepKind.CHECK), "hold it back", notes=("row_count > 0",))
PUBLISH = StepPreview(
    a_step(StepKind.PUBLISH),
    "take its place",
    5210,
    Standing(dataset("silver.customers"), 4800, 1_468_006),
    sql=("ALTER TABLE a RENAME TO b",),
)


def card(*steps: StepPreview, whole: bool = False, command: RunPipeline = COMMAND) -> Card:
    return preview_card(command, steps or (REFINE, CHECK, PUBLISH), whole=whole)


def test_it_tells_each_step_its_rows_and_what_it_would_replace() -> None:
    shown = card()

    assert shown.title == "bronze_to_silver for customers would take 3 steps"
    assert shown.table is not None
    assert shown.table.rows == (
        ("refine silver.customers", "full: clean it", "5,210", ""),
        ("check silver.customers", "hold it back", "", ""),
        ("publish silver.customers", "take its place", "5,210", "4,800 rows, 1.4 MB"),
    )
    assert {fact.name: fact.value for fact in shown.facts}["Would change"] == "silver.customers"
    assert "a note" in shown.text


def test_columns_that_nobody_decided_about_are_marked_and_not_all_of_very_many() -> None:
    told = {fact.name: fact.value for fact in card(replace(REFINE, undecided=("segment",))).facts}
    names = tuple(f"c{number}" for number in range(NAMED + 2))
    many = {fact.name: fact.value for fact in card(replace(REFINE, undecided=names)).facts}

    assert told["Nobody decided"] == "silver.customers.segment: a sample tells when it runs"
    assert many["Nobody decided"].endswith(f".c{NAMED - 1} and 2 more: a sample tells when it runs")
    assert "Nobody decided" not in {fact.name for fact in card().facts}


def test_the_rows_and_what_is_overwritten_come_before_the_sql() -> None:
    for whole in (False, True):
        lines = card(whole=whole).text.splitlines()
        told = lines.index("publish silver.customers: 5,210 rows; now there: 4,800 rows, 1.4 MB")

        assert told < lines.index("-- refine silver.customers")


def test_only_some_tables_are_told_before_the_sql() -> None:
    many = card(*[PUBLISH] * (NAMED + 2)).text.splitlines()

    assert many.index("… 2 more steps in the table below") < many.index(
        "-- publish silver.customers"
    )


def test_a_table_whose_rows_nobody_knows_is_told_all_the_same() -> None:
    unknown = replace(PUBLISH, rows=None)

    assert "publish silver.customers: an unknown number of rows; now there" in card(unknown).text


def test_long_sql_is_cut_in_a_chat_and_whole_where_there_is_room() -> None:
    assert LONG not in card().text
    assert "\n, 14\n… " in card().text
    assert f"… {1 + 29 + 2 - LINES} more lines" in card().text
    assert 'atlas ask --json "dry run bronze_to_silver for customers"' in card().text
    assert LONG in card(whole=True).text
    assert "atlas ask" not in card(whole=True).text
    assert "row_count > 0" in card(whole=True).text


def test_short_sql_needs_no_other_place() -> None:
    assert "atlas ask" not in card(PUBLISH).text


@given(st.lists(st.text("ab \n", max_size=3_000), max_size=9))
def test_a_chat_is_never_flooded(statements: list[str]) -> None:
    step = replace(PUBLISH, sql=tuple(statements))

    assert len(card(*[step] * 99).text) < LINES * (WIDTH + 1) + NAMED * 80 + 300


def test_what_would_fail_is_said_first_and_warned_of() -> None:
    shown = card(replace(REFINE, fails="bronze.customers does not exist."))

    assert shown.severity is Severity.WARNING
    assert shown.text.splitlines()[1] == (
        "refine silver.customers would fail: bronze.customers does not exist."
    )
    assert shown.table is not None
    assert shown.table.rows[0][1] == "fail"


def test_the_button_runs_what_was_looked_at() -> None:
    (button,) = card(command=replace(COMMAND, full_refresh=True)).buttons

    assert button.command == "run pipeline bronze_to_silver for customers with full refresh"


@given(st.integers(0, 10**16))
def test_a_size_is_short(count: int) -> None:
    assert len(size(count)) <= len("10,240.0 bytes")


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 kB"), (2**41, "2.0 TB")]
)
def test_a_size_has_its_unit(count: int, shown: str) -> None:
    assert size(count) == shown


async def test_a_dry_run_is_answered_and_starts_nothing() -> None:
    shop = Workshop()

    outcome = await shop.ask(replace(COMMAND, full_refresh=True))

    assert isinstance(outcome, Answer)
    assert "refine silver.customers" in str(outcome.card.table)
    assert shop.previews.asked == [Parameters(full_refresh=True)]
    assert not shop.state.runs
    assert not shop.state.posts


async def test_a_dry_run_of_what_does_not_exist_is_refused() -> None:
    assert isinstance(await Workshop().ask(replace(COMMAND, table="nothing")), Refused)


async def test_a_terminal_has_room_for_all() -> None:
    asker = replace(an_asker(), platform="terminal", role=None)
    shop = Workshop()
    shop.previews.sql = (LONG,)
    shop.people = known_people({}, Role.ADMIN)

    outcome = await shop.dispatcher.handle(Request(COMMAND, asker))

    assert isinstance(outcome, Answer)
    assert LONG in outcome.card.text
