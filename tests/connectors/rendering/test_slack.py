"""What Slack gets of a card: within all limits, whole commands, nothing that formats or pings."""

import json
import re

from hypothesis import given, settings
from slack_sdk.models.blocks import Block

from connectors.slack.blocks import MOST_BYTES, SlackMessage, message, size
from engine.cards import (
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
    Series,
    Severity,
)
from tests.connectors.rendering.hostile import (
    SOME,
    Hostile,
    hostile_cards,
    is_harmless,
    left_out_buttons,
    objects,
    of_type,
    words,
)

PINGING = {"user", "usergroup", "broadcast", "channel", "link", "emoji", "team", "date"}


def a_card(**parts: object) -> Card:
    return Card(CardKind.ALERT, Severity.CRITICAL, "Held back", **parts)  # type: ignore[arg-type]  # as each test gives them


def notes(sent: SlackMessage) -> str:
    return " ".join(str(each["text"]) for block in of_type(sent.blocks, "context")
                    for each in of_type(block, "plain_text"))  # fmt: skip


def require_limits(sent: SlackMessage) -> None:
    """All that Slack refuses a message for, as far as it is written down or was found out."""
    assert len(sent.blocks) <= 50
    assert size(sent.blocks) <= MOST_BYTES < 13_200
    assert 0 < len(sent.text.encode("utf-16-le")) // 2 <= 4_000
    (header,) = of_type(sent.blocks, "header")
    assert 0 < len(str(header["text"]["text"]).encode("utf-16-le")) // 2 <= 150  # type: ignore[index]  # a text object
    assert all(str(each["text"]).strip() for each in of_type(sent.blocks, "plain_text"))
    for each in of_type(sent.blocks, "text"):
        assert each["text"]
    require_buttons(sent)
    require_table(sent)
    require_chart(sent)
    for each in of_type(sent.blocks, "context"):
        assert isinstance(each["elements"], list)
        assert len(each["elements"]) <= 10
    for block in sent.blocks:
        if block["type"] != "data_visualization":
            parsed = Block.parse(json.loads(json.dumps(block)))
            assert parsed is not None
            parsed.validate_json()


def require_buttons(sent: SlackMessage) -> None:
    shown = of_type(sent.blocks, "button")
    assert len(shown) <= 25
    assert len({str(each["action_id"]) for each in shown}) == len(shown)
    for each in shown:
        assert 0 < len(str(each["text"]["text"])) <= 75  # type: ignore[index]  # a text object
        assert 0 < len(str(each["value"])) <= 2_000
        assert each.get("style") in {None, "primary", "danger"}
        asked = each.get("confirm")
        if isinstance(asked, dict):
            longest = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
            assert {key: len(asked[key]["text"]) <= most for key, most in longest.items()} == (
                dict.fromkeys(longest, True)
            )


def require_table(sent: SlackMessage) -> None:
    for table in of_type(sent.blocks, "table"):
        rows = table["rows"]
        assert isinstance(rows, list)
        assert 1 <= len(rows) <= 100
        assert {len(row) for row in rows} == {len(rows[0])}
        assert 1 <= len(rows[0]) <= 20
        assert sum(len(cell["text"]) for row in rows for cell in row) <= 10_000
        assert all(cell["type"] == "raw_text" and cell["text"] for row in rows for cell in row)


def require_chart(sent: SlackMessage) -> None:
    for block in of_type(sent.blocks, "data_visualization"):
        chart = block["chart"]
        assert isinstance(chart, dict)
        assert 0 < len(str(block["title"])) <= 50
        names = [each["name"] for each in chart["series"]]
        labels = chart["axis_config"]["categories"]
        assert 1 <= len(names) == len(set(names)) <= 6
        assert 1 <= len(labels) == len(set(labels)) <= 20
        assert all(0 < len(each) <= 20 for each in (*names, *labels))
        for each in chart["series"]:
            assert [point["label"] for point in each["data"]] == labels
            assert all(isinstance(point["value"], int | float) for point in each["data"])


@settings(max_examples=SOME)
@given(hostile_cards)
def test_whatever_a_card_holds_slack_takes_it_and_nobody_is_pinged(hostile: Hostile) -> None:
    for native in (True, False):
        sent = message(hostile.card, native=native)

        require_limits(sent)
        assert json.loads(json.dumps(sent.arguments()))["blocks"] == list(sent.blocks)
        assert not {str(each.get("type")) for each in objects(sent.blocks)} & {"mrkdwn", *PINGING}
        assert "<" not in sent.text
        assert ">" not in sent.text
        assert all(is_harmless(each) for each in (sent.text, *words(sent.blocks)))


@settings(max_examples=SOME)
@given(hostile_cards)
def test_each_command_survives_whole_or_its_button_is_left_out_with_words(hostile: Hostile) -> None:
    card = hostile.card
    sent = message(card)

    values = [str(each["value"]) for each in of_type(sent.blocks, "button")]
    wanted = iter(each.command for each in card.buttons)
    assert all(value in wanted for value in values)  # in the order of the card
    assert left_out_buttons(notes(sent)) == len(card.buttons) - len(values)


def test_a_card_in_blocks() -> None:
    card = a_card(
        text="2 checks did *not* hold.\nNothing was published.",
        facts=(Fact("Rows", "5,210"), Fact("Owner", "Sales")),
        buttons=(
            Button("Why?", "why did it fail?"),
            Button("Erase", "erase it", ButtonStyle.DANGER, "It is gone for good."),
        ),
    )

    sent = message(card)

    plain = {"type": "plain_text", "emoji": False}
    assert sent.blocks[0] == {"type": "header", "text": {**plain, "text": "🔴 Held back"}}
    assert [each["text"] for each in of_type(sent.blocks, "text")] == [
        "2 checks did *not* hold.\nNothing was published.",
        "Rows:",
        " 5,210\n",
        "Owner:",
        " Sales",
    ]
    assert of_type(sent.blocks, "button") == [
        {
            "type": "button",
            "action_id": "say:0",
            "text": {**plain, "text": "Why?"},
            "value": "why did it fail?",
        },
        {
            "type": "button",
            "action_id": "say:1",
            "text": {**plain, "text": "Erase"},
            "value": "erase it",
            "style": "danger",
            "confirm": {
                "title": {**plain, "text": "Erase"},
                "text": {**plain, "text": "It is gone for good."},
                "confirm": {**plain, "text": "Erase"},
                "deny": {**plain, "text": "Not now"},
                "style": "danger",
            },
        },
    ]
    assert notes(sent) == "Critical"
    assert sent.text == (
        "Critical: Held back\n2 checks did *not* hold.\nNothing was published.\n"
        "Rows: 5,210\nOwner: Sales\nSay: «why did it fail?» · «erase it»"
    )


def test_what_slack_would_read_as_a_mention_is_told_as_text() -> None:
    sent = message(a_card(text="<!channel> & <@U012ABCDEF>"))

    assert "&lt;!channel&gt; &amp; &lt;@U012ABCDEF&gt;" in sent.text
    assert of_type(sent.blocks, "text")[0]["text"] == "<!channel> & <@U012ABCDEF>"
    assert sent.arguments()["parse"] == "none"


def test_only_ids_that_are_given_are_pinged() -> None:
    sent = message(a_card(), mentions=("U012ABCDEF", "S999", "!channel", "lea", "U012ABCDEF"))

    assert of_type(sent.blocks, "user") == [{"type": "user", "user_id": "U012ABCDEF"}]
    assert of_type(sent.blocks, "usergroup") == [{"type": "usergroup", "usergroup_id": "S999"}]
    assert sent.text.startswith("<@U012ABCDEF> <!subteam^S999> Critical: Held back")


def test_a_table_is_native_with_numbers_to_the_right() -> None:
    table = CardTable(("Name", "Rows"), (("customers", "5,210"), ("", "–")))

    (block,) = of_type(message(a_card(table=table)).blocks, "table")

    assert block["rows"] == [
        [{"type": "raw_text", "text": "Name"}, {"type": "raw_text", "text": "Rows"}],
        [{"type": "raw_text", "text": "customers"}, {"type": "raw_text", "text": "5,210"}],
        [{"type": "raw_text", "text": " "}, {"type": "raw_text", "text": "–"}],
    ]
    assert block["column_settings"] == [{"is_wrapped": True}, {"align": "right"}]


def test_a_long_table_says_how_many_rows_are_missing_and_where_they_are() -> None:
    table = CardTable(("Name",), (("customers",),) * 111)

    sent = message(a_card(table=table), elsewhere="https://atlas.example shows them")

    assert "… 12 more rows: https://atlas.example shows them." in notes(sent)


def test_where_there_are_no_native_tables_and_charts_they_are_text() -> None:
    table = CardTable(("Name", "Rows"), (("customers", "5,210"),))
    chart = Chart(ChartKind.LINE, "Score", ("Mon", "Tue"), (Series("score", (90, 72.5)),))

    sent = message(a_card(table=table, chart=chart), native=False)

    assert {str(each["type"]) for each in sent.blocks} == {"header", "rich_text", "context"}
    drawn = [of_type(each, "text")[0]["text"] for each in of_type(sent.blocks, "rich_text")]
    assert drawn == [
        "Score, Mon to Tue\nscore  █▁  72.5 (72.5 to 90)",
        "Name       Rows\n─────────  ─────\ncustomers  5,210",
    ]


def test_a_chart_shows_labels_with_all_values_and_always_its_numbers() -> None:
    values = (Series("This week", (90, None, 70)), Series("This week", (80, 81, 82)))
    card = a_card(chart=Chart(ChartKind.BAR, "Score", ("Mon", "Tue", "Wed"), values))

    sent = message(card)

    assert of_type(sent.blocks, "data_visualization") == [
        {
            "type": "data_visualization",
            "title": "Score",
            "chart": {
                "type": "bar",
                "series": [
                    {
                        "name": "This week",
                        "data": [{"label": "Mon", "value": 90}, {"label": "Wed", "value": 70}],
                    },
                    {
                        "name": "This week 2",
                        "data": [{"label": "Mon", "value": 80}, {"label": "Wed", "value": 82}],
                    },
                ],
                "axis_config": {"categories": ["Mon", "Wed"]},
            },
        }
    ]
    assert "82 (80 to 82)" in sent.text
    assert any("82 (80 to 82)" in each for each in words(sent.blocks))


def test_a_chart_without_one_whole_label_is_numbers_only() -> None:
    values = (Series("a", (None, 1)), Series("b", (1, None)))
    sent = message(a_card(chart=Chart(ChartKind.LINE, "Score", ("Mon", "Tue"), values)))

    assert of_type(sent.blocks, "data_visualization") == []
    assert any("Score, Mon to Tue" in each for each in words(sent.blocks))


def test_a_diagram_is_a_tree_in_text() -> None:
    nodes = (DiagramNode("1", "silver.a", "silver", 0), DiagramNode("2", "gold.b", "gold", 1))
    picture = Diagram("Feeds", nodes, (DiagramEdge("1", "2"),))

    (tree,) = of_type(message(a_card(picture=picture)).blocks, "rich_text_preformatted")

    assert of_type(tree, "text")[0]["text"] == "Feeds\nsilver.a\n└─ gold.b"


def test_a_run_that_goes_on_says_so_in_words_and_by_a_sign() -> None:
    sent = message(Card(CardKind.PROGRESS, Severity.INFO, "medallion: running"))

    assert of_type(sent.blocks, "header")[0]["text"]["text"] == "⏳ medallion: running"  # type: ignore[index]  # a text object
    assert notes(sent) == "In progress"


def test_an_answer_without_anything_special_is_no_more_than_its_words() -> None:
    sent = message(Card(CardKind.REPLY, Severity.INFO, "You may do everything"))

    assert re.sub(r"\s", "", json.dumps(sent.blocks)) == (
        '[{"type":"header","text":{"type":"plain_text","text":"Youmaydoeverything","emoji":false}}]'
    )
