"""Makes a card fit into a platform's message, step by step, and says what it left out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from connectors.escaping import one_line, shortened, width
from engine.cards import Button, Card, CardTable, Chart, ChartKind, Fact, Series, counted

ELSEWHERE = "the same question on Atlas's own page shows all of it"
"""Where the rest is, unless a connector knows better."""

LONGEST_SAID = 150
MOST_SAID = 3


@dataclass(frozen=True, slots=True)
class Room:
    """How much of each part of a card is shown; widths are counted in UTF-16."""

    text: int
    facts: int
    fact: int
    rows: int
    columns: int
    cell: int
    points: int
    buttons: int
    command: int
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class Fitted:
    """A card that fits, and a sentence for each part that is not shown whole."""

    card: Card
    left_out: tuple[str, ...] = ()


def fitted(
    card: Card, room: Room, fits: Callable[[Fitted], bool], elsewhere: str = ELSEWHERE
) -> Fitted:
    """The largest form of the card that fits; the smallest one where none does."""
    form = Fitted(card)
    for each in _smaller(card, room):
        form = _held(card, each, elsewhere)
        if fits(form):
            break
    return form


def _smaller(card: Card, room: Room) -> Iterator[Room]:
    """Rooms that get smaller: cells, rows, pictures, words, and buttons at the very last."""
    yield room
    room = replace(room, cell=min(room.cell, 120))
    yield room
    rows = min(room.rows, len(card.table.rows)) if card.table is not None else 0
    while rows := rows * 3 // 4:
        yield replace(room, rows=rows)
    for each in (
        replace(room, rows=0),
        replace(room, rows=0, pictures=False),
        replace(room, rows=0, pictures=False, text=1_000, facts=10, fact=100),
    ):
        yield each
        room = each
    for buttons, command in ((10, 500), (5, 200), (0, 0)):
        yield replace(room, buttons=buttons, command=command, text=500, facts=5)


def _held(card: Card, room: Room, elsewhere: str) -> Fitted:
    table, of_table = _table(card.table, room, elsewhere)
    chart, of_chart = _chart(card.chart, room)
    buttons, of_buttons = _buttons(card.buttons, room)
    shown = replace(
        card,
        text=shortened(card.text, room.text),
        facts=tuple(_fact(each, room) for each in card.facts[: room.facts]),
        table=table,
        chart=chart,
        picture=card.picture if room.pictures else None,
        buttons=buttons,
    )
    return Fitted(shown, (*_of_words(card, room), *of_table, *of_chart, *of_buttons))


def _of_words(card: Card, room: Room) -> Iterator[str]:
    if width(card.text) > room.text:
        yield "The text is shortened."
    if any(width(part) > room.fact for each in card.facts for part in (each.name, each.value)):
        yield "Long facts are shortened."
    if len(card.facts) > room.facts:
        yield f"… {counted(len(card.facts) - room.facts, 'more fact')}."
    if card.picture is not None and not room.pictures:
        yield "The diagram is left out."


def _fact(fact: Fact, room: Room) -> Fact:
    return Fact(shortened(fact.name, room.fact), shortened(fact.value, room.fact))


def _table(
    table: CardTable | None, room: Room, elsewhere: str
) -> tuple[CardTable | None, tuple[str, ...]]:
    if table is None or not table.columns:
        return None, ()
    count = len(table.rows)
    if count and not room.rows:
        return None, (f"A table of {counted(count, 'row')} is too large for here: {elsewhere}.",)
    kept = CardTable(
        _cells(table.columns, room), tuple(_cells(row, room) for row in table.rows[: room.rows])
    )
    return kept, tuple(_of_table(table, room, elsewhere))


def _cells(cells: tuple[str, ...], room: Room) -> tuple[str, ...]:
    # what is far too long is cut before it is read through
    some = (one_line(cell[: 4 * room.cell]) for cell in cells[: room.columns])
    return tuple(shortened(cell, room.cell) for cell in some)


def _of_table(table: CardTable, room: Room, elsewhere: str) -> Iterator[str]:
    rows, columns = len(table.rows) - room.rows, len(table.columns) - room.columns
    if rows > 0:
        yield f"… {counted(rows, 'more row')}: {elsewhere}."
    if columns > 0:
        yield f"… {counted(columns, 'more column')}: {elsewhere}."
    shown = (table.columns, *table.rows[: room.rows])
    if any(width(cell) > room.cell for row in shown for cell in row[: room.columns]):
        yield "Long cells are shortened."


def _chart(chart: Chart | None, room: Room) -> tuple[Chart | None, tuple[str, ...]]:
    if chart is None:
        return None, ()
    if not room.pictures:
        return None, ("The chart is left out.",)
    count = len(chart.labels)
    if count <= room.points:
        return chart, ()
    is_line = chart.kind is ChartKind.LINE
    kept = slice(count - room.points, None) if is_line else slice(room.points)
    series = tuple(Series(each.name, each.values[kept]) for each in chart.series)
    which = "newest" if is_line else "first"
    return (
        Chart(chart.kind, chart.title, chart.labels[kept], series),
        (f"The chart shows the {which} {room.points} of {count} points.",),
    )


def _buttons(buttons: tuple[Button, ...], room: Room) -> tuple[tuple[Button, ...], tuple[str, ...]]:
    kept, lost = list[Button](), list[Button]()
    for each in buttons:
        has_room = len(kept) < room.buttons and _can_be_sent(each.command, room)
        (kept if has_room else lost).append(each)
    sentences = [_instead(each) for each in lost[:MOST_SAID]]
    if len(lost) > MOST_SAID:
        sentences.append(f"… {counted(len(lost) - MOST_SAID, 'more button')} left out.")
    return tuple(kept), tuple(sentences)


def _can_be_sent(command: str, room: Room) -> bool:
    # a lone surrogate is no character, and can't be brought to any platform
    is_text = not any("\ud800" <= character <= "\udfff" for character in command)
    return bool(command.strip()) and is_text and width(command) <= room.command


def _instead(button: Button) -> str:
    label, command = shortened(one_line(button.label), 75) or "A button", one_line(button.command)
    if not command or width(command) > LONGEST_SAID:
        return f"«{label}» has no button here: what it says is too long."
    return f"«{label}» has no button here: say «{command}»."
