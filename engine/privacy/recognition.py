"""What a project wants recognised: languages, patterns of its own, and what is not personal."""

from dataclasses import dataclass, field

OFF = frozenset({"DATE_TIME", "US_DRIVER_LICENSE", "UUID"})
"""Entities that nobody looks for unless a project says so.

Any date and any number that stands for a thing is found as one of them: as marks of a person they
are wrong far more often than right. A birth date is known by the name of its column.
"""

SURE_ENOUGH = 0.4
"""The score from which a finding counts; below it are guesses that want a word beside them."""


@dataclass(frozen=True, slots=True)
class CustomRecognizer:
    """A pattern that a project adds, such as its customer numbers."""

    name: str
    entity: str
    regex: str
    score: float = 0.5
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllowList:
    """What is never personal, though it looks like it: exact words, and regular expressions."""

    words: frozenset[str] = frozenset()
    regexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is recognised in the texts of a project."""

    languages: tuple[str, ...] = ("en",)
    custom: tuple[CustomRecognizer, ...] = ()
    allow: AllowList = field(default_factory=AllowList)
    off: frozenset[str] = OFF


STANDARD = Recognition()
"""What is recognised where a project says nothing of it."""
