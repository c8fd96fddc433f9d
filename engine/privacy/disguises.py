"""Personal data in other characters than usual: wide digits, invisible ones between them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.privacy.shield import Finder
from engine.privacy.spans import Span

_FIRST_BEYOND_LATIN = "\u0300"
_SOFT_HYPHEN = "\u00ad"
_UNUSUAL = re.compile(f"[{_SOFT_HYPHEN}{_FIRST_BEYOND_LATIN}-\U0010ffff]")
"""What is looked at one by one; most texts have none of it."""

_WIDE = range(0xFF01, 0xFF5F)
_MATHEMATICAL = range(0x1D400, 0x1D800)
_DASHES = range(0x2010, 0x2016)


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in usual characters, and the place in the written text of each of them."""

    text: str
    places: tuple[int, ...]

    def as_written(self, span: Span) -> Span:
        """The same span in the text as it was written, invisible characters within included."""
        return replace(span, start=self.places[span.start], end=self.places[span.end - 1] + 1)


def plain(text: str) -> Plain | None:
    """The text in usual characters; None where it is written in them."""
    if text.isascii() or not _UNUSUAL.search(text):
        return None
    meant = [(place, _meant(character)) for place, character in enumerate(text)]
    kept = [(place, character) for place, character in meant if character]
    told = "".join(character for _, character in kept)
    return None if told == text else Plain(told, tuple(place for place, _ in kept))


@lru_cache(maxsize=4096)
def _meant(character: str) -> str:
    """The usual character that one stands for; nothing for an invisible one."""
    if character.isascii():
        return character
    code = ord(character)
    if unicodedata.category(character) == "Cf":
        return ""
    if code in _DASHES:
        return "-"
    if code in _WIDE or code in _MATHEMATICAL:
        return unicodedata.normalize("NFKC", character)
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def seeing_through(finder: Finder) -> Finder:
    """The same finder, which finds what is written in unusual characters as well."""

    def find(texts: Sequence[str]) -> Mapping[str, Sequence[Span]]:
        if "".join(texts).isascii():  # asked of all at once, as it holds for nearly all
            return finder(texts)
        disguised = {text: meant for text in texts if (meant := plain(text)) is not None}
        if not disguised:
            return finder(texts)
        found = finder([*texts, *{meant.text for meant in disguised.values()} - set(texts)])
        return _merged(texts, found, disguised)

    return find


def _merged(
    texts: Sequence[str], found: Mapping[str, Sequence[Span]], disguised: Mapping[str, Plain]
) -> dict[str, Sequence[Span]]:
    merged: dict[str, Sequence[Span]] = {}
    for text in texts:
        spans = [*found.get(text, ()), *_behind(disguised.get(text), found)]
        if spans:
            merged[text] = spans
    return merged


def _behind(meant: Plain | None, found: Mapping[str, Sequence[Span]]) -> list[Span]:
    return [] if meant is None else [meant.as_written(span) for span in found.get(meant.text, ())]
