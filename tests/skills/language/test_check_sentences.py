"""Sentences that ask what to check, and those that accept it by its id."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import AcceptChecks, Command, SuggestChecks
from engine.quality.suggestions import check_id
from skills.language.check_ids import ID
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand
from tests.builders import dataset

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, UTC)


def accepted(*ids: str, on: str = "silver.orders") -> AcceptChecks:
    return AcceptChecks(on, ids)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("suggest checks for orders", SuggestChecks("silver.orders")),
    ("what should I check in silver.orders?", SuggestChecks("silver.orders")),
    ("could you suggest some checks for the customers table", SuggestChecks("silver.customers")),
    ("propose checks for gold.revenue", SuggestChecks("gold.revenue")),
    ("recommend quality checks for revenue", SuggestChecks("gold.revenue")),
    ("which checks should I add to orders?", SuggestChecks("silver.orders")),
    ("what checks do you recommend for orders", SuggestChecks("silver.orders")),
    ("any suggestions for orders?", SuggestChecks("silver.orders")),
    ("sugest checks for ordres", SuggestChecks("silver.orders")),
    ("suggest checks for bronze.orders", SuggestChecks("bronze.orders")),
    ("suggest checks for foobar", SuggestChecks("foobar")),
    ("accept check k4821 for orders", accepted("k4821")),
    ("accept k4821 for orders please", accepted("k4821")),
    ("Accept Check K4821 for silver.orders", accepted("k4821")),
    ("add check k4821 to orders", accepted("k4821")),
    ("accept checks k4821, b0937 for silver.orders", accepted("k4821", "b0937")),
    ("accept checks k4821, b0937 and c1111 for orders", accepted("k4821", "b0937", "c1111")),
    ("for orders accept checks k4821 & b0937", accepted("k4821", "b0937")),
    ("accept check 2 for orders", accepted("2")),
    ("accept checks 1, 3 for orders", accepted("1", "3")),
    ("accept all suggestions for orders", accepted()),
    ("add all suggested checks to silver.orders", accepted()),
    ("accept all suggestions for bronze.orders", accepted(on="bronze.orders")),
    ("could you accept check k4821 for revenue?", accepted("k4821", on="gold.revenue")),
)

NOT_AT_ONCE = (
    "accept check k4821",
    "accept check k4821 for custmers",
    "accept check k4821 for orders and customers",
    "accept check k4821 for orders and b0937",
    "accept check k4821 for orders tomorrow",
    "accept check k4821 for orders if it holds",
    "accept checks for orders",
    "accept all checks for orders",
    "accept all suggestions",
    "accept all suggestions for orders and customers",
    "accept all suggestions but k4821 for orders",
    "accept all suggestions that are sure for orders",
    "don't accept all suggestions for orders",
    "accept check a1f3 for orders",
    "should I accept check k4821 for orders?",
    "don't accept check k4821 for orders",
    "suggest checks",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_sentence_about_suggestions_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize("text", NOT_AT_ONCE)
def test_nothing_is_added_where_anything_is_open(text: str) -> None:
    assert isinstance(read(text), Guess)


@pytest.mark.parametrize("typed", ["banana", "k48", "k48211", "K-4821", "a1f3", "12345", "k4821x"])
def test_who_accepts_what_is_no_id_hears_what_an_id_looks_like(typed: str) -> None:
    reading = read(f"accept check {typed} for orders")

    assert isinstance(reading, Guess)
    assert f"{typed} is no id of a check" in reading.reason
    assert "k4821" in reading.reason
    assert reading.commands == (SuggestChecks("silver.orders"),)


@given(st.text(), st.sampled_from(EXAMPLE_VOCABULARY.datasets))
def test_every_id_of_a_check_can_be_said(text: str, name: str) -> None:
    said = check_id(dataset(name), text)

    assert ID.fullmatch(said)
    assert read(sentence(AcceptChecks(name, (said,)))) == Understood(AcceptChecks(name, (said,)))
    assert read(f"please accept {said} for orders") == Understood(accepted(said))
