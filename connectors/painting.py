"""Draws a diagram as a PNG, for chats that show pictures and no SVG."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image, ImageDraw

from connectors.escaping import one_line, shortened
from connectors.lettering import LONGEST, legible, lettered
from connectors.placing import BOX_HEIGHT, BOX_WIDTH, EDGE, FOOT, Arrow, Box, Picture, placed
from engine.cards import Diagram, counted

CRISP, PLAIN = 2, 1
"""Pixels a point: for screens that have many, and where the bytes must be few."""

PAPER, TEXT, MUTED, LINE = "#ffffff", "#1b2430", "#566171", "#848e9d"
ACCENT, ACCENT_SOFT, PLAIN_BOX = "#3a54c4", "#dbe2fb", "#f3f5f9"
KINDS = {"bronze": "#b45f0c", "silver": "#6a7585", "gold": "#b08900"}
OUTSIDE = "#8a3ea8"
"""The page's colours on white: a picture knows no theme, so it brings its own paper."""

PATIENCE = 5.0
"""Seconds; a picture of the largest size takes less than one."""

LONGEST_ALT = 1_000
_COLOURS = 64
_FINER = 2
"""Shapes are drawn so much larger and made smaller, as Pillow's lines have jagged edges."""

_STEPS = 24
_BAR, _ROUND, _HEAD = 5, 7, 6

# one at a time: the largest picture takes some dozen MB while it is drawn
_AT_WORK = ThreadPoolExecutor(1, "pictures")

Point = tuple[float, float]


async def painted(diagram: Diagram, scale: int = CRISP) -> bytes | None:
    """The PNG, drawn beside the event loop; None where that takes too long."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PATIENCE):
            return await loop.run_in_executor(_AT_WORK, png, diagram, scale)
    except TimeoutError:
        return None


async def pictures_of(diagram: Diagram | None) -> tuple[bytes, ...]:
    """The same picture crisp and smaller, for a place where bytes are few."""
    if diagram is None:
        return ()
    drawn = [await painted(diagram, scale) for scale in (CRISP, PLAIN)]
    return tuple(each for each in drawn if each is not None)


def alt_text(diagram: Diagram) -> str:
    """The picture in words; the tree below it has the names."""
    picture = placed(diagram)
    parts = [counted(len(picture.boxes), "box", "boxes"), counted(len(picture.arrows), "arrow")]
    if picture.left_out:
        parts.append(f"{picture.left_out:,} more are not drawn")
    title = shortened(one_line(diagram.title), LONGEST_ALT - 100) or "Diagram"
    return f"{title}: {', '.join(parts)}. The same stands below in words."


def png(diagram: Diagram, scale: int = CRISP) -> bytes:
    """The PNG; the same diagram always makes the same bytes."""
    picture = placed(diagram)
    notes = tuple(_notes(picture))
    size = picture.width, picture.height + FOOT * len(notes)
    image = _shapes(picture, size, scale)
    _words(image, picture, notes, scale)
    kept = BytesIO()
    few = image.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _notes(picture: Picture) -> Iterator[str]:
    if picture.left_out:
        yield f"and {picture.left_out:,} more"
    if not all(legible(_name(box)) for box in picture.boxes):
        yield "? stands for letters that no font here has; the names are below."


def _name(box: Box) -> str:
    # what is far too long is cut before it is read through, in the middle as in the picture
    label = box.node.label
    return one_line(label if len(label) <= LONGEST else f"{label[:100]}{label[-100:]}") or "–"


def _shapes(picture: Picture, size: tuple[int, int], scale: int) -> Image.Image:
    finer = scale * _FINER
    image = Image.new("RGB", (size[0] * finer, size[1] * finer), PAPER)
    draw = ImageDraw.Draw(image)
    for arrow in sorted(picture.arrows, key=lambda each: each.leads_back):
        _arrow(draw, arrow, finer)
    for box in picture.boxes:
        _box(draw, box, finer)
    return image.reduce(_FINER)


def _box(draw: ImageDraw.ImageDraw, box: Box, finer: int) -> None:
    """Its layer is told by the colour of its edge; what was asked for stands out."""
    colour = KINDS.get(box.node.kind, OUTSIDE)
    edge, fill, wide = (ACCENT, ACCENT_SOFT, 3) if box.node.mark else (colour, PLAIN_BOX, 1.5)
    corners = [each * finer for each in (box.x, box.y, box.x + BOX_WIDTH, box.y + BOX_HEIGHT)]
    outline = round(wide * finer)
    draw.rounded_rectangle(corners, _ROUND * finer, fill, edge, outline)
    bar = (box.x + 7) * finer, (box.y + 9) * finer
    end = bar[0] + _BAR * finer, (box.y + BOX_HEIGHT - 9) * finer
    draw.rounded_rectangle([bar, end], 2 * finer, colour)


def _arrow(draw: ImageDraw.ImageDraw, arrow: Arrow, finer: int) -> None:
    x, y = arrow.target.x, arrow.target.y + BOX_HEIGHT / 2
    points = [(left * finer, top * finer) for left, top in _curve(arrow)]
    wide = round(1.6 * finer)
    if arrow.leads_back:
        for number in range(0, len(points) - 1, 2):
            draw.line(points[number : number + 2], LINE, wide)
    else:
        draw.line(points, LINE, wide, joint="curve")
    tip = [(x, y), (x - _HEAD - 1, y - _HEAD * 0.6), (x - _HEAD - 1, y + _HEAD * 0.6)]
    draw.polygon([(left * finer, top * finer) for left, top in tip], LINE)


def _curve(arrow: Arrow) -> Sequence[Point]:
    """A bend from side to side, level at both ends."""
    begin = arrow.source.x + BOX_WIDTH, arrow.source.y + BOX_HEIGHT / 2
    end = arrow.target.x - _HEAD, arrow.target.y + BOX_HEIGHT / 2
    # what leads back bends no further than the edge of the picture
    bend = EDGE if arrow.leads_back else abs(end[0] - begin[0]) / 2
    steps = [each / _STEPS for each in range(_STEPS + 1)]
    return [
        (
            _bent(begin[0], begin[0] + bend, end[0] - bend, end[0], step),
            _bent(begin[1], begin[1], end[1], end[1], step),
        )
        for step in steps
    ]


def _bent(begin: float, leave: float, arrive: float, end: float, at: float) -> float:
    rest = 1 - at
    return begin * rest**3 + 3 * leave * at * rest**2 + 3 * arrive * at**2 * rest + end * at**3


def _words(image: Image.Image, picture: Picture, notes: Sequence[str], scale: int) -> None:
    draw = ImageDraw.Draw(image)
    for box in picture.boxes:
        room = BOX_WIDTH - 19 - 8
        _text(draw, (box.x + 19, box.y + 16), (_name(box), 14.5, TEXT, room), scale)
        _text(draw, (box.x + 19, box.y + 33), (one_line(box.node.kind), 11, MUTED, room), scale)
    for row, note in enumerate(notes):
        at = EDGE, picture.height - EDGE // 2 + row * FOOT + FOOT // 2
        _text(draw, at, (note, 11, MUTED, picture.width - 2 * EDGE), scale)


def _text(
    draw: ImageDraw.ImageDraw, at: Point, words: tuple[str, float, str, float], scale: int
) -> None:
    text, size, colour, room = words
    font, shown = lettered(text, size * scale, room * scale)
    draw.text((at[0] * scale, at[1] * scale), shown, colour, font, anchor="lm")
