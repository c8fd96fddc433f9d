"""What a change of columns would lose, as a question; what is only more is none."""

from dataclasses import replace

import pytest

from engine.errors import DriftQuestion
from engine.runs.drift import narrower, narrowing_question, refuse_missing
from engine.runs.model import Parameters, Run
from tests.builders import a_column, a_run, a_table, dataset

ORDERS = dataset("silver.orders")
ACCEPTED = Parameters(accept_drift=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("text", "text"),
        ("boolean", "text"),
        ("integer", "bigint"),
        ("bigint", "numeric"),
        ("numeric(8,2)", "numeric"),
        ("numeric(8,2)", "numeric(9,2)"),
        ("numeric(8,2)", "numeric(9,3)"),
        ("character varying(5)", "character varying(8)"),
        ("character varying(5)", "character varying"),
        ("date", "timestamp with time zone"),
        ("timestamp(3) with time zone", "timestamp with time zone"),
    ],
)
def test_a_type_that_holds_all_of_another_is_not_narrower(before: str, after: str) -> None:
    assert not narrower(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("text", "bigint"),
        ("bigint", "integer"),
        ("numeric", "bigint"),
        ("numeric", "numeric(8,2)"),
        ("numeric(8,2)", "numeric(8,3)"),
        ("numeric(8,2)", "numeric(8,1)"),
        ("character varying", "character varying(5)"),
        ("integer", "numeric(4,0)"),
        ("timestamp with time zone", "date"),
        ("timestamp with time zone", "timestamp(3) with time zone"),
        ("text[]", "bigint[]"),
    ],
)
def test_a_type_that_can_not_hold_all_of_another_is_narrower(before: str, after: str) -> None:
    assert narrower(before, after)


def test_a_lost_column_and_a_narrower_type_are_asked_about_by_name() -> None:
    before = {"id": "text", "price": "numeric", "note": "text"}

    question = narrowing_question(a_run(), ORDERS, before, {"id": "text", "price": "bigint"})

    assert question is not None
    assert question.message == (
        "silver.orders would lose something: its column price would become bigint, which can't "
        "hold every numeric; its column note would be gone."
    )
    assert f"«retry {a_run().id} and accept the change»" in question.hint


def test_more_columns_and_a_first_version_are_no_question() -> None:
    assert narrowing_question(a_run(), ORDERS, {"id": "text"}, {"id": "text", "n": "text"}) is None
    assert narrowing_question(a_run(), ORDERS, {}, {"id": "text"}) is None


def test_what_was_accepted_is_not_asked_again() -> None:
    run = replace(a_run(), parameters=ACCEPTED)

    assert narrowing_question(run, ORDERS, {"id": "text"}, {}) is None


def missing(run: Run, *columns: str, before: tuple[str, ...]) -> DriftQuestion | None:
    table = a_table(columns=(a_column("id"), a_column("email")))
    try:
        refuse_missing(run, table, "2.csv", columns, before)
    except DriftQuestion as question:
        return question
    return None


def test_a_declared_column_that_deliveries_had_so_far_is_missed() -> None:
    question = missing(a_run(), "id", before=("id", "email"))

    assert question is not None
    assert "2.csv has no column email" in question.message
    assert "accept the change" in question.hint


@pytest.mark.parametrize("before", [(), ("id",), ("id", "undeclared")])
def test_a_column_that_was_never_there_or_never_declared_is_not_missed(
    before: tuple[str, ...],
) -> None:
    assert missing(a_run(), "id", before=before) is None


def test_a_delivery_without_the_column_is_loaded_once_that_was_accepted() -> None:
    run = replace(a_run(), parameters=ACCEPTED)

    assert missing(run, "id", before=("id", "email")) is None
