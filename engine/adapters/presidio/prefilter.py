"""Tells in one pass over many texts which patterns could match which of them.

All expressions are one hyperscan database, made once and kept on disk. The texts are joined with
line breaks and scanned as one block; where a match ends tells its text. An expression is a superset
(`supersets.py`): a text that isn't named for it holds no match. A text that can't be put into ASCII
is named for every expression.
"""

import hashlib
import os
import platform
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.adapters.presidio.supersets import FOLDING, ascii_shadow, beyond_ascii

if TYPE_CHECKING:
    import hyperscan

_DIGEST_BYTES = 32


class Sieve(Protocol):
    """Names what could match; never misses what does."""

    def sift(self, texts: Sequence[str]) -> dict[int, set[int]]:
        """By its place each text in which something could match, with the expressions' numbers."""
        ...


class Block(Protocol):
    """Finds expressions in one block of ASCII."""

    def matches(self, block: bytes) -> list[tuple[int, int]]:
        """Where a match ends, and the number of its expression, in any order."""
        ...


CompileBlock = Callable[[tuple[str, ...], Path | None], Block | None]
"""Makes one database of expressions, kept in a folder; None where that can't be done here."""


class BlockSieve:
    """Sifts with a Block over texts that are joined with line breaks."""

    def __init__(self, block: Block, expressions: int) -> None:
        self._block = block
        self._every = range(expressions)

    def sift(self, texts: Sequence[str]) -> dict[int, set[int]]:
        """One scan over all texts."""
        joined = "\n".join(texts)
        beyond = beyond_ascii(joined)
        if FOLDING.isdisjoint(beyond):
            return self._by_text(texts, ascii_shadow(joined, beyond))
        unclear = {place for place, text in enumerate(texts) if not FOLDING.isdisjoint(text)}
        clear = ["" if place in unclear else text for place, text in enumerate(texts)]
        found = self._by_text(clear, ascii_shadow("\n".join(clear), beyond - FOLDING))
        return found | {place: set(self._every) for place in unclear}

    def _by_text(self, texts: Sequence[str], joined: str) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        matches = self._block.matches(joined.encode())
        if not matches:
            return found
        ends = list(accumulate(map(len, texts), lambda end, size: end + size + 1, initial=0))
        for end, number in matches:
            place = bisect_right(ends, end - 1) - 1  # the last character of a match is in its text
            found.setdefault(place, set()).add(number)
        return found


class _Kept:
    """A compiled database in a file that is known to be whole by its digest."""

    def __init__(self, folder: Path, key: str) -> None:
        self._file = folder / f"patterns-{key}.hsdb"

    def read(self) -> bytes | None:
        """What was kept; None if nothing was, or if it is damaged."""
        with suppress(OSError):
            content = self._file.read_bytes()
            digest, database = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
            return database if hashlib.sha256(database).digest() == digest else None
        return None

    def write(self, database: bytes) -> None:
        """Keep a database; a folder that can't be written costs a compilation, no more."""
        beside = self._file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(hashlib.sha256(database).digest() + database)
            beside.replace(self._file)


class _Hyperscan:
    """A hyperscan database over bytes."""

    def __init__(self, database: "hyperscan.Database") -> None:
        self._database = database

    def matches(self, block: bytes) -> list[tuple[int, int]]:
        """Every match of every expression."""
        found: list[tuple[int, int]] = []

        def note(number: int, _from: int, end: int, _flags: int, _context: object) -> None:
            found.append((end, number))

        self._database.scan(block, match_event_handler=note)
        return found


def hyperscan_block(expressions: tuple[str, ...], folder: Path | None) -> Block | None:
    """The database of these expressions, from the folder if it is there and sound."""
    if sys.platform == "win32":
        return None
    try:
        import hyperscan  # noqa: PLC0415  # has no wheel for every machine
    except ImportError:
        return None
    kept = _Kept(folder, _key(expressions, version("hyperscan"))) if folder else None
    with suppress(hyperscan.error):  # kept by another processor or version: compiled anew
        if kept and (known := kept.read()):
            database = hyperscan.loadb(known, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)  # a loaded one has none to scan with
            return _Hyperscan(database)
    try:
        database = _compiled(expressions)
    except hyperscan.error:
        return None
    if kept:
        kept.write(hyperscan.dumpb(database))
    return _Hyperscan(database)


def _compiled(expressions: tuple[str, ...]) -> "hyperscan.Database":
    import hyperscan  # noqa: PLC0415  # has no wheel for every machine

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_PREFILTER
    database.compile(
        expressions=[each.encode() for each in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=flags,
    )
    return database


def _key(expressions: tuple[str, ...], compiler: str) -> str:
    """What a database depends on, in one short word."""
    written = "\n".join((compiler, platform.machine(), *expressions))
    return hashlib.sha256(written.encode()).hexdigest()[:24]
