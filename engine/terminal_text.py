"""Cards as plain text, for a terminal."""

from collections.abc import Iterator

from engine.cards import Card, CardTable, Severity

_MARKS = {
    Severity.INFO: "·",
    Severity.SUCCESS: "✓",
    Severity.WARNING: "!",
    Severity.CRITICAL: "✗",
}

WIDEST_CELL = 60


def as_text(card: Card) -> str:
    """A card in lines: title, text, facts, table, and what could be said next."""
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield f"{_MARKS[card.severity]} {_plain(card.title)}"
    yield from (f"  {_plain(line)}" for line in card.text.splitlines())
    if card.facts:
        width = max(len(fact.name) for fact in card.facts)
        yield from (f"  {_plain(f'{each.name:<{width}}  {each.value}')}" for each in card.facts)
    if card.table is not None:
        yield from (f"  {line}" for line in _table(card.table))
    if card.buttons:
        yield "  Say: " + " · ".join(f"«{_plain(button.command)}»" for button in card.buttons)


def _table(table: CardTable) -> Iterator[str]:
    rows = [table.columns, *table.rows]
    cells = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(len(row[index]) for row in cells) for index in range(len(table.columns))]
    for number, row in enumerate(cells):
        yield "  ".join(
            f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        if number == 0:
            yield "  ".join("─" * width for width in widths)


def _plain(text: str) -> str:
    """One line without control characters: names and data must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _cell(text: str) -> str:
    plain = _plain(text)
    return plain if len(plain) <= WIDEST_CELL else plain[: WIDEST_CELL - 1] + "…"
