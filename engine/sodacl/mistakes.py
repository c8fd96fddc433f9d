"""What is wrong in a SodaCL check: where, which word, and which one was perhaps meant."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rapidfuzz import fuzz, process

T = TypeVar("T")

Path = tuple[int | str, ...]
"""The keys and places in lists that lead to a part of a check's text."""


class Mistake(ValueError):
    """One mistake in a check's text; its line counts from 1 within that text."""

    def __init__(self, message: str, line: int, word: str | None = None, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.word = word
        self.path = path


class Lacking(Mistake):
    """Something must be written and is not; or it is, and misspelt."""


@dataclass(slots=True)
class Notes:
    """What was noted while a check was read: what is wrong, and what is only unwise."""

    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    places: dict[str, tuple[int, Path]] = field(default_factory=dict)
    """The line of each setting, and the way to it."""

    def attempt(self, read: Callable[[], T]) -> T | None:
        """What was read, or None after its mistake was noted: the rest may have more of them."""
        try:
            return read()
        except Mistake as mistake:
            self.mistakes.append(mistake)
            return None


def meant(word: str, known: Iterable[str]) -> str:
    """«; did you mean 'row_count'?» where a known word is near, else nothing."""
    best = nearest(word, known)
    return f"; did you mean {best!r}?" if best else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is spelt most like it."""
    best = process.extractOne(word.lower(), list(known), scorer=fuzz.ratio, score_cutoff=65)
    return best[0] if best else None


def one_of(word: str, known: Iterable[str]) -> str:
    """The nearest known word as in `meant`, else all of them."""
    names = list(known)
    return meant(word, names) or f"; known: {', '.join(names)}"
