"""Diagrams as pictures: who stands where, in which colour, and what is said of the rest."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageFont

from connectors.lettering import UNKNOWN, legible, lettered
from connectors.painting import (
    ACCENT_SOFT,
    CRISP,
    KINDS,
    OUTSIDE,
    PAPER,
    PLAIN,
    alt_text,
    painted,
    pictures_of,
    png,
)
from connectors.placing import BOX_HEIGHT, BOX_WIDTH, MOST_COLUMNS, MOST_ROWS, Box, placed
from engine.cards import MOST_NODES, Diagram, DiagramEdge, DiagramNode
from tests.connectors.rendering.hostile import NASTY

FEEDS = Diagram(
    "What feeds gold.revenue",
    (
        DiagramNode("a", "bronze.orders", "bronze", 0),
        DiagramNode("b", "silver.orders", "silver", 1, row=1),
        DiagramNode("c", "silver.customers", "silver", 1, row=0),
        DiagramNode("d", "gold.revenue", "gold", 2, "this"),
        DiagramNode("e", "CFO dashboard", "dashboard", 3),
    ),
    tuple(DiagramEdge(*each) for each in ("ab", "bd", "cd", "de", "db")),
)


def opened(image: bytes) -> Image.Image:
    return Image.open(BytesIO(image)).convert("RGB")


def seen(image: Image.Image, box: Box, right: int, down: int, scale: int = CRISP) -> str:
    """The colour so far within a box, as the nearest of those that are used."""
    pixel = image.getpixel(((box.x + right) * scale, (box.y + down) * scale))
    assert isinstance(pixel, tuple)
    used = (PAPER, ACCENT_SOFT, OUTSIDE, *KINDS.values())
    near = {
        each: sum(abs(a - b) for a, b in zip(ImageColor.getrgb(each), pixel, strict=True))
        for each in used
    }
    return min(near, key=near.__getitem__)


@pytest.mark.parametrize("scale", [PLAIN, CRISP])
def test_each_box_stands_at_its_place_in_the_colour_of_its_layer(scale: int) -> None:
    picture, image = placed(FEEDS), opened(png(FEEDS, scale))

    bars = {each.node.id: seen(image, each, 9, BOX_HEIGHT // 2, scale) for each in picture.boxes}

    assert image.size == (picture.width * scale, picture.height * scale)
    assert bars == {
        "a": KINDS["bronze"], "b": KINDS["silver"], "c": KINDS["silver"], "d": KINDS["gold"],
        "e": OUTSIDE,
    }  # fmt: skip


def test_what_was_asked_for_is_marked_and_nothing_else() -> None:
    image = opened(png(FEEDS))

    marked = [
        each.node.id
        for each in placed(FEEDS).boxes
        if seen(image, each, BOX_WIDTH - 10, BOX_HEIGHT // 2) == ACCENT_SOFT
    ]

    assert marked == ["d"]


def test_the_picture_brings_its_own_paper_for_dark_and_for_light_themes() -> None:
    image = Image.open(BytesIO(png(FEEDS)))

    assert image.mode == "P"
    assert "transparency" not in image.info
    assert image.convert("RGB").getpixel((0, 0)) == ImageColor.getrgb(PAPER)


def test_rows_and_levels_are_places() -> None:
    boxes = {each.node.id: each for each in placed(FEEDS).boxes}

    assert boxes["a"].x < boxes["b"].x == boxes["c"].x < boxes["d"].x
    assert boxes["c"].y < boxes["d"].y < boxes["b"].y
    assert [each.leads_back for each in placed(FEEDS).arrows] == [False] * 4 + [True]


def chain(count: int) -> Diagram:
    nodes = tuple(
        DiagramNode(str(each), f"t{each}", "gold", each, "this" if each == count // 2 else "")
        for each in range(count)
    )
    edges = tuple(DiagramEdge(str(each), str(each + 1)) for each in range(count - 1))
    return Diagram("Chain", nodes, edges, left_out=9_960)


def test_a_picture_too_wide_keeps_what_is_near_and_tells_of_the_rest() -> None:
    picture = placed(chain(MOST_NODES))

    assert {each.column for each in picture.boxes} == set(range(MOST_COLUMNS))
    assert "this" in {each.node.mark for each in picture.boxes}
    assert picture.left_out == 9_960 + MOST_NODES - MOST_COLUMNS
    assert f"8 boxes, 7 arrows, {picture.left_out:,} more are not drawn" in alt_text(chain(40))


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    labels = draw(
        st.lists(st.sampled_from(NASTY) | st.text(max_size=300), min_size=1, max_size=MOST_NODES)
    )
    marked = draw(st.integers(0, len(labels)))
    nodes = tuple(
        DiagramNode(
            str(number), label, draw(st.sampled_from(("gold", "foreign", "\x00"))),
            draw(st.integers(0, 12)), "this" if number == marked else "", draw(st.integers(0, 40)),
        )
        for number, label in enumerate(labels)
    )  # fmt: skip
    ends = st.sampled_from([each.id for each in nodes])
    edges = draw(st.lists(st.builds(DiagramEdge, ends, ends), max_size=20))
    return Diagram(draw(st.text(max_size=50)), nodes, tuple(edges), draw(st.integers(0, 9)))


@settings(max_examples=12, deadline=None)
@given(diagrams())
def test_whatever_a_diagram_holds_it_is_a_picture_of_bounded_size(diagram: Diagram) -> None:
    picture = placed(diagram)
    image = opened(png(diagram, PLAIN))

    assert image.width <= MOST_COLUMNS * 230
    assert image.height <= MOST_ROWS * 60 + 80
    assert picture.left_out == diagram.left_out + len(diagram.nodes) - len(picture.boxes)
    spots = {(each.x, each.y) for each in picture.boxes}
    assert len(spots) == len(picture.boxes)
    assert "\n" not in alt_text(diagram)


def test_a_long_name_keeps_both_of_its_ends() -> None:
    font, shown = lettered("silver.a_name_that_nobody_can_read_customers_v2", 13, 120)

    assert shown.startswith("silver.")
    assert shown.endswith("_v2")
    assert "…" in shown
    assert font.getlength(shown) <= 120


def test_letters_that_no_font_has_are_told_of_and_never_empty_boxes() -> None:
    unknown = "\U0001f9ff\U000e0041"
    diagram = Diagram("x", (DiagramNode("1", f"gold.{unknown}", "gold", 0),))
    known = Diagram("x", (DiagramNode("1", "gold.ab", "gold", 0),))

    _, shown = lettered(f"gold.{unknown}", 13, 500)

    assert shown == f"gold.{UNKNOWN * 2}"
    assert legible("gold.orders")
    assert not legible(unknown)
    assert opened(png(diagram)).height > opened(png(known)).height


def test_without_other_fonts_the_name_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.lettering.FACES", ())

    font, shown = lettered("Umsätze", 13, 500)

    assert shown == "Ums?tze"
    assert isinstance(font, ImageFont.FreeTypeFont)


async def test_pictures_are_drawn_beside_the_event_loop_crisp_and_small() -> None:
    crisp, plain = await pictures_of(FEEDS)

    assert await painted(FEEDS) == crisp == png(FEEDS)
    assert opened(crisp).width == 2 * opened(plain).width
    assert len(plain) < len(crisp) < 30_000
    assert await pictures_of(None) == ()
