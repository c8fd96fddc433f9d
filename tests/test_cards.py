"""The neutral card and its JSON form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Fact,
    Severity,
    counted,
    facts,
    from_json,
    readable,
    to_json,
)

words = st.text(max_size=20)
tables = st.builds(
    CardTable,
    st.tuples(words, words),
    st.lists(st.tuples(words, words), max_size=3).map(tuple),
)
cards = st.builds(
    Card,
    kind=st.sampled_from(CardKind),
    severity=st.sampled_from(Severity),
    title=words,
    text=words,
    facts=st.lists(st.builds(Fact, words, words), max_size=3).map(tuple),
    table=st.none() | tables,
    buttons=st.lists(
        st.builds(Button, words, words, st.sampled_from(ButtonStyle), st.none() | words),
        max_size=3,
    ).map(tuple),
    thread=st.none() | words,
    fallback_text=words,
)


@given(cards)
def test_a_card_survives_its_json(card: Card) -> None:
    assert from_json(to_json(card)) == card


@given(cards)
def test_the_json_of_a_card_has_every_key_that_programs_rely_on(card: Card) -> None:
    assert list(json.loads(to_json(card))) == [
        "kind",
        "severity",
        "title",
        "text",
        "facts",
        "table",
        "buttons",
        "thread",
        "fallback_text",
    ]


def test_without_a_fallback_title_and_text_stand_in() -> None:
    card = Card(CardKind.REPLY, Severity.INFO, "Three runs", "All of them failed.")

    assert card.fallback_text == "Three runs\nAll of them failed."
    assert Card(CardKind.REPLY, Severity.INFO, "Three runs").fallback_text == "Three runs"


def test_a_fallback_that_was_given_stays() -> None:
    card = Card(CardKind.REPLY, Severity.INFO, "Three runs", fallback_text="3 runs")

    assert card.fallback_text == "3 runs"


def test_facts_leave_out_what_is_unknown() -> None:
    shown = facts(rows_in=5210, quarantined=None, seconds=1.26, first=True)

    assert shown == (Fact("Rows in", "5,210"), Fact("Seconds", "1.3"), Fact("First", "yes"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1_234_567, "1,234,567"), (0.0, "0.0"), (False, "no"), ("as is", "as is")],
)
def test_a_value_reads_as_people_write_it(value: object, shown: str) -> None:
    assert readable(value) == shown


def test_one_is_counted_in_the_singular() -> None:
    assert counted(1, "row") == "1 row"
    assert counted(0, "row") == "0 rows"
    assert counted(2310, "row") == "2,310 rows"
    assert counted(2, "delivery", "deliveries") == "2 deliveries"
