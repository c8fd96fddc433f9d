"""Sentences about quarantine: which rows are meant, and what never happens on a guess."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import Command, DeleteQuarantine, ListQuarantine, ReleaseQuarantine
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=BERLIN)
ORDERS = "silver.orders"

datasets = st.sampled_from(("silver.orders", "silver.customers", "bronze.orders"))
rules = st.none() | st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
orders = st.one_of(
    st.builds(ListQuarantine, datasets, rules),
    st.builds(ReleaseQuarantine, datasets, rules),
    st.builds(DeleteQuarantine, datasets, rules, st.none() | st.integers(1, 9999), st.booleans()),
)


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, BERLIN)


@given(orders)
def test_the_sentence_of_an_order_says_exactly_it(command: Command) -> None:
    assert read(sentence(command)) == Understood(command)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("show quarantined rows of orders for unit_price", ListQuarantine(ORDERS, "unit_price")),
        ("which rows of orders are in quarantine for status?", ListQuarantine(ORDERS, "status")),
        ("what is in quarantine for orders", ListQuarantine(ORDERS)),
        ("release quarantined rows of orders", ReleaseQuarantine(ORDERS)),
        ("please release the rejected rows of orders", ReleaseQuarantine(ORDERS)),
        ("could you retry the quarantined orders?", ReleaseQuarantine(ORDERS)),
        ("release quarantined orders rows for unit_price", ReleaseQuarantine(ORDERS, "unit_price")),
        ("delete quarantined rows of orders", DeleteQuarantine(ORDERS)),
        ("drop the bad rows of orders for email", DeleteQuarantine(ORDERS, "email")),
        ("remove rejected rows of orders older than a month", DeleteQuarantine(ORDERS, None, 30)),
        (
            "delete quarantined rows of orders for status older than 2 weeks",
            DeleteQuarantine(ORDERS, "status", 14),
        ),
    ],
)  # fmt: skip
def test_who_speaks_of_quarantine_is_understood(text: str, meant: Command) -> None:
    assert read(text) == Understood(meant)


@pytest.mark.parametrize(
    "text",
    [
        "release quarantined rows of orders for nonsense",
        "delete quarantined rows of orders for nonsense",
        "delete quarantined rows",
        "delete quarantined rows of ordres",
        "delete quarantined rows of orders or not",
        "don't release quarantined rows of orders",
        "should I release quarantined rows of orders?",
        "delete quarantined rows of orders older than 3 fortnights",
        "delete quarantined rows of orders for email for status",
    ],
)
def test_nothing_is_released_or_deleted_on_a_guess(text: str) -> None:
    assert not isinstance(read(text), Understood)


def test_only_the_whole_sentence_is_a_confirmation() -> None:
    exact = read("delete quarantined rows of silver.orders and I am sure")
    loose = read("delete quarantined rows of orders, I am sure")

    assert exact == Understood(DeleteQuarantine(ORDERS, confirmed=True))
    assert isinstance(loose, Guess)


def test_to_delete_anything_else_is_still_nothing_that_can_be_done() -> None:
    assert isinstance(read("delete orders"), Guess)


def test_a_column_that_no_table_declares_is_named_before_no_rows_are_shown() -> None:
    reading = read("show quarantined rows of orders for unit_pirce")

    assert isinstance(reading, Guess)
    assert "unit_pirce" in reading.reason
    assert reading.commands == (
        ListQuarantine(ORDERS, "unit_price"),
        ListQuarantine(ORDERS),
        ListQuarantine(ORDERS, "unit_pirce"),
    )


@pytest.mark.parametrize(
    "age", ["0 days", "zero days", "-5 days", "3 fortnights", "banana", "99999 days"]
)
def test_rows_of_an_age_that_is_none_are_never_offered_for_deletion(age: str) -> None:
    reading = read(f"delete quarantined rows of orders older than {age}")

    assert isinstance(reading, Guess)
    assert "older than 30 days" in reading.reason
    assert not any(isinstance(command, DeleteQuarantine) for command in reading.commands)
