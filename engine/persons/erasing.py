"""What becomes of each cell of a row in which a person occurs; decided without any value of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.catalog.model import Cleaning, Column, ColumnType, DateFormat
from engine.errors import EngineError
from engine.persons.matching import Match, Place
from engine.persons.model import ERASED

_LEAST = {
    ColumnType.INTEGER: "0",
    ColumnType.NUMBER: "0",
    ColumnType.BOOLEAN: "false",
    ColumnType.TIMESTAMP: "1900-01-01",
}
_FIRST_DAY = {
    DateFormat.ISO: "1900-01-01",
    DateFormat.DOTTED: "01.01.1900",
    DateFormat.SLASHED: "01/01/1900",
    DateFormat.AMERICAN: "01/01/1900",
    DateFormat.NAMED: "Jan 01, 1900",
}


@dataclass(frozen=True, slots=True)
class Becomes:
    """A cell that is replaced as a whole; None leaves nothing there."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Keeps:
    """A text of which only these stretches stay, with a word for what went between them."""

    stretches: tuple[Place, ...]


Change = Becomes | Keeps
Changes = Mapping[str, Change]
"""What becomes of the cells of one row, by column; those that are not named stay."""


def emptied(column: Column | None) -> Becomes:
    """What a personal cell of bronze becomes: nothing, or where a value is required a void one.

    Without one the row would go to quarantine when it is judged anew.
    """
    if column is None or not column.required:
        return Becomes(None)
    if column.type is ColumnType.DATE:
        return Becomes(_FIRST_DAY[column.formats[0]])
    if column.type is ColumnType.TEXT and Cleaning.DIGITS not in column.clean:
        return Becomes(ERASED)
    return Becomes(_LEAST.get(column.type, "0"))


def new_key(column: Column, digits: int) -> str:
    """A key that says nothing, in place of a personal one; raises EngineError where none fits.

    Digits only: they pass each cleaning, and fit numbers as well as texts.
    """
    if column.type in {ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.BOOLEAN}:
        message = f"The key column {column.name} is personal and can hold no key without a person."
        raise EngineError(message, "Erase its rows in bronze by hand, then run a full refresh.")
    return str(digits)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a person stands in one cell, and how many characters it has."""

    match: Match
    length: int

    def without(self) -> Keeps:
        """The cell without the person; whatever else stands in it stays."""
        return Keeps(_between(self.match.places, self.length))


def mentions(seen: Mapping[str, Seen]) -> dict[str, Change]:
    """What becomes of the cells that name the person."""
    return {
        name: Becomes(ERASED) if each.match.whole else each.without() for name, each in seen.items()
    }


def _between(places: Sequence[Place], length: int) -> tuple[Place, ...]:
    """The stretches outside of some places; an empty one where two places adjoin, or at an end."""
    starts = [0, *(end for _, end in places)]
    ends = [*(start for start, _ in places), length]
    return tuple(zip(starts, ends, strict=True))


@dataclass(frozen=True, slots=True)
class Sibling:
    """A row of bronze with the key of a row that is the person's, and what identifies somebody."""

    number: int
    key: tuple[str, ...]
    identity: frozenset[tuple[str, str]]
    """Columns with the normal forms of their values."""

    @property
    def facts(self) -> frozenset[tuple[tuple[str, ...], tuple[str, str]]]:
        """What it says of whoever has its key."""
        return frozenset((self.key, each) for each in self.identity)


def same_person(owned_rows: Iterable[int], siblings: Sequence[Sibling]) -> frozenset[int]:
    """The rows of the person, with those of their keys that share something identifying.

    A key alone is not enough: an account may have passed on to somebody else.
    """
    theirs, before = set(owned_rows), -1
    while len(theirs) != before:
        before = len(theirs)
        known = {fact for each in siblings if each.number in theirs for fact in each.facts}
        theirs |= {each.number for each in siblings if each.facts & known}
    return frozenset(theirs)
