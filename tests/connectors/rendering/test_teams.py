"""What Teams gets of a card: valid, small enough, whole commands, nothing that formats or pings."""

import json
from base64 import b64decode
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import (  # type: ignore[import-untyped]  # it has no types of its own
    Draft6Validator,
)

from connectors.painting import png
from connectors.teams.adaptive import MOST_BYTES, Mention, activity, adaptive, size
from connectors.teams.speaking import card_message
from engine import cards
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

ROOT = Path(__file__).parent.parent.parent.parent
SCHEMA = ROOT.parent / "shared" / "contracts" / "adaptive-cards" / "adaptive-card-1.5.json"
LEA = "0f8fad5b-d9cb-469f-a165-70867728950e"

UNWRITTEN = {"msteams", "firstRowAsHeaders"}
"""What Teams reads and the schema does not know."""

Json = dict[str, object]


def a_card(**parts: object) -> Card:
    return Card(CardKind.ALERT, Severity.CRITICAL, "Held back", **parts)  # type: ignore[arg-type]  # as each test gives them


@cache
def validator() -> Draft6Validator:
    return Draft6Validator(json.loads(SCHEMA.read_text()))


def standard(value: object) -> object:
    """A card as the schema knows it: without such keys, charts as their fallback."""
    match value:
        case {"type": str(kind), "fallback": fallback} if kind.startswith("Chart."):
            return standard(fallback)
        case dict():
            return {key: standard(each) for key, each in value.items() if key not in UNWRITTEN}
        case list():
            return [standard(each) for each in value]
        case _:
            return value


def mistakes(card: Json) -> list[str]:
    return [each.message for each in validator().iter_errors(standard(card))]


def parts(card: Json, key: str) -> list[dict[str, Any]]:
    """The body or the actions of a card, for tests that know what is there."""
    found = card[key]
    assert isinstance(found, list)
    return found


def shown_text(value: object) -> list[str]:
    return [str(each["text"]) for each in of_type(value, "TextRun")]


def require_limits(card: Json, budget: int = MOST_BYTES) -> None:
    assert size(card) <= budget < 80 * 1024
    assert json.loads(json.dumps(card)) == card
    assert card["version"] == "1.5"
    assert all(each["text"] for each in of_type(card, "TextRun"))
    actions = card.get("actions", [])
    assert isinstance(actions, list)
    assert sum(each.get("mode") != "secondary" for each in actions) <= 6
    assert len(actions) <= 20
    for each in of_type(card, "Action.Execute"):
        fallback = each["fallback"]
        assert isinstance(fallback, dict)
        assert fallback["data"] == each["data"]
        assert fallback["type"] == "Action.Submit"
        assert 0 < len(str(each["title"])) <= 75
    for each in of_type(card, "Table"):
        rows, columns = each["rows"], each["columns"]
        assert isinstance(rows, list)
        assert isinstance(columns, list)
        assert {len(row["cells"]) for row in rows} == {len(columns)}


@settings(max_examples=SOME)
@given(hostile_cards, st.sampled_from((MOST_BYTES, 28_000)))
def test_whatever_a_card_holds_teams_takes_it_and_nobody_is_pinged(
    hostile: Hostile, budget: int
) -> None:
    card = adaptive(hostile.card, budget=budget)

    require_limits(card, budget)
    # only rich text shows what a card holds: it is the one element that parses nothing
    assert not {str(each.get("type")) for each in objects(card)} & {"TextBlock", "FactSet"}
    assert card["msteams"] == {"width": "Full"}
    assert all(is_harmless(each) for each in words(card))
    assert not any("{{" in each for each in shown_text(card))


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema of Adaptive Cards is not here")
@settings(max_examples=SOME)
@given(hostile_cards)
def test_whatever_a_card_holds_the_schema_of_adaptive_cards_holds(hostile: Hostile) -> None:
    assert mistakes(adaptive(hostile.card, budget=28_000)) == []


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema of Adaptive Cards is not here")
def test_the_schema_does_complain() -> None:
    card = adaptive(a_card(text="x", buttons=(Button("Why?", "why?"),)))

    assert mistakes(card) == []
    assert mistakes({**card, "body": [{"type": "TextBlok"}]}) != []
    assert mistakes({**card, "actions": [{"type": "Action.Execute", "titel": "x"}]}) != []


@settings(max_examples=SOME)
@given(hostile_cards)
def test_each_command_survives_whole_or_its_button_is_left_out_with_words(
    hostile: Hostile,
) -> None:
    card = adaptive(hostile.card)

    values = [str(each["data"]["command"]) for each in of_type(card, "Action.Execute")]  # type: ignore[index]  # the data of a click
    wanted = iter(each.command for each in hostile.card.buttons)
    assert all(value in wanted for value in values)  # in the order of the card
    told = " ".join(str(run["text"]) for run in of_type(card["body"], "TextRun")
                    if run.get("isSubtle"))  # fmt: skip
    assert left_out_buttons(told) == len(hostile.card.buttons) - len(values)


def test_a_card_of_elements_that_parse_nothing() -> None:
    card = adaptive(
        a_card(
            text="2 checks did *not* hold.\nNothing was published.",
            facts=(Fact("Rows", "5,210"),),
            table=CardTable(("Name", "Rows"), (("customers", "5,210"),)),
        )
    )

    heading, first, second, facts, table = parts(card, "body")
    assert (heading["style"], heading["bleed"]) == ("attention", True)
    assert shown_text(heading) == ["🔴 Held back", "Critical"]
    assert shown_text([first, second]) == ["2 checks did *not* hold.", "Nothing was published."]
    assert shown_text(facts) == ["Rows", "5,210"]
    assert shown_text(table) == ["Name", "Rows", "customers", "5,210"]
    assert [each.get("horizontalAlignment") for each in of_type(table, "RichTextBlock")] == [
        "Left",
        "Right",
    ] * 2
    assert "Critical: Held back" in str(card["fallbackText"])
    assert "Name: customers, Rows: 5,210" in str(card["fallbackText"])


def test_a_click_brings_back_its_sentence_also_from_old_clients() -> None:
    (action,) = parts(
        adaptive(a_card(buttons=(Button("Why?", "why?", ButtonStyle.PRIMARY),))), "actions"
    )

    data = {"command": "why?", "verb": "say"}
    assert action == {
        "type": "Action.Execute",
        "title": "Why?",
        "verb": "say",
        "data": data,
        "style": "positive",
        "fallback": {
            "type": "Action.Submit",
            "title": "Why?",
            "data": data,
            "style": "positive",
        },
    }


def test_a_button_that_asks_back_does_nothing_before_the_answer() -> None:
    button = Button("Erase", "erase it", ButtonStyle.DANGER, "It is gone for good.")

    (action,) = parts(adaptive(a_card(buttons=(button,))), "actions")

    assert (action["type"], action["style"]) == ("Action.ShowCard", "destructive")
    assert "data" not in action
    assert shown_text(action["card"]["body"]) == ["It is gone for good."]
    (confirmed,) = action["card"]["actions"]
    assert (confirmed["title"], confirmed["data"]["command"]) == ("Yes: Erase", "erase it")


def test_a_run_that_goes_on_says_so_in_words_and_by_a_sign() -> None:
    card = adaptive(Card(CardKind.PROGRESS, Severity.INFO, "medallion: running"))

    (heading,) = parts(card, "body")
    assert heading["style"] == "emphasis"
    assert shown_text(heading) == ["⏳ medallion: running", "In progress"]


def test_the_seventh_button_waits_in_the_overflow() -> None:
    card = adaptive(a_card(buttons=tuple(Button(str(n), f"say {n}") for n in range(8))))

    modes = [each.get("mode") for each in of_type(card, "Action.Execute")]
    assert modes == [None] * 6 + ["secondary"] * 2


def test_only_owners_that_are_given_are_pinged_and_their_text_matches() -> None:
    owners = (
        Mention(LEA, "Lea </at><at>Everyone"),
        Mention("29:1abcdef", "Lea atatEveryone"),
        Mention("lea@example.com", "Lea"),
        Mention(LEA, "Lea"),
    )

    card = adaptive(a_card(), mentions=owners)

    assert [each["text"] for each in of_type(card["body"], "TextBlock")] == [
        "<at>Lea atatEveryone</at> <at>Lea atatEveryone 2</at>"
    ]
    assert of_type(card["msteams"], "mention") == [
        {
            "type": "mention",
            "text": "<at>Lea atatEveryone</at>",
            "mentioned": {"id": LEA, "name": "Lea atatEveryone"},
        },
        {
            "type": "mention",
            "text": "<at>Lea atatEveryone 2</at>",
            "mentioned": {"id": "29:1abcdef", "name": "Lea atatEveryone 2"},
        },
    ]


@pytest.mark.parametrize(
    ("kind", "series", "element"),
    [
        (ChartKind.LINE, 1, "Chart.Line"),
        (ChartKind.LINE, 2, "Chart.Line"),
        (ChartKind.BAR, 1, "Chart.VerticalBar"),
        (ChartKind.BAR, 2, "Chart.VerticalBar.Grouped"),
    ],
)
def test_a_chart_has_gaps_and_a_table_in_its_stead(
    kind: ChartKind, series: int, element: str
) -> None:
    chart = Chart(kind, "Score", ("Mon", "Tue"), (Series("score", (1250.5, None)),) * series)

    card = adaptive(a_card(chart=chart))

    (drawn,) = of_type(card, element)
    points = [{"x": "Mon", "y": 1250.5}]
    assert drawn["data"] == (
        points
        if element == "Chart.VerticalBar"
        else [{"legend": "score", "values": points}] * series
    )
    assert shown_text(drawn["fallback"]) == [
        " ", *["score"] * series, "Mon", *["1,250.5"] * series, "Tue", *["–"] * series,
    ]  # fmt: skip
    assert any("1,250" in each for each in shown_text(parts(card, "body")[2:]))
    assert "1,250" in str(card["fallbackText"])


def test_a_diagram_is_a_tree_whose_spaces_stay() -> None:
    nodes = tuple(DiagramNode(each, f"t{each}", "gold", int(each)) for each in "123")
    edges = (DiagramEdge("1", "2"), DiagramEdge("2", "3"))

    card = adaptive(a_card(picture=Diagram("Feeds", nodes, edges)))

    lines = [each["text"] for each in of_type(card, "TextRun") if "fontType" in each]
    assert lines == ["Feeds", "t1", "└─\u00a0t2", "\u00a0\u00a0\u00a0└─\u00a0t3"]


FEEDS = Diagram("Feeds", (DiagramNode("1", "gold.revenue", "gold", 0, "this"),))


def test_a_diagram_stands_as_a_picture_above_its_tree() -> None:
    picture = png(FEEDS)

    card = adaptive(a_card(picture=FEEDS), pictures=(picture,))

    (image,) = of_type(card, "Image")
    body = parts(card, "body")
    assert image["altText"] == "Feeds: 1 box, 0 arrows. The same stands below in words."
    assert b64decode(str(image["url"]).removeprefix("data:image/png;base64,")) == picture
    assert shown_text(body[body.index(image) + 1]) == ["Feeds"]
    if SCHEMA.exists():
        assert mistakes(card) == []
    require_limits(card)


def test_the_largest_picture_that_fits_is_shown_and_none_costs_a_word() -> None:
    card = a_card(picture=FEEDS)
    large, small = b"\x00" * 20_000, b"\x01" * 10_000

    def sent(*pictures: bytes, budget: int = MOST_BYTES) -> list[Json]:
        return of_type(adaptive(card, pictures=pictures, budget=budget), "Image")

    (both,) = sent(large, small)
    (fitting,) = sent(large, small, budget=40_000)
    assert len(str(both["url"])) > 2 * len(str(fitting["url"])) - 100
    assert sent(large, large) != []
    assert sent(large, small, budget=24_000) == []
    bare = adaptive(card, pictures=(large,), budget=24_000)
    assert bare == adaptive(card, budget=24_000)
    require_limits(adaptive(card, pictures=(large,), budget=24_000), 24_000)


def test_the_activity_carries_the_card_and_tells_a_notification_of_it() -> None:
    sent = activity(a_card())

    assert sent["type"] == "message"
    assert sent["summary"] == "🔴 Held back"
    assert sent["attachments"] == [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": adaptive(a_card()),
        }
    ]
    assert "text" not in sent


def test_whom_a_card_calls_is_pinged_by_the_id_alone() -> None:
    people = (
        cards.Mention("Lea </at><b>", teams="29:lea-example"),
        cards.Mention("<at>everyone</at>"),
        cards.Mention("x", teams="not an id"),
    )
    sent = json.loads(json.dumps(card_message(replace(a_card(), mentions=people))(MOST_BYTES)))

    (attached,) = sent["attachments"]
    (entity,) = attached["content"]["msteams"]["entities"]
    assert entity["mentioned"] == {"id": "29:lea-example", "name": entity["text"][4:-5]}
    assert json.dumps(attached, ensure_ascii=False).count("<at>") == 2
    assert "everyone" not in json.dumps(attached)
