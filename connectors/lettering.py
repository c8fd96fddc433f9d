"""The fonts of this machine: which letters they have, and how much of a name fits."""

import unicodedata
from functools import cache
from math import ceil

from PIL import ImageFont, features
from PIL.ImageFont import FreeTypeFont

FACES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
)
"""Tried in this order where the font that Pillow brings, which has little but ASCII, lacks one."""

UNKNOWN = "?"
LONGEST = 200
_MISSING = "\U0010ffff"
"""Of no font: what stands for it stands for every letter that a font lacks."""


@cache
def _face(name: str, size: float) -> FreeTypeFont | None:
    if not name:
        found = ImageFont.load_default(size)
        return found if isinstance(found, FreeTypeFont) else None
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@cache
def _has(name: str, letter: str) -> bool:
    """Whether a font draws a letter as such; one that has to be joined wants Raqm as well."""
    font = _face(name, 16)
    if font is None or (_is_joined(letter) and not features.check_feature("raqm")):
        return False
    return letter.isspace() or _drawn(font, letter) != _drawn(font, _MISSING)


def _is_joined(letter: str) -> bool:
    return (
        unicodedata.bidirectional(letter) in {"R", "AL"} or unicodedata.category(letter)[0] == "M"
    )


def _drawn(font: FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def legible(text: str) -> bool:
    """Whether one font has all of its letters."""
    return any(_has_all(name, text) for name in ("", *FACES))


def lettered(text: str, size: float, room: float) -> tuple[FreeTypeFont, str]:
    """A font for a text, and the text as it fits; letters that no font has become «?»."""
    text = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}{text[-LONGEST // 2 :]}"
    names = [name for name in ("", *FACES) if _face(name, size) is not None]
    name = next((each for each in names if _has_all(each, text)), names[0])
    shown = "".join(each if _has(name, each) else UNKNOWN for each in text)
    font = _face(name, size)
    assert font is not None  # noqa: S101  # names holds only those that are there
    return font, _within(font, shown, room)


def _has_all(name: str, text: str) -> bool:
    return all(_has(name, each) for each in text)


def _within(font: FreeTypeFont, text: str, room: float) -> str:
    """The text, without its middle where it is too long: the ends of names tell them apart."""
    kept, shown = len(text), text
    while kept > 1 and font.getlength(shown) > room:
        kept -= 1
        shown = f"{text[: ceil(kept / 2)]}…{text[len(text) - kept // 2 :]}"
    return shown
