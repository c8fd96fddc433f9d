"""A card as words alone: for notifications, screen readers and clients that draw no cards."""

from collections.abc import Iterator

from connectors.escaping import clean, one_line, shortened
from engine.cards import Card, CardKind, CardTable, Chart, Diagram, Severity, counted
from engine.terminal_text import as_text

_WORDS = {
    Severity.INFO: "Information",
    Severity.SUCCESS: "Success",
    Severity.WARNING: "Warning",
    Severity.CRITICAL: "Critical",
}
_MARKS = {
    Severity.INFO: "ℹ️",
    Severity.SUCCESS: "✅",
    Severity.WARNING: "⚠️",
    Severity.CRITICAL: "🔴",
}
_UNDER_WAY = "⏳"

MOST_ROWS = 40
LONGEST_PART = 2_000


def is_under_way(card: Card) -> bool:
    """Whether the card tells of something that goes on."""
    return card.kind is CardKind.PROGRESS and card.severity is Severity.INFO


def severity_word(card: Card) -> str:
    """How much the card wants to be read, for those who see no colour."""
    return "In progress" if is_under_way(card) else _WORDS[card.severity]


def marked_title(card: Card, most: int) -> str:
    """The title with a sign for its severity; what was only said needs no sign."""
    title = one_line(card.title) or severity_word(card)
    if card.kind is CardKind.REPLY and card.severity is Severity.INFO:
        return shortened(title, most)
    mark = _UNDER_WAY if is_under_way(card) else _MARKS[card.severity]
    return shortened(f"{mark} {title}", most)


def spoken(card: Card, most: int) -> str:
    """Everything that the card shows, in plain lines; what comes last is cut first."""
    return shortened("\n".join(_lines(card)), most)


def _lines(card: Card) -> Iterator[str]:
    opening = clean(card.fallback_text).strip() or one_line(card.title) or severity_word(card)
    yield opening if card.severity is Severity.INFO else f"{severity_word(card)}: {opening}"
    said = (one_line(card.title), *map(one_line, clean(card.text).splitlines()))
    yield from (line for line in said if line and line not in opening)
    yield from (f"{_some(each.name)}: {_some(each.value)}" for each in card.facts)
    if card.chart is not None:
        yield from drawn(card.chart)
    if card.table is not None:
        yield from _told(card.table)
    if card.picture is not None:
        yield from drawn(card.picture)
    if card.buttons:
        yield "Say: " + " · ".join(f"«{one_line(each.command)}»" for each in card.buttons)


def _told(table: CardTable) -> Iterator[str]:
    for row in table.rows[:MOST_ROWS]:
        pairs = zip(table.columns, row, strict=False)
        yield ", ".join(f"{_some(name)}: {_some(cell)}" for name, cell in pairs if cell)
    if len(table.rows) > MOST_ROWS:
        yield f"… {counted(len(table.rows) - MOST_ROWS, 'more row')}"


def _some(text: str) -> str:
    return shortened(one_line(text[: 4 * LONGEST_PART]), LONGEST_PART)


def drawn(part: Chart | Diagram | CardTable) -> tuple[str, ...]:
    """A chart with its numbers, a diagram or a table as lines of a fixed width."""
    bare = Card(CardKind.REPLY, Severity.INFO, "-")
    match part:
        case Chart():
            bare = Card(bare.kind, bare.severity, bare.title, chart=part)
        case Diagram():
            bare = Card(bare.kind, bare.severity, bare.title, picture=part)
        case CardTable():
            bare = Card(bare.kind, bare.severity, bare.title, table=part)
    return tuple(clean(line.removeprefix("  ")) for line in as_text(bare).splitlines()[1:])
