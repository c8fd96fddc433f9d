"""Read which rows in quarantine are meant: those of a column, or older than some days."""

from collections.abc import Sequence

_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
_ONE = ("a", "one")
_MOST_DIGITS = 4
_SPOKEN_OF = frozenset({"quarantine", "quarantined", "rejected", "aside", "bad"})
_BEFORE_COLUMNS = frozenset({"for", "in", "on", "by", "about", "column", "rule", "because"})


def is_about_a_column(words: Sequence[str], at: int) -> bool:
    """Whether the name of a column may stand there: rows in quarantine are spoken of."""
    before = words[at - 1] if at else ""
    return before in _BEFORE_COLUMNS and not _SPOKEN_OF.isdisjoint(words)


def is_about_quarantine(words: Sequence[str]) -> bool:
    """Whether rows that were put aside are spoken of."""
    return not _SPOKEN_OF.isdisjoint(words)


def read_age(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """«older than 2 weeks»: how many days that are, and how many words."""
    if tuple(words[at : at + 2]) != ("older", "than"):
        return None
    number, unit, *_ = (*words[at + 2 : at + 4], "", "")
    days = (1 if number in _ONE else _whole(number)) * _UNITS.get(unit, 0)
    return (days, 4) if days else None


def _whole(word: str) -> int:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS else 0
