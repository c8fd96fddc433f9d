"""The set of recognizers that everybody uses: Presidio's own, ours, and those of a project."""

import logging
import re
from collections.abc import Iterator

import tldextract
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, SpacyRecognizer
from typing_extensions import override

from engine.privacy.recognition import CustomRecognizer, Recognition


def build_registry(recognition: Recognition) -> RecognizerRegistry:
    """All recognizers by pattern and checksum for the languages of a project."""
    _stay_offline()
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    languages = list(recognition.languages)
    stock = RecognizerRegistry(supported_languages=languages)
    stock.load_predefined_recognizers(languages=languages)
    recognizers = [*_wanted(stock, recognition), *_custom(recognition)]
    return RecognizerRegistry(recognizers=recognizers, supported_languages=languages)


def _stay_offline() -> None:
    """The e-mail recognizer would fetch a list of domains from the internet; a copy is built in."""
    offline = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.tldextract.TLD_EXTRACTOR = offline
    setattr(tldextract, "extract", offline)  # noqa: B010  # a plain assignment would change its type


def _wanted(stock: RecognizerRegistry, recognition: Recognition) -> Iterator[EntityRecognizer]:
    """Presidio's own, but for entities that are off and the one that wants a language model."""
    for each in stock.recognizers:
        if isinstance(each, SpacyRecognizer) or set(each.supported_entities) <= recognition.off:
            continue
        yield CardNumbers(each) if isinstance(each, CreditCardRecognizer) else each


_CARD_GUESS = 0.3
"""Presidio's own: a card number counts only with its check digit."""

_CARDS = (
    # Presidio 2.2 lacks Mastercard's second series, Visa's 19 digits and most of Maestro's
    Pattern("Mastercard from 2", r"\b2[2-7]\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b", _CARD_GUESS),
    Pattern("Visa of 19 digits", r"\b4\d{18}\b", _CARD_GUESS),
    Pattern("Maestro", r"\b(?:5[06-8]|6\d)\d{10,17}\b", _CARD_GUESS),
)

_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-59]|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}|(?:1800|2131)\d{11}"
    r"|(?:5[06-8]|6\d)\d{11,17}"
)
"""Prefixes and lengths in use: 15 digits from 35 on are the number of a device, not a card."""

_SHORT_ISSUED = re.compile(r"(?:5[06-8]|6\d)\d{10}")
"""Twelve digits of Maestro: too like an id to count without a word beside them."""


class CardNumbers(CreditCardRecognizer):
    """Card numbers of all issuers, whose length and check digit are right."""

    def __init__(self, stock: CreditCardRecognizer) -> None:
        super().__init__(
            patterns=[*CreditCardRecognizer.PATTERNS, *_CARDS],
            context=stock.context,
            supported_language=stock.supported_language,
        )

    @override
    def validate_result(self, pattern_text: str) -> bool | None:  # type: ignore[override]  # as its own base class has it
        """Whether it is one; None where only a word beside it can tell."""
        digits = re.sub(r"\D", "", pattern_text)
        if not super().validate_result(pattern_text):
            return False
        if _SHORT_ISSUED.fullmatch(digits):
            return None
        return _ISSUED.fullmatch(digits) is not None


def _custom(recognition: Recognition) -> Iterator[EntityRecognizer]:
    for language in recognition.languages:
        for each in recognition.custom:
            yield _pattern_recognizer(each, language)


def _pattern_recognizer(custom: CustomRecognizer, language: str) -> PatternRecognizer:
    return PatternRecognizer(
        supported_entity=custom.entity,
        name=custom.name,
        supported_language=language,
        patterns=[Pattern(custom.name, custom.regex, custom.score)],
        context=list(custom.context),
    )
