"""What is looked for within values, made once in each process that looks."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

from presidio_anonymizer.operators import Mask

from engine.adapters.presidio.reading import TextReader
from engine.adapters.presidio.recognizers import build_registry
from engine.adapters.presidio.scanning import PatternScanner
from engine.catalog.model import Operator
from engine.privacy.coverage import Reach
from engine.privacy.disguises import seeing_through
from engine.privacy.model import Protection
from engine.privacy.operators import way
from engine.privacy.protect import Keyring, masked_characters
from engine.privacy.recognition import Recognition
from engine.privacy.selecting import Selection
from engine.privacy.shield import Finder, Way
from engine.privacy.spans import Span


@lru_cache(maxsize=4)
def reader(recognition: Recognition, folder: Path | None) -> TextReader:
    """What reads free text; a language model takes a second to load."""
    registry = build_registry(recognition)
    return TextReader(registry, recognition, _scanner(recognition, folder))


@lru_cache(maxsize=4)
def _scanner(recognition: Recognition, folder: Path | None) -> PatternScanner:
    registry = build_registry(recognition)
    return PatternScanner(registry, folder=folder, languages=recognition.languages)


def finders(recognition: Recognition, folder: Path | None) -> Mapping[Reach, Finder]:
    """What looks for patterns, and what reads; neither is made before it is needed."""
    selection = Selection(recognition)

    def by_pattern(texts: Sequence[str]) -> dict[str, list[Span]]:
        found = _scanner(recognition, folder).found(texts)
        return {text: selection.of(text, spans) for text, spans in found.items()}

    def by_reading(texts: Sequence[str]) -> dict[str, list[Span]]:
        read = reader(recognition, folder).read(texts)
        return {text: spans for text, spans in zip(texts, read, strict=True) if spans}

    return {
        Reach.PATTERNS: seeing_through(by_pattern),
        Reach.TEXT: seeing_through(by_reading),
    }


def way_within(protection: Protection, keys: Keyring | None) -> Way:
    """How a piece of a text is protected: masks are Presidio's own, beside which finding it took
    a thousand times as long."""
    if protection.operator is Operator.MASK:
        return partial(_masked, Mask())
    return way(protection, keys)


def _masked(operator: Mask, value: str) -> str:
    hidden = {"masking_char": "*", "chars_to_mask": masked_characters(value), "from_end": False}
    masked: str = operator.operate(value, hidden)
    return masked
