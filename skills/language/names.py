"""Find names of the vocabulary among words, exactly or by their nearest spelling."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from skills.language.vocabulary import LAYERS, Vocabulary
from skills.language.words import folded

_LONGEST = 80
_REACHES = ((2, 0), (5, 1), (11, 2), (_LONGEST, 3))
"""How many slips a word may have, by its length."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that exists, of a pipeline or of a table (perhaps within a layer)."""

    value: str
    words: tuple[str, ...]
    is_pipeline: bool
    layer: str | None = None

    @property
    def spelling(self) -> str:
        """The name as it is compared with misspelled ones."""
        return "_".join(self.words)


@dataclass(frozen=True, slots=True)
class Near:
    """Names close to what was typed, the nearest first, and how far that one is."""

    names: tuple[Name, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Names:
    """All names, ready to be looked up."""

    exact: dict[tuple[str, ...], tuple[Name, ...]]
    by_length: dict[int, dict[str, Name]]
    longest: int
    columns: frozenset[str] = frozenset()

    def at(self, words: Sequence[str], position: int) -> tuple[Name, ...]:
        """The names that the words spell from a position on, the longest spelling."""
        for length in range(min(self.longest, len(words) - position), 0, -1):
            found = self.exact.get(tuple(words[position : position + length]))
            if found:
                return found
        return ()

    def near(self, words: Sequence[str], *, any_length: bool = False) -> Near | None:
        """The names whose spelling is close to these words."""
        lengths = self.by_length if any_length else (len(words),)
        spellings = {
            spelling: name
            for length in lengths
            for spelling, name in self.by_length.get(length, {}).items()
        }
        found = nearest("_".join(words), tuple(spellings))
        if not found:
            return None
        return Near(tuple(spellings[spelling] for spelling, _ in found), found[0][1])


@lru_cache(maxsize=16)
def names_of(vocabulary: Vocabulary) -> Names:
    """The names of a vocabulary, ready to be looked up."""
    found = tuple(name for name in _all_names(vocabulary) if name.words)
    exact: dict[tuple[str, ...], tuple[Name, ...]] = {}
    by_length: dict[int, dict[str, Name]] = {}
    for name in found:
        if name.layer is None:
            exact[name.words] = (*exact.get(name.words, ()), name)
        by_length.setdefault(len(name.words), {}).setdefault(name.spelling, name)
    longest = max((len(words) for words in exact), default=0)
    return Names(exact, by_length, longest, frozenset(vocabulary.columns))


def nearest(word: str, candidates: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The candidates within reach of a misspelled word and their distances, nearest first."""
    if len(word) > _LONGEST:
        return ()
    limit = _reach(len(word))
    distances = ((candidate, OSA.distance(word, candidate)) for candidate in candidates)
    within = sorted((slips, candidate) for candidate, slips in distances if slips <= limit)
    return tuple((candidate, slips) for slips, candidate in within[:3])


def _reach(length: int) -> int:
    return next(reach for longest, reach in _REACHES if length <= longest)


def _all_names(vocabulary: Vocabulary) -> Iterable[Name]:
    for pipeline in vocabulary.pipelines:
        yield Name(pipeline, folded(pipeline), is_pipeline=True)
    for table in vocabulary.short_names():
        yield Name(table, folded(table), is_pipeline=False)
    for dataset in vocabulary.datasets:
        layer, _, table = dataset.partition(".")
        if layer in LAYERS:
            yield Name(table, folded(dataset), is_pipeline=False, layer=layer)
