"""How a card gets smaller, and what it says of it; how text becomes harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.escaping import clean, for_slack, one_line, shortened, width, without_functions
from connectors.fitting import Fitted, Room, fitted
from engine.cards import (
    Button,
    Card,
    CardKind,
    CardTable,
    Chart,
    ChartKind,
    Diagram,
    DiagramNode,
    Fact,
    Series,
    Severity,
)
from tests.connectors.rendering.hostile import is_harmless, texts

ROOM = Room(
    text=100, facts=3, fact=20, rows=50, columns=3, cell=200, points=5, buttons=2, command=40
)


def a_card(**parts: object) -> Card:
    return Card(CardKind.REPLY, Severity.INFO, "Runs", **parts)  # type: ignore[arg-type]  # as each test gives them


def letters(form: Fitted) -> int:
    table = form.card.table
    return 0 if table is None else sum(len(cell) for row in table.rows for cell in row)


def test_what_fits_stays_as_it_is() -> None:
    card = a_card(text="Three.", facts=(Fact("a", "b"),), buttons=(Button("Why?", "why?"),))

    assert fitted(card, ROOM, lambda _: True) == Fitted(card)


def test_a_table_keeps_its_top_rows_and_tells_how_to_get_the_others() -> None:
    card = a_card(table=CardTable(("id",), tuple((f"{number:03}",) for number in range(40))))

    form = fitted(card, ROOM, lambda each: letters(each) <= 60, "ask again")

    assert form.card.table == CardTable(("id",), tuple((f"{n:03}",) for n in range(16)))
    assert form.left_out == ("… 24 more rows: ask again.",)


def test_a_table_that_is_far_too_large_becomes_a_sentence() -> None:
    card = a_card(table=CardTable(("id",), (("x",),) * 40))

    form = fitted(card, ROOM, lambda each: each.card.table is None, "ask again")

    assert form.left_out == ("A table of 40 rows is too large for here: ask again.",)


def test_buttons_are_the_last_to_go() -> None:
    card = a_card(
        table=CardTable(("id",), (("x",),) * 40),
        picture=Diagram("Feeds", (DiagramNode("1", "a", "gold", 0),)),
        text="x" * 2_000,
        buttons=(Button("Why?", "why?"),),
    )
    seen: list[Fitted] = []

    def never(form: Fitted) -> bool:
        seen.append(form)
        return False

    form = fitted(card, ROOM, never)

    assert form.card.buttons == ()
    assert [len(each.card.buttons) for each in seen] == [1] * (len(seen) - 1) + [0]
    assert (seen[-2].card.table, seen[-2].card.picture) == (None, None)
    assert "«Why?» has no button here: say «why?»." in form.left_out


def test_each_part_that_is_not_whole_is_told() -> None:
    chart = Chart(ChartKind.LINE, "S", tuple("1234567"), (Series("s", tuple(range(7))),))
    card = a_card(
        text="x" * 101,
        facts=(Fact("long", "x" * 21), *[Fact("a", "b")] * 4),
        table=CardTable(tuple("abcd"), (("x" * 201, "", "", ""),)),
        chart=chart,
        buttons=(
            Button("One", "one"),
            Button("Long", "x" * 200),
            Button("Two", "two"),
            Button("Three", "three"),
            Button("Four", ""),
            Button("Five", "\ud800"),
        ),
    )

    form = fitted(card, ROOM, lambda _: True, "ask again")

    assert form.left_out == (
        "The text is shortened.",
        "Long facts are shortened.",
        "… 2 more facts.",
        "… 1 more column: ask again.",
        "Long cells are shortened.",
        "The chart shows the newest 5 of 7 points.",
        "«Long» has no button here: what it says is too long.",
        "«Three» has no button here: say «three».",
        "«Four» has no button here: what it says is too long.",
        "… 1 more button left out.",
    )
    newest = (Series("s", (2, 3, 4, 5, 6)),)
    assert form.card.chart == Chart(ChartKind.LINE, "S", tuple("34567"), newest)


@given(texts)
def test_clean_text_steers_nothing_and_can_be_sent(text: str) -> None:
    assert is_harmless(clean(text))
    clean(text).encode()
    assert clean(clean(text)) == clean(text)
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    "text", ["مرحبا بالعالم", "שלום", "👩‍👩‍👧‍👦 🏳️‍🌈", "*a* _b_ <c> & d", "नमस्ते", "می‌خواهم"]
)
def test_what_people_write_stays(text: str) -> None:
    assert clean(text) == text


@given(texts, st.integers(1, 50))
def test_shortened_text_is_never_too_wide_and_says_that_it_was_cut(text: str, most: int) -> None:
    short = shortened(text, most)

    assert width(short) <= most
    assert short == text or short.endswith("…")


@given(texts, st.integers(1, 50))
def test_nothing_in_text_for_slack_is_a_command_to_it(text: str, most: int) -> None:
    escaped = for_slack(text, most)

    assert width(escaped) <= most
    assert not set("<>") & set(escaped)
    plain = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert plain == text or plain.endswith("…")


def test_adaptive_cards_find_no_function_in_text() -> None:
    assert without_functions("{{{DATE(x)}}}").replace("\u200b", "") == "{{{DATE(x)}}}"
    assert "{{" not in without_functions("{{{DATE(x)}}}")
