r"""PostgreSQL's text format of COPY: a line a row, tabs between cells, `\N` for NULL.

Source: https://www.postgresql.org/docs/current/sql-copy.html, «Text Format».
"""

import re
from collections.abc import Sequence

NULL = r"\N"

_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_WRITTEN = str.maketrans(
    {char: f"\\{letter}" for letter, char in _LETTERS.items()} | {"\\": "\\\\"}
)
_SPECIAL = re.compile(r"[\\\x08\f\n\r\t\v]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def rows(data: bytes) -> list[list[str | None]]:
    """The cells of whole lines, as the server writes them in UTF-8."""
    lines = data.decode().split("\n")
    lines.pop()  # each line ends with a line feed, the last one too
    if b"\\" not in data:
        return [line.split("\t") for line in lines]  # type: ignore[misc]  # no cell of these is NULL
    return [[_read(cell) for cell in line.split("\t")] for line in lines]


def _read(cell: str) -> str | None:
    if "\\" not in cell:
        return cell
    return None if cell == NULL else _ESCAPED.sub(_unescaped, cell)


def _unescaped(found: re.Match[str]) -> str:
    return _LETTERS.get(found[1], found[1])


def lines(columns: Sequence[Sequence[str | None]]) -> bytes:
    """Rows as the server reads them, from their columns."""
    if not columns or not columns[0]:
        return b""
    return ("\n".join(map("\t".join, zip(*map(_column, columns), strict=True))) + "\n").encode()


def _column(cells: Sequence[str | None]) -> list[str]:
    """The cells as they are written; a column without a special character, as most are, at once."""
    there = "".join([cell for cell in cells if cell is not None])
    if not there and "" not in cells:
        return [NULL] * len(cells)
    if _SPECIAL.search(there):
        return [NULL if cell is None else cell.translate(_WRITTEN) for cell in cells]
    return [NULL if cell is None else cell for cell in cells]
