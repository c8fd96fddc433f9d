"""Cards with content that means harm, and all that can be said of what a renderer made of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st
from typing_extensions import override

from connectors.escaping import shortened
from engine.cards import (
    MOST_SERIES,
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Chart,
    ChartKind,
    Fact,
    Series,
    Severity,
)
from tests.test_cards import numbers, pictures

NASTY = (
    "<!channel> <!here> <!everyone> <@U012ABCDEF> <#C012ABCDEF> <!subteam^S012ABCDEF>",
    "<https://evil.example|click here> [click](https://evil.example) ![x](https://evil.example)",
    "<at>Lea</at> <b>bold</b><script>alert(1)</script>",
    "*bold* _italic_ ~gone~ `code` ```block``` **b** # head\n- item\n1. item\n> quote",
    "{{DATE(2017-02-14T06:08:39Z,COMPACT)}} ${name} {{{{TIME(x)}}",
    "\x00\x01\x1b[31mred\x07\x7f\x85 \u202eevil\u202c \u2066x\u2069 \u200f",
    "مرحبا بالعالم שלום עולם",
    "👩‍👩‍👧‍👦🏳️‍🌈 :smile: &amp; &lt;!channel&gt; \"quoted\" 'too' \\",
    "\ud800 half a character \udfff",
    "line\r\nline\u2028line\x0b",
    "",
    " ",
)
SOME = 25
"""How many cards a test draws: each is large, and drawn on each rung of the ladder."""

LONG = st.builds(lambda piece, times: piece * times, st.sampled_from(NASTY), st.integers(1, 300))
texts = st.text(max_size=40) | st.sampled_from(NASTY) | LONG
cells = texts | st.sampled_from(("x" * 10_000, "5,210", "ё" * 10_000))


@st.composite
def tables(draw: st.DrawFn) -> CardTable:
    """Tables up to far too wide and far too long, of a few different rows."""
    width = draw(st.integers(0, 4) | st.just(30))
    row = st.lists(cells, min_size=width, max_size=width).map(tuple)
    rows = draw(st.lists(row, max_size=3)) * draw(st.sampled_from((1, 20, 400)))
    return CardTable(draw(row), tuple(rows))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """Charts with gaps, the same name twice and up to the most points."""
    points = draw(st.integers(1, 5) | st.sampled_from((20, 21, 60)))
    values = st.lists(numbers, min_size=points, max_size=points).map(tuple)
    series = st.lists(st.builds(Series, texts, values), min_size=1, max_size=MOST_SERIES)
    labels = draw(st.lists(texts, min_size=1, max_size=3)) * points
    return Chart(
        draw(st.sampled_from(ChartKind)), draw(texts), tuple(labels[:points]), tuple(draw(series))
    )


@dataclass(frozen=True, repr=False)
class Hostile:
    """A card whose repr is short enough to be read."""

    card: Card

    @override
    def __repr__(self) -> str:
        return shortened(repr(self.card), 2_000)


buttons = st.builds(Button, texts, texts, st.sampled_from(ButtonStyle), st.none() | texts)
hostile_cards = st.builds(
    Card,
    kind=st.sampled_from(CardKind),
    severity=st.sampled_from(Severity),
    title=texts,
    text=texts,
    facts=st.lists(st.builds(Fact, texts, texts), max_size=3).flatmap(
        lambda some: st.sampled_from((tuple(some), tuple(some) * 30))
    ),
    table=st.none() | tables(),
    chart=st.none() | charts(),
    picture=st.none() | pictures(),
    buttons=st.lists(buttons, max_size=4).flatmap(
        lambda some: st.sampled_from((tuple(some), tuple(some) * 10))
    ),
    fallback_text=texts,
).map(Hostile)


def objects(value: object) -> Iterator[dict[str, object]]:
    """Every object within a JSON value."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from objects(each)


def of_type(value: object, kind: str) -> list[dict[str, object]]:
    """Every object of that type."""
    return [each for each in objects(value) if each.get("type") == kind]


SENTENCES = frozenset({"value", "command"})


def words(value: object, but: frozenset[str] = SENTENCES) -> Iterator[str]:
    """Every text within a JSON value that somebody may see."""
    for each in objects(value):
        for key, text in each.items():
            if isinstance(text, list):
                yield from (each for each in text if isinstance(each, str))
            if isinstance(text, str) and key not in but:
                yield text


def is_harmless(text: str) -> bool:
    """Whether a text has no control characters, and nothing that turns the order of letters."""
    turning = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    return not turning & set(text) and all(
        character == "\n" or (ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0)
        for character in text
    )  # fmt: skip


def left_out_buttons(told: str) -> int:
    """How many buttons are told as left out."""
    more = sum(int(found) for found in re.findall(r"… (\d+) more buttons? left out", told))
    return more + told.count("has no button here: ")
