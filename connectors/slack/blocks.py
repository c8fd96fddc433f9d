"""Draws a card as Slack's Block Kit, within its limits, so that nothing in it formats or pings."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.escaping import clean, for_slack, one_line, shortened, without_mentions
from connectors.fitting import ELSEWHERE, Fitted, Room, fitted
from connectors.painting import alt_text
from connectors.slack.charts import chart_block
from connectors.spoken import drawn, is_under_way, marked_title, severity_word, spoken
from engine.cards import Button, ButtonStyle, Card, CardTable, Diagram, Fact, Severity

Block = dict[str, object]

MOST_BYTES = 13_000
"""Of all blocks as JSON: Slack refuses somewhat more with `msg_blocks_too_long`, unwritten."""

LONGEST_FALLBACK = 3_900
LONGEST_HEADER = 150
LONGEST_LABEL = 75
LONGEST_NOTE = 2_900
MOST_MENTIONS = 10

ROOM = Room(
    text=3_000,
    facts=30,
    fact=2_000,
    rows=99,
    columns=20,
    cell=1_000,
    points=20,
    buttons=25,
    command=2_000,
)
"""Slack's own limits, one row of the table being its head."""

_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")
_NUMBER = re.compile(r"[-+−]?[\d.,]*\d[\d.,]*\s?%?|[–-]?")


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """The blocks that people see, and the words that notifications and screen readers tell."""

    text: str
    blocks: tuple[Block, ...]

    def arguments(self) -> dict[str, object]:
        """What chat.postMessage and chat.update take, with nothing in the text made a link."""
        return {
            "text": self.text,
            "blocks": list(self.blocks),
            "parse": "none",
            "link_names": False,
        }


def message(
    card: Card,
    *,
    mentions: Sequence[str] = (),
    native: bool = True,
    file: str | None = None,
    elsewhere: str = ELSEWHERE,
) -> SlackMessage:
    """The card for Slack; only people and groups whose ids are in `mentions` are pinged.

    Without `native` tables and charts are text, as App Home wants it and older clients can show it.
    The `file` is the card's diagram, which stands above its tree.
    """
    pinged = [*filter(_can_be_mentioned, dict.fromkeys(mentions))][:MOST_MENTIONS]

    def blocks(form: Fitted) -> tuple[Block, ...]:
        return tuple(_blocks(form, pinged, native=native, file=file))

    form = fitted(card, ROOM, lambda each: size(blocks(each)) <= MOST_BYTES, elsewhere)
    pings = "".join(f"{_typed(each)} " for each in pinged)
    return SlackMessage(f"{pings}{for_slack(spoken(card, 3_000), LONGEST_FALLBACK)}", blocks(form))


def size(blocks: Sequence[Block]) -> int:
    """How many bytes blocks are on their way to Slack."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")).encode())


def _blocks(
    form: Fitted, mentions: Sequence[str], *, native: bool, file: str | None
) -> Iterator[Block]:
    card = form.card
    yield {"type": "header", "text": _plain(marked_title(card, LONGEST_HEADER), LONGEST_HEADER)}
    if mentions:
        yield _rich(_section(*_spaced(mentions)))
    if text := clean(card.text).strip():
        yield _rich(_section(_text(text)))
    if card.facts:
        yield _rich(_section(*_facts(card.facts)))
    yield from _data(card, native=native)
    if card.picture is not None:
        yield from _picture(card.picture, file)
    if card.buttons:
        yield {"type": "actions", "elements": [_button(*each) for each in enumerate(card.buttons)]}
    if notes := [*_notes(form)]:
        yield {"type": "context", "elements": notes}


def _data(card: Card, *, native: bool) -> Iterator[Block]:
    if card.chart is not None:
        block = chart_block(card.chart) if native else None
        if block is not None:
            yield block
        # the numbers stand beside the picture, for those who see none
        yield _lines(drawn(card.chart))
    if card.table is not None:
        yield _table(card.table) if native else _lines(drawn(card.table))


def _picture(picture: Diagram, file: str | None) -> Iterator[Block]:
    if file is not None:
        yield {
            "type": "image",
            "slack_file": {"id": file},
            "alt_text": without_mentions(alt_text(picture)),
        }
    # the names stand below the picture, for those who see none and for those who copy
    yield _lines(drawn(picture))


def _plain(text: str, most: int) -> Block:
    """A text object that Slack does not parse."""
    return {"type": "plain_text", "text": shortened(without_mentions(text), most), "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _lines(lines: Sequence[str]) -> Block:
    text = [_text("\n".join(lines) or "–")]
    return _rich({"type": "rich_text_preformatted", "elements": text})


def _text(text: str, *, bold: bool = False) -> Block:
    element: Block = {"type": "text", "text": text}
    return element | {"style": {"bold": True}} if bold else element


def _facts(facts: Sequence[Fact]) -> Iterator[Block]:
    for number, each in enumerate(facts):
        yield _text(f"{one_line(each.name) or '–'}:", bold=True)
        end = "\n" if number < len(facts) - 1 else ""
        yield _text(f" {one_line(each.value) or '–'}{end}")


def _table(table: CardTable) -> Block:
    count = len(table.columns)
    rows = [(*row, *[""] * count)[:count] for row in (table.columns, *table.rows)]
    columns = zip(*rows[1:], strict=True) if table.rows else [()] * count
    return {
        "type": "table",
        "rows": [[_cell(cell) for cell in row] for row in rows],
        "column_settings": [_column(each) for each in columns],
    }


def _cell(text: str) -> Block:
    # Slack refuses a cell without a character
    return {"type": "raw_text", "text": without_mentions(one_line(text)) or " "}


def _column(cells: tuple[str, ...]) -> Block:
    if any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells):
        return {"align": "right"}
    return {"is_wrapped": True}


def _button(number: int, button: Button) -> Block:
    label = one_line(button.label) or one_line(button.command) or "–"
    element: Block = {
        "type": "button",
        "action_id": f"say:{number}",
        "text": _plain(label, LONGEST_LABEL),
        "value": button.command,
    }
    if button.style is not ButtonStyle.DEFAULT:
        element["style"] = button.style.value
    if button.confirm is not None:
        element["confirm"] = _confirmation(button, label)
    return element


def _confirmation(button: Button, label: str) -> Block:
    question: Block = {
        "title": _plain(label, 100),
        "text": _plain(clean(button.confirm or "").strip() or "Are you sure?", 300),
        "confirm": _plain(label, 30),
        "deny": _plain("Not now", 30),
    }
    return question | {"style": "danger"} if button.style is ButtonStyle.DANGER else question


def _notes(form: Fitted) -> Iterator[Block]:
    card = form.card
    if card.severity is not Severity.INFO or is_under_way(card):
        yield _plain(severity_word(card), LONGEST_NOTE)
    if form.left_out:
        yield _plain(" ".join(map(one_line, form.left_out)), LONGEST_NOTE)


def _can_be_mentioned(person: str) -> bool:
    return bool(_PERSON.fullmatch(person) or _GROUP.fullmatch(person))


def _spaced(mentions: Sequence[str]) -> Iterator[Block]:
    for each in mentions:
        is_person = _PERSON.fullmatch(each) is not None
        yield (
            {"type": "user", "user_id": each}
            if is_person
            else {
                "type": "usergroup",
                "usergroup_id": each,
            }
        )
        yield _text(" ")


def _typed(person: str) -> str:
    return f"<@{person}>" if _PERSON.fullmatch(person) else f"<!subteam^{person}>"
