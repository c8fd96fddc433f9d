"""Read how an order is to be carried out: as a dry run, from a step on, three at a time, 5 runs."""

from collections.abc import Iterator, Mapping
from itertools import dropwhile, product
from types import MappingProxyType

from engine.runs.model import StepKind
from skills.language.items import Kind
from skills.language.lexicon import STATUSES

Phrase = tuple[str, ...]
Said = tuple[Kind, str, int]

_HEADS = ("", "as", "as a", "with", "with a", "do", "do a", "make a", "using", "using a")
_AGAIN = ("refresh", "reload", "rebuild")
_CHANGES = ("change", "changes", "drift")
_STEPS: Mapping[StepKind, tuple[str, ...]] = MappingProxyType(
    {
        StepKind.CHECK: (
            "quality gate", "gate", "check", "checks", "quality check", "quality checks",
            "checking",
        ),
        StepKind.PUBLISH: ("publish", "publishing", "publication"),
        StepKind.REFINE: ("refine", "refining", "refinement"),
        StepKind.BUILD: ("build", "building"),
        StepKind.INGEST: ("ingest", "ingesting", "ingestion"),
    }
)  # fmt: skip
_FROM = ("from", "from the", "at", "at the", "starting at", "starting at the", "starting from the",
         "from its", "from step", "from the step")  # fmt: skip
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
_AT_ONCE = tuple(
    tuple(f"{unit} {words}".split())
    for unit in ("", "day", "days", "run", "runs")
    for words in ("at a time", "at once", "at the same time", "in parallel")
)
_RUNS = frozenset({"runs", "jobs"})
_BEFORE_RUNS = frozenset({"last", "latest", "recent", "newest", "most", *STATUSES})
_MOST_DIGITS = 2
_MOST_DIGITS_OF_A_LIMIT = 4


def _manners() -> Iterator[tuple[Phrase, tuple[Kind, str]]]:
    for phrase in _spelled(_HEADS, ("dry run", "dryrun")):
        yield phrase, (Kind.DRY, "")
    fully = (*_spelled(_HEADS, ("full",), _AGAIN), *_spelled(("fully", "completely"), _AGAIN))
    for phrase in (*fully, ("from", "scratch")):
        yield phrase, (Kind.FULL, "")
    for phrase in _spelled(("", "and"), ("accept", "accepting"), ("", "the"), _CHANGES):
        yield phrase, (Kind.ACCEPT, "")
    for kind, names in _STEPS.items():
        for phrase in _spelled(_FROM, names, ("", "step", "on")):
            yield phrase, (Kind.STEP, kind.value)


def _spelled(*parts: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Each way to put one of the words of each part after the other."""
    return tuple(tuple(" ".join(words).split()) for words in product(*parts))


_MANNERS: Mapping[Phrase, tuple[Kind, str]] = MappingProxyType(dict(_manners()))
_LONGEST = max(map(len, _MANNERS))
_FIRST_WORDS = frozenset(phrase[0] for phrase in _MANNERS)
_TAKING_UP = frozenset({"retry", "resume", "restart", "redo", "rerun", "repeat", "try", "continue"})
"""Only beside one of these is «from ingest» a step; elsewhere it names the pipeline."""


def read_manner(words: list[str], at: int) -> Said | None:
    """What the words from a position on say of how to do it, its value, and how many they are."""
    if words[at] in _FIRST_WORDS:
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            found = _MANNERS.get(tuple(words[at : at + length]))
            if found and (found[0] is not Kind.STEP or not _TAKING_UP.isdisjoint(words)):
                return *found, length
    return _at_once(words, at) or _limit(words, at)


def _at_once(words: list[str], at: int) -> Said | None:
    """«3 at a time», «two days at once», «one by one»."""
    if words[at : at + 3] == ["one", "by", "one"]:
        return Kind.AT_ONCE, "1", 3
    number = _NUMBERS.get(words[at]) or _whole_number(words[at])
    if not number:
        return None
    for tail in _AT_ONCE:
        if tuple(words[at + 1 : at + 1 + len(tail)]) == tail:
            return Kind.AT_ONCE, str(number), 1 + len(tail)
    return None


def _limit(words: list[str], at: int) -> Said | None:
    """«5 runs», «3 failed runs»: how many are to be listed."""
    number = _NUMBERS.get(words[at]) or _whole_number(words[at], _MOST_DIGITS_OF_A_LIMIT)
    ahead = dropwhile(_BEFORE_RUNS.__contains__, words[at + 1 :])
    return (Kind.LIMIT, str(number), 1) if number and next(ahead, "") in _RUNS else None


def _whole_number(word: str, most_digits: int = _MOST_DIGITS) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= most_digits else None
