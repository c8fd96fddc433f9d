"""Elements of an Adaptive Card that show text as it is: runs of rich text, which parse nothing."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence

from connectors.escaping import one_line, without_functions
from engine.cards import CardTable

Element = dict[str, object]

MOST_LINES = 80
_NUMBER = re.compile(r"[-+−]?[\d.,]*\d[\d.,]*\s?%?|[–-]?")
_WIDEST, _NARROWEST = 40, 6


def run(text: str, *, weight: str = "", size: str = "", is_subtle: bool = False) -> Element:
    """A piece of text; Markdown and functions in it stay what was written."""
    element: Element = {"type": "TextRun", "text": without_functions(text) or " "}
    if weight:
        element["weight"] = weight
    if size:
        element["size"] = size
    if is_subtle:
        element["isSubtle"] = True
    return element


def paragraph(*runs: Element, spacing: str = "", align: str = "") -> Element:
    """A line of text that wraps."""
    element: Element = {"type": "RichTextBlock", "inlines": list(runs)}
    if spacing:
        element["spacing"] = spacing
    if align:
        element["horizontalAlignment"] = align
    return element


def lines_of(text: str) -> Iterator[Element]:
    """Each line of a text below the other; those past the most run on in the last one."""
    lines = text.split("\n", MOST_LINES - 1) if text else []
    for number, line in enumerate(lines):
        yield paragraph(run(one_line(line)), spacing="Default" if number == 0 else "Small")


def monospaced(lines: Sequence[str]) -> Iterator[Element]:
    """Lines of a fixed width, whose leading spaces stay."""
    for number, line in enumerate(lines):
        kept = run(line.replace(" ", "\u00a0"), size="Small") | {"fontType": "Monospace"}
        yield paragraph(kept, spacing="Small" if number == 0 else "None")


def image(png: bytes, alt: str) -> Element:
    """A picture that comes with the card, and opens larger where a client can."""
    return {
        "type": "Image",
        "url": f"data:image/png;base64,{b64encode(png).decode()}",
        "altText": without_functions(alt),
        "size": "Auto",
        "msteams": {"allowExpand": True},
    }


def pairs(facts: Iterable[tuple[str, str]]) -> Element:
    """Names and their values beside each other, in a table without lines."""
    rows = [
        [
            paragraph(run(one_line(name) or "–", weight="Bolder")),
            paragraph(run(one_line(value) or "–")),
        ]
        for name, value in facts
    ]
    return _grid([1, 2], rows, has_lines=False, has_head=False)


def as_table(table: CardTable) -> Element:
    """A table with its head, numbers to the right, each column about as wide as its text."""
    count = len(table.columns)
    rows = [(*row, *[""] * count)[:count] for row in table.rows]
    columns = [[row[place] for row in rows] for place in range(count)]
    sides = ["Right" if _are_numbers(each) else "Left" for each in columns]
    head = [
        paragraph(run(one_line(name), weight="Bolder"), align=side)
        for name, side in zip(table.columns, sides, strict=True)
    ]
    body = [
        [paragraph(run(one_line(cell)), align=side) for cell, side in zip(row, sides, strict=True)]
        for row in rows
    ]
    widths = [_width(name, each) for name, each in zip(table.columns, columns, strict=True)]
    return _grid(widths, [head, *body], has_lines=True, has_head=True)


def _are_numbers(cells: Sequence[str]) -> bool:
    return any(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def _width(name: str, cells: Sequence[str]) -> int:
    return min(max(_NARROWEST, len(name), *map(len, cells), 0), _WIDEST)


def _grid(
    widths: Sequence[int],
    rows: Sequence[Sequence[Element]],
    *,
    has_lines: bool,
    has_head: bool,
) -> Element:
    return {
        "type": "Table",
        "columns": [{"width": each} for each in widths],
        "rows": [_row(each) for each in rows],
        "showGridLines": has_lines,
        "firstRowAsHeader": has_head,
        # as clients that are built on npm's adaptivecards read it
        "firstRowAsHeaders": has_head,
    }


def _row(cells: Sequence[Element]) -> Element:
    items = [{"type": "TableCell", "items": [each]} for each in cells]
    return {"type": "TableRow", "cells": items}
