"""How well free text is read: precision, recall and F2 of Atlas and stock Presidio, in one run.

Run it with `uv run python -m benchmarks.privacy_accuracy --texts FILE`. FILE is a JSON list of
texts with labelled spans, such as those of presidio-research: `full_text`, `spans` with
`entity_type`, `start_position` and `end_position`, and `template_id`. A labelled span is found
where the findings of its type that overlap it and the span share at least half of their
characters; a finding is right where at least half of its characters are labelled so. Label-
agnostic, any finding counts for any label. The templates are told in two halves, so that rules can
be tuned on the first.
"""

import argparse
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from engine.adapters.presidio.reading import MODELS, TextReader
from engine.adapters.presidio.recognizers import build_registry
from engine.privacy.recognition import Recognition

TEXTS = Path(__file__).parents[2] / "shared/data/pii_texts_labelled.json"

SAME = {
    "STREET_ADDRESS": "LOCATION",
    "ADDRESS": "LOCATION",
    "GPE": "LOCATION",
    "DOMAIN_NAME": "URL",
}
SUPPORTED = frozenset(
    {
        "PERSON",
        "LOCATION",
        "DATE_TIME",
        "PHONE_NUMBER",
        "EMAIL_ADDRESS",
        "CREDIT_CARD",
        "US_SSN",
        "IBAN_CODE",
        "IP_ADDRESS",
        "URL",
        "NRP",
        "US_DRIVER_LICENSE",
    }
)
THRESHOLD = 0.4
HALF = 0.5
ANY = "any label"

Labelled = tuple[int, int, str]
"""Where a piece of a text begins and ends, and what it is."""


class LabelledSpan(TypedDict):
    """A span as the file has it."""

    entity_type: str
    start_position: int
    end_position: int


class LabelledText(TypedDict):
    """A text as the file has it."""

    full_text: str
    spans: list[LabelledSpan]
    template_id: int


@dataclass(slots=True)
class Tally:
    """How many labels were found, and how many findings were right."""

    labels: int = 0
    found: int = 0
    findings: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """The part of the findings that was right."""
        return self.right / self.findings if self.findings else 0.0

    @property
    def recall(self) -> float:
        """The part of the labels that was found."""
        return self.found / self.labels if self.labels else 0.0

    @property
    def f2(self) -> float:
        """Both in one figure, recall counting twice."""
        both = 4 * self.precision + self.recall
        return 5 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Score:
    """A tally for each entity and one for any."""

    tallies: dict[str, Tally] = field(default_factory=dict)

    def of(self, entity: str) -> Tally:
        """The tally of an entity."""
        return self.tallies.setdefault(entity, Tally())

    def add(self, labels: Sequence[Labelled], findings: Sequence[Labelled]) -> None:
        """Count one text."""
        for label in labels:
            own = [each for each in findings if each[2] == label[2]]
            for name, those in ((label[2], own), (ANY, findings)):
                tally = self.of(name)
                tally.labels += 1
                tally.found += is_found(label, those)
        for finding in findings:
            own = [each for each in labels if each[2] == finding[2]]
            for name, those in ((finding[2], own), (ANY, labels)):
                tally = self.of(name)
                tally.findings += 1
                tally.right += is_right(finding, those)


def characters(spans: Iterable[Labelled]) -> set[int]:
    """The places that some spans cover."""
    return {place for start, end, _ in spans for place in range(start, end)}


def is_found(label: Labelled, findings: Iterable[Labelled]) -> bool:
    """Whether the findings over a label have about its extent."""
    over = characters(each for each in findings if each[0] < label[1] and label[0] < each[1])
    wanted = characters([label])
    return bool(over) and len(over & wanted) >= HALF * len(over | wanted)


def is_right(finding: Labelled, labels: Iterable[Labelled]) -> bool:
    """Whether most of a finding is labelled."""
    return len(characters([finding]) & characters(labels)) >= HALF * (finding[1] - finding[0])


def labels_of(text: LabelledText) -> list[Labelled]:
    """The labels of the entities that Presidio knows."""
    spans = [
        (
            each["start_position"],
            each["end_position"],
            SAME.get(each["entity_type"], each["entity_type"]),
        )
        for each in text["spans"]
    ]
    return [each for each in spans if each[2] in SUPPORTED]


def by_stock(texts: Sequence[str]) -> list[list[Labelled]]:
    """Presidio as it comes, with the same language model, in batches."""
    model = {"lang_code": "en", "model_name": MODELS["en"]}
    ignored = {"labels_to_ignore": ["ORG", "ORGANIZATION", "CARDINAL", "EVENT", "LANGUAGE", "LAW"]}
    configuration = {
        "nlp_engine_name": "spacy",
        "models": [model],
        "ner_model_configuration": ignored,
    }
    nlp = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    engine = BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    results = engine.analyze_iterator(texts, "en", batch_size=64, score_threshold=THRESHOLD)
    return [[(each.start, each.end, each.entity_type) for each in found] for found in results]


def by_atlas(reader: TextReader, texts: Sequence[str]) -> list[list[Labelled]]:
    """What the reader of free text finds."""
    return [[(each.start, each.end, each.entity) for each in found] for found in reader.read(texts)]


def scored(
    texts: Sequence[LabelledText],
    found: Sequence[Sequence[Labelled]],
    wanted: Callable[[LabelledText], bool],
) -> Score:
    """The score over the texts of some templates, of the entities that are scored."""
    score = Score()
    for text, findings in zip(texts, found, strict=True):
        if wanted(text):
            known = [(start, end, SAME.get(name, name)) for start, end, name in findings]
            score.add(labels_of(text), [each for each in known if each[2] in SUPPORTED])
    return score


def first_half(text: LabelledText) -> bool:
    """Whether rules were tuned on the texts of its template."""
    return text["template_id"] // 2 % 2 == 0


def second_half(text: LabelledText) -> bool:
    """Whether they were not."""
    return not first_half(text)


def timed(
    work: Callable[[Sequence[str]], list[list[Labelled]]], texts: Sequence[str]
) -> tuple[list[list[Labelled]], float]:
    """What it finds, and the texts a second of processor time."""
    began = time.process_time()
    found = work(texts)
    return found, len(texts) / (time.process_time() - began)


def told(score: Score, peer: Score) -> None:
    """A line for each entity."""
    print(f"  {'entity':18} labels   Atlas P     R    F2   stock P     R    F2")
    for name in sorted({*score.tallies, *peer.tallies}, key=lambda each: (each == ANY, each)):
        own, other = score.of(name), peer.of(name)
        print(
            f"  {name:18} {own.labels or other.labels:6}"
            f"   {own.precision:7.3f} {own.recall:5.3f} {own.f2:5.3f}"
            f"   {other.precision:7.3f} {other.recall:5.3f} {other.f2:5.3f}"
        )


def main() -> None:
    """Read the texts with both and tell how well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--texts", type=Path, default=TEXTS)
    path: Path = parser.parse_args().texts
    if not path.exists():
        raise SystemExit(f"There is no {path}: give a file of labelled texts with --texts.")
    texts: list[LabelledText] = json.loads(path.read_text())
    plain = [each["full_text"] for each in texts]
    reader = TextReader(build_registry(Recognition()))
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    by_atlas(reader, plain[:64])
    found, rate = timed(lambda those: by_atlas(reader, those), plain)
    stock, stock_rate = timed(by_stock, plain)
    figures: dict[str, float] = {}
    parts = (("first half of templates", first_half), ("second half of templates", second_half))
    for name, wanted in (*parts, ("all", lambda _: True)):
        own, peer = scored(texts, found, wanted), scored(texts, stock, wanted)
        print(f"{name}: {sum(map(wanted, texts))} texts")
        told(own, peer)
        for who, score in (("atlas", own), ("stock", peer)):
            figures[f"{who} F2, {name}"] = round(score.of(ANY).f2, 3)
    words = Counter(len(each.split()) for each in plain)
    figures["texts a CPU second"] = round(rate)
    figures["stock texts a CPU second"] = round(stock_rate)
    figures["words a text"] = round(sum(k * v for k, v in words.items()) / len(plain), 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
