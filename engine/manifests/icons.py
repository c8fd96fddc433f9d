"""Atlas's icons as PNG: three layers, bronze, silver and gold, drawn pixel by pixel."""

import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int, int]
Painter = Callable[[float, float], Colour]
"""The colour at a place, both of its sides from 0 to 1."""

_GROUND: Colour = (31, 58, 95, 255)
_CLEAR: Colour = (255, 255, 255, 0)
_WHITE: Colour = (255, 255, 255, 255)
_LAYERS: tuple[tuple[float, Colour], ...] = (
    (0.30, (224, 176, 64, 255)),
    (0.50, (198, 205, 212, 255)),
    (0.70, (190, 122, 64, 255)),
)
_HALF_HEIGHT = 0.07
_NARROWEST = 0.14
_WIDER = 0.07

COLOUR_SIDE = 192
OUTLINE_SIDE = 32


def colour_icon() -> bytes:
    """The layers on a dark ground, as Teams shows it in its store."""
    return png(COLOUR_SIDE, lambda across, down: _layer(across, down) or _GROUND)


def outline_icon() -> bytes:
    """The layers in white on nothing, as Teams wants it beside a conversation."""
    return png(OUTLINE_SIDE, lambda across, down: _WHITE if _layer(across, down) else _CLEAR)


def _layer(across: float, down: float) -> Colour | None:
    """The colour of the layer there, the lower ones wider."""
    for number, (middle, colour) in enumerate(_LAYERS):
        half_width = _NARROWEST + number * _WIDER
        if abs(down - middle) <= _HALF_HEIGHT and abs(across - 0.5) <= half_width:
            return colour
    return None


def png(side: int, paint: Painter) -> bytes:
    """A square picture with transparency."""
    middles = [(index + 0.5) / side for index in range(side)]
    rows = b"".join(
        # each row begins with the number of its filter: none
        b"\0" + b"".join(bytes(paint(across, down)) for across in middles)
        for down in middles
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
