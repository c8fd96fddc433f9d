"""The neutral card and its JSON form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import (
    MOST_NODES,
    MOST_POINTS,
    MOST_SERIES,
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Chart,
    ChartKind,
    Diagram,
    DiagramEdge,
    DiagramNode,
    Fact,
    Mention,
    Series,
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
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
charts = st.integers(1, 6).flatmap(
    lambda points: st.builds(
        Chart,
        st.sampled_from(ChartKind),
        words,
        st.tuples(*[words] * points),
        st.lists(
            st.builds(Series, words, st.tuples(*[numbers] * points)),
            min_size=1,
            max_size=MOST_SERIES,
        ).map(tuple),
    )
)


@st.composite
def pictures(draw: st.DrawFn) -> Diagram:
    """Any diagram: cycles, lonely nodes and odd labels are among them."""
    ids = draw(st.lists(words, min_size=1, max_size=6, unique=True))
    nodes = (DiagramNode(each, draw(words), draw(words), draw(st.integers(0, 5))) for each in ids)
    ends = st.sampled_from(ids)
    edges = draw(st.lists(st.builds(DiagramEdge, ends, ends), max_size=8))
    return Diagram(draw(words), tuple(nodes), tuple(edges), draw(st.integers(0, 9)))


cards = st.builds(
    Card,
    kind=st.sampled_from(CardKind),
    severity=st.sampled_from(Severity),
    title=words,
    text=words,
    facts=st.lists(st.builds(Fact, words, words), max_size=3).map(tuple),
    table=st.none() | tables,
    chart=st.none() | charts,
    picture=st.none() | pictures(),
    buttons=st.lists(
        st.builds(Button, words, words, st.sampled_from(ButtonStyle), st.none() | words),
        max_size=3,
    ).map(tuple),
    thread=st.none() | words,
    fallback_text=words,
    mentions=st.lists(st.builds(Mention, words, words, words), max_size=2).map(tuple),
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
        "chart",
        "picture",
        "buttons",
        "thread",
        "fallback_text",
        "mentions",
    ]


def a_chart(*values: float | None, labels: int | None = None, series: int = 1) -> Chart:
    """A line of these values, `series` times."""
    names = tuple(str(number) for number in range(len(values) if labels is None else labels))
    return Chart(ChartKind.LINE, "Score", names, (Series("score", values),) * series)


def test_a_chart_is_read_back_with_its_gaps_and_its_key_is_always_there() -> None:
    chart = a_chart(90, None, 72.5)
    card = Card(CardKind.REPLY, Severity.INFO, "Score", chart=chart)

    assert json.loads(to_json(card))["chart"] == {
        "kind": "line",
        "title": "Score",
        "labels": ["0", "1", "2"],
        "series": [{"name": "score", "values": [90, None, 72.5]}],
    }
    assert json.loads(to_json(Card(CardKind.REPLY, Severity.INFO, "Score")))["chart"] is None


def test_a_card_from_before_there_were_charts_is_still_read() -> None:
    old = '{"kind": "reply", "severity": "info", "title": "Three runs"}'

    assert from_json(old) == Card(CardKind.REPLY, Severity.INFO, "Three runs")


def test_a_chart_takes_what_can_be_read_and_no_more() -> None:
    full = a_chart(*[1.0] * MOST_POINTS, series=MOST_SERIES)

    assert (len(full.labels), len(full.series)) == (60, 4)
    for values, labels, series, complaint in (
        ((1.0,) * (MOST_POINTS + 1), None, 1, "1 to 60 points, not 61"),
        ((), None, 1, "1 to 60 points, not 0"),
        ((1.0,), None, MOST_SERIES + 1, "1 to 4 series, not 5"),
        ((1.0,), None, 0, "1 to 4 series, not 0"),
        ((1.0, 2.0), 3, 1, "2 values does not fit 3 labels"),
        ((float("nan"),), None, 1, "no finite number"),
        ((float("inf"),), None, 1, "no finite number"),
    ):
        with pytest.raises(ValueError, match=complaint):
            a_chart(*values, labels=labels, series=series)


def a_node(number: int) -> DiagramNode:
    return DiagramNode(str(number), f"gold.t{number}", "gold", 0)


def test_a_diagram_is_small_and_its_edges_lead_somewhere() -> None:
    full = Diagram("x", tuple(map(a_node, range(MOST_NODES))))

    assert len(full.nodes) == 40
    for nodes, edges, complaint in (
        (tuple(map(a_node, range(MOST_NODES + 1))), (), "1 to 40 nodes, each once, not 41"),
        ((), (), "not 0"),
        ((a_node(1), a_node(1)), (), "each once"),
        ((a_node(1),), (DiagramEdge("1", "2"),), "from a node to a node"),
    ):
        with pytest.raises(ValueError, match=complaint):
            Diagram("x", nodes, edges)


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
