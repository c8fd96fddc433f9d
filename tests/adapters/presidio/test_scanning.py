"""What the scanner finds is what an AnalyzerEngine finds, cell by cell."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from presidio_analyzer import (
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts
from typing_extensions import override

from benchmarks.cells import KINDS, Cells
from benchmarks.pattern_scan import TEXTS, Stock, pattern_registry
from engine.adapters.presidio.prefilter import Block
from engine.adapters.presidio.scanning import CHUNK, PatternScanner
from engine.privacy.spans import Span

CELLS_OF_EACH = 150


@pytest.fixture(scope="module")
def registry() -> RecognizerRegistry:
    return pattern_registry()


@pytest.fixture(scope="module")
def stock(registry: RecognizerRegistry) -> Stock:
    return Stock(registry)


@pytest.fixture(scope="module")
def scanner(registry: RecognizerRegistry) -> PatternScanner:
    return PatternScanner(registry)


def no_block(_expressions: tuple[str, ...], _folder: Path | None) -> Block | None:
    """As where hyperscan isn't installed."""
    return None


def scanner_of(*recognizers: EntityRecognizer) -> tuple[PatternScanner, Stock]:
    registry = RecognizerRegistry(recognizers=list(recognizers))
    return PatternScanner(registry), Stock(registry)


def custom(pattern: str, score: float = 0.5) -> PatternRecognizer:
    return PatternRecognizer("CUSTOM", patterns=[Pattern("custom", pattern, score)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_has_the_same_findings(scanner: PatternScanner, stock: Stock, kind: str) -> None:
    cells = Cells(2).column(kind, CELLS_OF_EACH)

    assert_equal(cells, scanner.scan(cells), stock.scan(cells))


def assert_equal(cells: Sequence[str], found: list[list[Span]], expected: list[list[Span]]) -> None:
    every = zip(cells, found, expected, strict=True)
    assert [(cell, mine, other) for cell, mine, other in every if mine != other] == []


@pytest.mark.shared
def test_labelled_texts_have_the_same_findings(scanner: PatternScanner, stock: Stock) -> None:
    texts = [each["full_text"] for each in json.loads(TEXTS.read_text("utf-8"))][::3]

    assert_equal(texts, scanner.scan(texts), stock.scan(texts))


def test_without_hyperscan_the_findings_are_the_same(
    registry: RecognizerRegistry, scanner: PatternScanner
) -> None:
    plain = PatternScanner(registry, compile_block=no_block)
    cells = [cell for kind in KINDS for cell in Cells(4).column(kind, 15)]

    assert_equal(cells, plain.scan(cells), scanner.scan(cells))


def test_a_very_long_cell_has_the_same_findings(scanner: PatternScanner, stock: Stock) -> None:
    cells = [" ".join(Cells(6).column("free_text", 40)), "x" * 50_000, "1" * 3_000, "a.b@" * 900]

    assert_equal(cells, scanner.scan(cells), stock.scan(cells))


def test_equal_cells_are_looked_at_once_and_told_each_time(scanner: PatternScanner) -> None:
    cells = ["ada@example.org", "nothing", "ada@example.org"]
    first, second, third = scanner.scan(cells)

    assert first == third != []
    assert first is not third
    assert second == []
    assert list(scanner.found(cells)) == ["ada@example.org"]


def test_findings_are_of_their_own_cell_over_many_chunks(scanner: PatternScanner) -> None:
    cells = [f"cell {n}" for n in range(3 * CHUNK)]
    places = (0, CHUNK - 1, CHUNK, 2 * CHUNK + 7)
    for place in places:
        cells[place] = f"{place} ada@example.org"
    found = scanner.scan(cells, ["EMAIL_ADDRESS"])

    assert [place for place, spans in enumerate(found) if spans] == list(places)
    for place in places:
        (span,) = found[place]
        assert cells[place][span.start : span.end] == "ada@example.org"


@pytest.mark.parametrize(
    "entities", [["EMAIL_ADDRESS"], ["PHONE_NUMBER", "US_SSN"], ["URL", "IBAN_CODE", "CREDIT_CARD"]]
)
def test_only_what_is_named_is_sought(
    scanner: PatternScanner, stock: Stock, entities: list[str]
) -> None:
    cells = Cells(8).column("mixed", 60)
    found = scanner.scan(cells, entities)

    assert_equal(cells, found, stock.scan(cells, entities))
    assert {span.entity for spans in found for span in spans} <= set(entities)


def test_an_entity_that_nobody_recognises_is_not_found(scanner: PatternScanner) -> None:
    assert scanner.scan(["ada@example.org"], ["NOBODY_KNOWS"]) == [[]]


@pytest.mark.parametrize(
    ("pattern", "cell"),
    [
        (r"\AC-\d{4}\Z", "C-1234"),
        (r"(?<!\s)C\d{4}(?!\s)", "C1234"),
        (r"\p{Lu}{2}-\d+", "ÄÖ-12"),  # re can't read it: it is tried on every cell
        (r"\d*", "a 12 b"),  # hyperscan won't take what matches nothing
        (r"kunde \w{3,}", "\u212aunde Zoë"),  # the sign of kelvin is a k
        (r"nr{,2}\.", "n. 7"),
        (r"[[:alpha:]]{3}7", "abc7"),
        (r"(?:customer){e<=1}", "custmer"),
        (r"^b$", "a\nb\nc"),
    ],
)
def test_a_pattern_of_a_project_finds_the_same(pattern: str, cell: str) -> None:
    scanner, stock = scanner_of(custom(pattern), custom(r"\bx\d\b"))
    cells = ["nothing", cell, f"{cell} x1 {cell}", "x2"]

    assert_equal(cells, scanner.scan(cells), stock.scan(cells))
    assert scanner.scan(cells)[1] != []


def test_a_list_of_words_finds_the_same() -> None:
    words = PatternRecognizer("WORD", deny_list=["blue box", "a.b", "Straße"])
    scanner, stock = scanner_of(words)
    cells = ["a BLUE BOX came", "blue boxes", "a.b", "axb", "die STRAßE", "(straße)"]

    assert_equal(cells, scanner.scan(cells), stock.scan(cells))
    assert [bool(spans) for spans in scanner.scan(cells)] == [True, False, True, False, True, True]


def test_of_findings_of_one_entity_within_each_other_the_better_stay() -> None:
    scanner, stock = scanner_of(
        custom("abcd", 0.4), custom("bc", 0.3), custom("bc", 0.9), custom("abcd", 0.4)
    )

    assert scanner.scan(["abcd"]) == stock.scan(["abcd"])
    assert scanner.scan(["abcd"]) == [[Span(0, 4, "CUSTOM", 0.4), Span(1, 3, "CUSTOM", 0.9)]]


class FindsEverything(EntityRecognizer):
    """A recognizer that searches in a way nobody can know beforehand."""

    @override
    def load(self) -> None:
        """Nothing to load."""

    @override
    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """The whole text."""
        assert entities == ["CUSTOM", "WHOLE"]
        assert nlp_artifacts is not None
        return [RecognizerResult("WHOLE", 0, len(text), 0.7)] if text else []


def test_a_recognizer_of_another_kind_sees_every_cell() -> None:
    scanner, _ = scanner_of(FindsEverything(["WHOLE"]), custom("b"))

    assert scanner.scan(["a", "", "b"]) == [
        [Span(0, 1, "WHOLE", 0.7)],
        [],
        [Span(0, 1, "CUSTOM", 0.5), Span(0, 1, "WHOLE", 0.7)],
    ]


def test_recognizers_of_other_languages_are_asked_for_those_only() -> None:
    german = PatternRecognizer(
        "KUNDE", supported_language="de", patterns=[Pattern("k", r"K\d", 0.5)]
    )
    registry = RecognizerRegistry(
        recognizers=[german, custom("b")], supported_languages=["de", "en"]
    )

    assert PatternScanner(registry).scan(["K1 b"]) == [[Span(3, 4, "CUSTOM", 0.5)]]
    assert PatternScanner(registry, languages=["de", "en"]).scan(["K1 b"]) == [
        [Span(0, 2, "KUNDE", 0.5), Span(3, 4, "CUSTOM", 0.5)]
    ]


def test_the_database_is_kept_for_the_next_scanner(tmp_path: Path) -> None:
    registry = RecognizerRegistry(recognizers=[custom(r"C\d")])
    first = PatternScanner(registry, folder=tmp_path)
    second = PatternScanner(registry, folder=tmp_path)

    assert first.scan(["C1"]) == second.scan(["C1"]) == [[Span(0, 2, "CUSTOM", 0.5)]]
    assert len(list(tmp_path.iterdir())) == 1
