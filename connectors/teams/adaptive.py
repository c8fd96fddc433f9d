"""Draws a card as an Adaptive Card 1.5 for Microsoft Teams, of elements that parse no Markdown."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.escaping import clean, one_line, shortened
from connectors.fitting import ELSEWHERE, Fitted, Room, fitted
from connectors.painting import alt_text
from connectors.spoken import drawn, is_under_way, marked_title, severity_word, spoken
from connectors.teams.charts import chart_element
from connectors.teams.elements import (
    Element,
    as_table,
    image,
    lines_of,
    monospaced,
    pairs,
    paragraph,
    run,
)
from engine.cards import Button, ButtonStyle, Card, Diagram, Severity

VERB = "say"
"""What a click is called; its data carry the sentence as `command`."""

MOST_BYTES = 72_000
"""Of the card in UTF-16: a message may have 80 KB, and its envelope wants some of it."""

LONGEST_TITLE = 250
LONGEST_FALLBACK = 3_000
LONGEST_LABEL = 75
LONGEST_CONFIRM = 500
MOST_PRIMARY = 6
MOST_MENTIONS = 10

ROOM = Room(
    text=6_000,
    facts=40,
    fact=2_000,
    rows=60,
    columns=12,
    cell=500,
    points=60,
    buttons=20,
    command=2_000,
)

_PERSON = re.compile(
    r"29:[\w.:=-]{5,200}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII
)
_STYLES = {
    Severity.INFO: "emphasis",
    Severity.SUCCESS: "good",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "attention",
}
_BUTTONS = {ButtonStyle.PRIMARY: "positive", ButtonStyle.DANGER: "destructive"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody to ping: a Teams or Entra id, and the name that is shown."""

    id: str
    name: str


def adaptive(
    card: Card,
    *,
    mentions: Sequence[Mention] = (),
    pictures: Sequence[bytes] = (),
    budget: int = MOST_BYTES,
    elsewhere: str = ELSEWHERE,
) -> Element:
    """The card for Teams, at most `budget` bytes in UTF-16; only `mentions` are pinged.

    The first of the `pictures` of its diagram that fits beside all the rest stands above its tree.
    """
    pinged, fallback = _named(mentions), spoken(card, LONGEST_FALLBACK)

    def drawing(form: Fitted, picture: bytes | None = None) -> Element:
        return _drawing(form, pinged, fallback, picture)

    if pictures:
        whole = fitted(card, ROOM, lambda _: True, elsewhere)
        for each in pictures:
            if size(shown := drawing(whole, each)) <= budget:
                return shown
    return drawing(fitted(card, ROOM, lambda each: size(drawing(each)) <= budget, elsewhere))


def activity(
    card: Card,
    *,
    mentions: Sequence[Mention] = (),
    pictures: Sequence[bytes] = (),
    budget: int = MOST_BYTES,
    elsewhere: str = ELSEWHERE,
) -> Element:
    """The message activity that carries the card; its summary is what a notification shows."""
    content = adaptive(
        card, mentions=mentions, pictures=pictures, budget=budget, elsewhere=elsewhere
    )
    return {
        "type": "message",
        "summary": marked_title(card, LONGEST_TITLE),
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
        ],
    }


def size(element: Element) -> int:
    """How many bytes an element is, as Teams counts them."""
    return len(json.dumps(element, ensure_ascii=False).encode("utf-16-le"))


def _drawing(
    form: Fitted, mentions: Sequence[Mention], fallback: str, picture: bytes | None
) -> Element:
    msteams: Element = {"width": "Full"}
    if mentions:
        msteams["entities"] = [_entity(each) for each in mentions]
    card: Element = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": fallback,
        "msteams": msteams,
        "body": [*_body(form, mentions, picture)],
    }
    if form.card.buttons:
        card["actions"] = [_action(*each) for each in enumerate(form.card.buttons)]
    return card


def _body(form: Fitted, mentions: Sequence[Mention], picture: bytes | None) -> Iterator[Element]:
    card = form.card
    yield _heading(card)
    if mentions:
        text = " ".join(map(_at, mentions))
        yield {"type": "TextBlock", "text": text, "wrap": True}
    yield from lines_of(clean(card.text).strip())
    if card.facts:
        yield pairs((each.name, each.value) for each in card.facts)
    if card.chart is not None:
        yield chart_element(card.chart)
        yield from monospaced(drawn(card.chart))
    if card.table is not None:
        yield as_table(card.table)
    if card.picture is not None:
        yield from _diagram(card.picture, picture)
    for each in form.left_out:
        yield paragraph(run(each, is_subtle=True, size="Small"), spacing="Small")


def _diagram(diagram: Diagram, picture: bytes | None) -> Iterator[Element]:
    if picture is not None:
        yield image(picture, alt_text(diagram))
    # the names stand below the picture, for those who see none and for those who copy
    yield from monospaced(drawn(diagram))


def _heading(card: Card) -> Element:
    """The title on the colour of its severity, with the word for those who see no colour."""
    items = [paragraph(run(marked_title(card, LONGEST_TITLE), weight="Bolder", size="Medium"))]
    if card.severity is not Severity.INFO or is_under_way(card):
        word = run(severity_word(card), is_subtle=True, size="Small")
        items.append(paragraph(word, spacing="None"))
    return {"type": "Container", "style": _STYLES[card.severity], "bleed": True, "items": items}


def _action(number: int, button: Button) -> Element:
    label = shortened(one_line(button.label) or one_line(button.command) or "–", LONGEST_LABEL)
    action = _say(label, button) if button.confirm is None else _asking(label, button)
    return action if number < MOST_PRIMARY else action | {"mode": "secondary"}


def _say(label: str, button: Button) -> Element:
    data = {"command": button.command, "verb": VERB}
    style = _BUTTONS.get(button.style, "default")
    return {
        "type": "Action.Execute",
        "title": label,
        "verb": VERB,
        "data": data,
        "style": style,
        "fallback": {"type": "Action.Submit", "title": label, "data": data, "style": style},
    }


def _asking(label: str, button: Button) -> Element:
    """A button that unfolds the question; what it does happens by the button within."""
    question = shortened(clean(button.confirm or "").strip() or "Are you sure?", LONGEST_CONFIRM)
    return {
        "type": "Action.ShowCard",
        "title": label,
        "style": _BUTTONS.get(button.style, "default"),
        "card": {
            "type": "AdaptiveCard",
            "body": [*lines_of(question)],
            "actions": [_say(shortened(f"Yes: {label}", LONGEST_LABEL), button)],
        },
    }


def _named(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Those who can be mentioned, each once, with names that tell them apart and mean nothing."""
    known: dict[str, Mention] = {}
    for each in mentions:
        if not _PERSON.fullmatch(each.id) or each.id in known:
            continue
        plain = re.sub(r"[^\w .'-]|_", "", one_line(each.name)).strip() or "Owner"
        name, taken = shortened(plain, 60), {other.name for other in known.values()}
        known[each.id] = Mention(each.id, name if name not in taken else f"{name} {len(known) + 1}")
    return tuple(known.values())[:MOST_MENTIONS]


def _at(mention: Mention) -> str:
    return f"<at>{mention.name}</at>"


def _entity(mention: Mention) -> Element:
    mentioned = {"id": mention.id, "name": mention.name}
    return {"type": "mention", "text": _at(mention), "mentioned": mentioned}
