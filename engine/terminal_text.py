"""Cards as plain text, for a terminal."""

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap

from engine.cards import Card, CardTable, Chart, Diagram, DiagramNode, Severity, readable

_MARKS = {
    Severity.INFO: "·",
    Severity.SUCCESS: "✓",
    Severity.WARNING: "!",
    Severity.CRITICAL: "✗",
}

WIDEST_CELL = 60
MOST_LINES = 3
"""Lines that a cell of a table may take; what is longer is cut."""

_LEVELS = "▁▂▃▄▅▆▇█"
_GAP = "·"
_WHOLE_FROM, _WHOLE_TO = 1e3, 1e15
"""Between these, what comes after the point tells nobody anything."""


def as_text(card: Card) -> str:
    """A card in lines: title, text, facts, table, chart, picture, and what could be said next."""
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield f"{_MARKS[card.severity]} {_plain(card.title)}"
    yield from (f"  {_plain(line)}" for line in card.text.splitlines())
    if card.facts:
        width = max(len(fact.name) for fact in card.facts)
        yield from (f"  {_plain(f'{each.name:<{width}}  {each.value}')}" for each in card.facts)
    if card.table is not None:
        yield from (f"  {line}" for line in _table(card.table))
    if card.chart is not None:
        yield from (f"  {line}" for line in _chart(card.chart))
    if card.picture is not None:
        yield from (f"  {line}" for line in _tree(card.picture))
    if card.buttons:
        yield "  Say: " + " · ".join(f"«{_plain(button.command)}»" for button in card.buttons)


def _table(table: CardTable) -> Iterator[str]:
    rows = [[_folded(cell) for cell in row] for row in (table.columns, *table.rows)]
    widths = [
        max(len(line) for row in rows for line in row[at]) for at in range(len(table.columns))
    ]
    for number, row in enumerate(rows):
        for line in zip_longest(*row, fillvalue=""):
            padded = (f"{part:<{width}}" for part, width in zip(line, widths, strict=True))
            yield "  ".join(padded).rstrip()
        if number == 0:
            yield "  ".join("─" * width for width in widths)


def _folded(text: str) -> list[str]:
    """The lines of a cell: words that have no room in one go on below."""
    plain = _plain(text)
    if len(plain) <= WIDEST_CELL:
        return [plain]
    # what is far too long is cut before it is read through
    some = plain[: (MOST_LINES + 1) * WIDEST_CELL]
    lines = wrap(some, WIDEST_CELL) or [""]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [f"{lines[MOST_LINES - 1][: WIDEST_CELL - 1]}…"]
    return lines


def _chart(chart: Chart) -> Iterator[str]:
    """A row of levels for each series, all on one scale, with its ends and its newest value."""
    yield _cell(f"{chart.title}, {chart.labels[0]} to {chart.labels[-1]}")
    width = max(len(_cell(each.name)) for each in chart.series)
    known = [value for each in chart.series for value in each.values if value is not None]
    for each in chart.series:
        line = "".join(_level(value, known) for value in each.values)
        yield f"{_cell(each.name):<{width}}  {line}  {_extent(each.values)}".rstrip()


def _level(value: float | None, known: list[float]) -> str:
    """The block that is as high in its line as the value among all that are known."""
    if value is None:
        return _GAP
    low, high = min(known), max(known)
    # halves, since the difference of two large numbers may be more than a number can be
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if high / 2 > low / 2 else 1.0
    return _LEVELS[round(share * (len(_LEVELS) - 1))]


def _extent(values: tuple[float | None, ...]) -> str:
    given = [value for value in values if value is not None]
    if not given:
        return "nothing known"
    return f"{_number(given[-1])} ({_number(min(given))} to {_number(max(given))})"


def _number(value: float) -> str:
    is_plain = float(value).is_integer() or abs(value) >= _WHOLE_FROM
    return readable(round(value)) if is_plain and abs(value) < _WHOLE_TO else f"{value:.4g}"


def _tree(picture: Diagram) -> Iterator[str]:
    """Each node below what feeds it; what was shown with all below it is not unfolded again."""
    yield _cell(picture.title)
    targets: dict[str, list[str]] = {node.id: [] for node in picture.nodes}
    for edge in picture.edges:
        targets[edge.source].append(edge.target)
    fed = {edge.target for edge in picture.edges}
    nodes, shown = {node.id: node for node in picture.nodes}, set[str]()
    # what stands in a cycle that nothing feeds comes last
    for node in sorted(picture.nodes, key=lambda each: (each.id in fed, each.level)):
        if node.id not in shown:
            yield from _branch(node, "", "", (nodes, targets, shown))
    if picture.left_out:
        yield f"and {readable(picture.left_out)} more"


_Drawing = tuple[dict[str, DiagramNode], dict[str, list[str]], set[str]]


def _branch(node: DiagramNode, lead: str, indent: str, drawing: _Drawing) -> Iterator[str]:
    """A node and all below it; `lead` stands before it, `indent` before what is below."""
    nodes, targets, shown = drawing
    mark = f" ({node.mark})" if node.mark else ""
    below = targets[node.id]
    seen = " …" if below and node.id in shown else ""
    yield f"{lead}{_cell(node.label + mark)}{seen}"
    if node.id in shown:
        return
    shown.add(node.id)
    for number, each in enumerate(below, start=1):
        knot, rail = ("└─ ", "   ") if number == len(below) else ("├─ ", "│  ")
        yield from _branch(nodes[each], indent + knot, indent + rail, drawing)


def _plain(text: str) -> str:
    """One line without control characters: names and data must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _cell(text: str) -> str:
    plain = _plain(text)
    return plain if len(plain) <= WIDEST_CELL else plain[: WIDEST_CELL - 1] + "…"
