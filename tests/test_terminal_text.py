"""Cards in a terminal."""

from hypothesis import given

from engine.cards import (
    Button,
    Card,
    CardKind,
    CardTable,
    Chart,
    ChartKind,
    Diagram,
    DiagramEdge,
    DiagramNode,
    Fact,
    Series,
    Severity,
)
from engine.terminal_text import MOST_LINES, WIDEST_CELL, as_text
from tests.test_cards import cards


def a_card(**parts: object) -> Card:
    """A reply titled «Runs»."""
    return Card(CardKind.REPLY, Severity.INFO, "Runs", **parts)  # type: ignore[arg-type]  # by field name


def test_a_card_is_shown_line_by_line() -> None:
    card = a_card(
        text="Two lines\nof text",
        facts=(Fact("Run", "7K3F9QTZ"), Fact("Rows in", "5")),
        table=CardTable(("Check", "Verdict"), (("row_count > 0", "passed"), ("x", "failed"))),
        buttons=(Button("Why?", "why did 7K3F9QTZ fail"), Button("Runs", "list runs")),
    )

    assert as_text(card).splitlines() == [
        "· Runs",
        "  Two lines",
        "  of text",
        "  Run      7K3F9QTZ",
        "  Rows in  5",
        "  Check          Verdict",
        "  ─────────────  ───────",
        "  row_count > 0  passed",
        "  x              failed",
        "  Say: «why did 7K3F9QTZ fail» · «list runs»",
    ]


def test_a_card_of_nothing_but_a_title_is_one_line() -> None:
    assert as_text(a_card()) == "· Runs"


def test_a_chart_is_a_row_of_blocks_on_one_scale() -> None:
    chart = Chart(
        ChartKind.LINE,
        "Score",
        ("Mon", "Tue", "Wed", "Thu"),
        (
            Series("Now", (100, 82.5, None, 90)),
            Series("Before", (60, None, None, None)),
            Series("Never", (None, None, None, None)),
        ),
    )

    assert as_text(a_card(chart=chart)).splitlines()[1:] == [
        "  Score, Mon to Thu",
        "  Now     █▅·▆  90 (82.5 to 100)",
        "  Before  ▁···  60 (60 to 60)",
        "  Never   ····  nothing known",
    ]


def test_a_chart_of_one_value_again_and_again_is_a_full_line() -> None:
    chart = Chart(ChartKind.BAR, "Rows", ("a", "b"), (Series("rows", (5, 5)),))

    assert as_text(a_card(chart=chart)).splitlines()[-1] == "  rows  ██  5 (5 to 5)"


def a_picture(*edges: str, left_out: int = 0) -> Diagram:
    """Nodes by single letters; `a` is what was asked for."""
    ids = sorted({letter for edge in edges for letter in edge})
    nodes = (
        DiagramNode(each, each.upper(), "gold", 0, "this" if each == "a" else "") for each in ids
    )
    return Diagram(
        "What feeds a", tuple(nodes), tuple(DiagramEdge(*each) for each in edges), left_out
    )


def test_a_picture_is_a_tree_in_which_nothing_is_unfolded_twice() -> None:
    picture = a_picture("ca", "da", "ae", "af", left_out=3)

    assert as_text(a_card(picture=picture)).splitlines()[1:] == [
        "  What feeds a",
        "  C",
        "  └─ A (this)",
        "     ├─ E",
        "     └─ F",
        "  D",
        "  └─ A (this) …",
        "  and 3 more",
    ]


def test_a_picture_of_nothing_but_a_cycle_comes_to_an_end() -> None:
    assert as_text(a_card(picture=a_picture("ab", "ba"))).splitlines()[2:] == [
        "  A (this)",
        "  └─ B",
        "     └─ A (this) …",
    ]


def test_a_cell_that_is_too_wide_goes_on_below() -> None:
    why = "its name says an e-mail address; 197 of 200 sampled values are e-mail addresses"
    table = CardTable(("Column", "Why", "Rule"), (("email", why, "hash"), ("phone", "", "mask")))

    *_, first, second, last = as_text(a_card(table=table)).splitlines()

    assert first.split("  ")[1:] == [
        "email",
        " its name says an e-mail address; 197 of 200 sampled values",
        "hash",
    ]
    assert second.strip() == "are e-mail addresses"
    assert second.index("are") == first.index("its")
    assert last.split() == ["phone", "mask"]


def test_a_cell_that_is_far_too_long_is_cut() -> None:
    table = CardTable(("Column",), (("x" * 500,),))

    *_, rule, first, _, last = as_text(a_card(table=table)).splitlines()

    assert len(first.strip()) == len(last.strip()) == len(rule.strip()) == WIDEST_CELL
    assert last.endswith("…")
    assert as_text(a_card(table=table)).count("x") == MOST_LINES * WIDEST_CELL - 1


@given(cards)
def test_no_part_of_a_card_steers_the_terminal(card: Card) -> None:
    text = as_text(card)

    assert all(character.isprintable() or character == "\n" for character in text)


def test_colours_and_cursor_moves_in_data_are_not_obeyed() -> None:
    evil = "\x1b[2Jgone\r\a\u202e"

    shown = as_text(
        a_card(
            text=evil,
            facts=(Fact(evil, evil),),
            table=CardTable((evil,), ((evil,),)),
            buttons=(Button("x", evil),),
        )
    )

    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "\u202e" not in shown
