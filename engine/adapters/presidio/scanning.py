"""Finds in many texts at once exactly what Presidio's recognizers by pattern find in each.

A sieve names the few patterns that could match a text; only those are tried, as Presidio tries
them: the regular expression, then the recognizer's own validation. The findings are those of an
AnalyzerEngine without a language model, over the same registry, before anything is resolved.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Protocol, cast

import regex  # type: ignore[import-untyped]  # its stubs are a package of their own
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.pattern_recognizer import REGEX_TIMEOUT_SECONDS
from presidio_analyzer.predefined_recognizers import (
    EmailRecognizer,
    IbanRecognizer,
    PhoneRecognizer,
    SpacyRecognizer,
)

from engine.adapters.presidio.phones import PhoneSearch
from engine.adapters.presidio.prefilter import BlockSieve, CompileBlock, Sieve, hyperscan_block
from engine.adapters.presidio.supersets import Unreadable, superset
from engine.privacy.spans import Span

CHUNK = 4096
"""Texts that are sifted in one go: enough to hide the call, few enough to stay in the cache."""

_Judgement = Callable[[str], bool | None]
_NOUGHT = EntityRecognizer.MIN_SCORE
_PLAIN_NAME = re.compile(r"[\w.+%-]+", re.ASCII)
_in_order = attrgetter("start", "end", "entity", "score")


class _Search(Protocol):
    """Tries one pattern, or one recognizer, on a text."""

    def find(self, text: str) -> Iterable[Span]:
        """What it finds, with a score above nought."""
        ...


class _PatternSearch:
    """One pattern of a PatternRecognizer."""

    def __init__(self, recognizer: PatternRecognizer, pattern: Pattern) -> None:
        self._entity = recognizer.supported_entities[0]
        self._finditer = regex.compile(pattern.regex, recognizer.global_regex_flags).finditer
        self._score = pattern.score
        self._valid = _validation(recognizer)
        self._invalid = _invalidation(recognizer)

    def find(self, text: str) -> Iterator[Span]:
        """Its matches that pass validation."""
        try:
            for match in self._finditer(text, timeout=REGEX_TIMEOUT_SECONDS):
                start, end = match.span()
                score = self._score_of(text[start:end]) if start < end else _NOUGHT
                if score > _NOUGHT:
                    yield Span(start, end, self._entity, score)
        except TimeoutError:
            return  # Presidio keeps what it found by then

    def _score_of(self, found: str) -> float:
        valid = self._valid(found) if self._valid else None
        if (valid is not None and not valid) or (self._invalid and self._invalid(found)):
            return _NOUGHT
        return EntityRecognizer.MAX_SCORE if valid else self._score


def _validation(recognizer: PatternRecognizer) -> _Judgement | None:
    if type(recognizer) is EmailRecognizer:
        return _EmailJudgement(recognizer)
    own = type(recognizer).validate_result is not PatternRecognizer.validate_result
    return cast(_Judgement, recognizer.validate_result) if own else None


def _invalidation(recognizer: PatternRecognizer) -> _Judgement | None:
    own = type(recognizer).invalidate_result is not PatternRecognizer.invalidate_result
    return cast(_Judgement, recognizer.invalidate_result) if own else None


class _EmailJudgement:
    """Judges an e-mail address by what follows its last @, once for each domain."""

    def __init__(self, recognizer: EmailRecognizer) -> None:
        self._whole: _Judgement = recognizer.validate_result
        self._domain: _Judgement = lru_cache(maxsize=4096)(recognizer.validate_result)

    def __call__(self, found: str) -> bool | None:
        """Presidio's own judgement."""
        name, _, domain = found.rpartition("@")
        if _PLAIN_NAME.fullmatch(name):  # others may hold what parts a URL
            return self._domain(f"a@{domain}")
        return self._whole(found)


class _PhoneSpans:
    """The phone numbers of one recognizer."""

    def __init__(self, recognizer: PhoneRecognizer) -> None:
        self._search = PhoneSearch(recognizer)
        self._entity = recognizer.supported_entities[0]
        self._score = recognizer.SCORE
        self.expression = self._search.expression

    def find(self, text: str) -> Iterator[Span]:
        """Each number once."""
        for start, end in self._search.find(text):
            yield Span(start, end, self._entity, self._score)


class _WholeRecognizer:
    """A recognizer that searches in a way of its own."""

    def __init__(self, recognizer: EntityRecognizer, entities: list[str]) -> None:
        self._recognizer = recognizer
        self._entities = entities
        engine = NoOpNlpEngine([{"lang_code": recognizer.supported_language, "model_name": ""}])
        engine.load()
        self._artifacts = engine.process_text("", recognizer.supported_language)

    def find(self, text: str) -> Iterator[Span]:
        """What it finds where no language model has read the text."""
        found = self._recognizer.analyze(text, self._entities, self._artifacts)
        for each in found or ():
            yield Span(each.start, each.end, each.entity_type, each.score)


@dataclass(frozen=True, slots=True)
class _Sought:
    """A search, the entities it is for, and what must match where it finds something."""

    search: _Search
    entities: frozenset[str]
    expressions: tuple[str, ...] | None
    """One of them matches each text with a finding; None if no such expression is known."""


def _sought(recognizer: EntityRecognizer, entities: list[str]) -> Iterator[_Sought]:
    """How a recognizer is searched for."""
    own = frozenset(recognizer.supported_entities)
    if isinstance(recognizer, SpacyRecognizer):
        return  # it reads what a language model left, and here is none
    if isinstance(recognizer, PatternRecognizer):
        if type(recognizer).analyze is PatternRecognizer.analyze:
            for pattern in _patterns(recognizer):
                search = _PatternSearch(recognizer, pattern)
                yield _Sought(search, own, _supersets(recognizer, [pattern]))
            return
        known = type(recognizer) is IbanRecognizer
        needed = _supersets(recognizer, _patterns(recognizer)) if known else None
        yield _Sought(_WholeRecognizer(recognizer, entities), own, needed)
    elif PhoneSearch.fits(recognizer):
        phones = _PhoneSpans(cast(PhoneRecognizer, recognizer))
        yield _Sought(phones, own, (phones.expression,))
    else:
        yield _Sought(_WholeRecognizer(recognizer, entities), own, None)


def _patterns(recognizer: PatternRecognizer) -> list[Pattern]:
    return list(vars(recognizer)["patterns"])  # its own annotation of them says nothing


def _supersets(
    recognizer: PatternRecognizer, patterns: Iterable[Pattern]
) -> tuple[str, ...] | None:
    try:
        flags = recognizer.global_regex_flags or 0
        return tuple(superset(each.regex, flags) for each in patterns)
    except Unreadable:
        return None


class PatternScanner:
    """Finds what the recognizers by pattern of a registry find."""

    def __init__(
        self,
        registry: RecognizerRegistry,
        *,
        folder: Path | None = None,
        languages: Collection[str] = ("en",),
        compile_block: CompileBlock = hyperscan_block,
    ) -> None:
        """Keep the compiled database in a folder, if one is given, for the next scanner."""
        recognizers = [
            each for each in registry.recognizers if each.supported_language in languages
        ]
        entities = sorted({entity for each in recognizers for entity in each.supported_entities})
        sought = [one for each in recognizers for one in _sought(each, entities)]
        self._searches = [each.search for each in sought]
        self._entities = [each.entities for each in sought]
        self._sieve, self._owners, self._always = _sieve(sought, folder, compile_block)

    def scan(
        self, texts: Sequence[str], entities: Collection[str] | None = None
    ) -> list[list[Span]]:
        """The findings of each text, by where they start; of some entities only, if named."""
        found = self.found(texts, entities)
        return [list(found.get(text, ())) for text in texts]

    def found(
        self, texts: Iterable[str], entities: Collection[str] | None = None
    ) -> dict[str, list[Span]]:
        """The findings of those texts that have any; equal texts are looked at once."""
        distinct = list(dict.fromkeys(texts))
        wanted = self._wanted(entities)
        found: dict[str, list[Span]] = {}
        for first in range(0, len(distinct), CHUNK):
            chunk = distinct[first : first + CHUNK]
            for place, searches in self._candidates(chunk):
                spans = self._spans(chunk[place], searches & wanted)
                if spans:
                    found[chunk[place]] = spans
        return found

    def _wanted(self, entities: Collection[str] | None) -> frozenset[int]:
        every = range(len(self._searches))
        if entities is None:
            return frozenset(every)
        return frozenset(n for n in every if not self._entities[n].isdisjoint(entities))

    def _candidates(self, texts: Sequence[str]) -> Iterator[tuple[int, frozenset[int]]]:
        """Which searches are worth trying on which text."""
        if self._sieve is None:
            every = frozenset(range(len(self._searches)))
            yield from ((place, every) for place in range(len(texts)))
            return
        sifted = self._sieve.sift(texts)
        owners = self._owners
        places = range(len(texts)) if self._always else sifted
        for place in places:
            hit = frozenset(owners[number] for number in sifted.get(place, ()))
            yield place, hit | self._always

    def _spans(self, text: str, searches: Iterable[int]) -> list[Span]:
        spans = [span for number in searches for span in self._searches[number].find(text)]
        return _without_lesser(spans) if len(spans) > 1 else spans


def _sieve(
    sought: Sequence[_Sought], folder: Path | None, compile_block: CompileBlock
) -> tuple[Sieve | None, tuple[int, ...], frozenset[int]]:
    """The sieve, the search that each of its expressions is of, and the searches to try always."""
    always = {number for number, each in enumerate(sought) if each.expressions is None}
    pairs = [(number, each) for number, one in enumerate(sought) for each in one.expressions or ()]
    block = compile_block(tuple(each for _, each in pairs), folder)
    if block is None:  # perhaps for one expression only
        always |= {number for number, each in pairs if compile_block((each,), None) is None}
        pairs = [(number, each) for number, each in pairs if number not in always]
        block = compile_block(tuple(each for _, each in pairs), folder) if pairs else None
    sieve = BlockSieve(block, len(pairs)) if block else None
    return sieve, tuple(number for number, _ in pairs), frozenset(always)


def _without_lesser(spans: Iterable[Span]) -> list[Span]:
    """Without those that lie in another of their entity with a score as high, as Presidio does."""
    kept: list[Span] = []
    near: list[Span] = []
    for span in sorted(set(spans), key=_widest_first):
        near = [other for other in near if other.entity == span.entity and other.end > span.start]
        if not any(other.end >= span.end and other.score >= span.score for other in near):
            kept.append(span)
            near.append(span)
    return sorted(kept, key=_in_order)


def _widest_first(span: Span) -> tuple[str, int, int, float]:
    return span.entity, span.start, -span.end, -span.score
