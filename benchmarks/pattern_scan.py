"""How fast columns are scanned for patterns, beside Presidio's own AnalyzerEngine, and if equally.

Run it with `uv run python -m benchmarks.pattern_scan`. Every cell is scanned by both, and their
findings are compared: entity, place and score. The rates are those of processor time; that of the
AnalyzerEngine is taken on a part of the cells, since it needs minutes for what takes the scanner
seconds. It runs without a language model, so that both do the same.
"""

import argparse
import json
import logging
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from benchmarks.cells import CLEAN, PERSONAL, Cells, every_kind
from engine.adapters.presidio.scanning import PatternScanner
from engine.privacy.spans import Span

TEXTS = Path(__file__).parents[2] / "shared" / "data" / "pii_texts_labelled.json"
PROCESSES = 2
CHUNK = 500
RATED = (*PERSONAL, *CLEAN, "amount", "order_id", "date", "free_text")
STOCK_CELLS = 400
SCANNED_CELLS = {True: 20_000, False: 4_000}
"""Cells whose time is taken, in clean columns and in others."""


def pattern_registry() -> RecognizerRegistry:
    """Presidio's default recognizers for English but the one that wants a language model."""
    offline = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.tldextract.TLD_EXTRACTOR = offline
    setattr(tldextract, "extract", offline)  # noqa: B010  # a plain assignment would change its type
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    whole = RecognizerRegistry()
    whole.load_predefined_recognizers(languages=["en"])
    return RecognizerRegistry(
        recognizers=[each for each in whole.recognizers if not isinstance(each, SpacyRecognizer)]
    )


class Stock:
    """Presidio's own way: each recognizer on each text."""

    def __init__(self, registry: RecognizerRegistry) -> None:
        nothing = NoOpNlpEngine([{"lang_code": "en", "model_name": ""}])
        nothing.load()
        self._engine = AnalyzerEngine(
            registry=registry, nlp_engine=nothing, supported_languages=["en"]
        )

    def scan(self, texts: Sequence[str], entities: Sequence[str] = ()) -> list[list[Span]]:
        """What it finds in each text, sorted."""
        return [self._found(text, list(entities) or None) for text in texts]

    def _found(self, text: str, entities: list[str] | None) -> list[Span]:
        found = self._engine.analyze(text, "en", entities=entities, score_threshold=0)
        return sorted(Span(each.start, each.end, each.entity_type, each.score) for each in found)


@cache
def _both(folder: Path | None) -> tuple[Stock, PatternScanner]:
    registry = pattern_registry()
    return Stock(registry), PatternScanner(registry, folder=folder)


def differences(folder: Path, cells: list[str]) -> tuple[int, int]:
    """In how many cells both find something else, and how much is found."""
    stock, scanner = _both(folder)
    expected = stock.scan(cells)
    found = scanner.scan(cells)
    unequal = sum(one != other for one, other in zip(expected, found, strict=True))
    return unequal, sum(map(len, expected))


def compare(folder: Path, cells: list[str]) -> tuple[int, int]:
    """The same of many cells, in processes beside each other."""
    chunks = [cells[n : n + CHUNK] for n in range(0, len(cells), CHUNK)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        counted = list(pool.map(differences, [folder] * len(chunks), chunks))
    return sum(unequal for unequal, _ in counted), sum(found for _, found in counted)


def labelled_texts() -> list[str]:
    """The texts of the labelled set, where it is at hand."""
    if not TEXTS.exists():
        return []
    return [cast(str, each["full_text"]) for each in json.loads(TEXTS.read_text("utf-8"))]


def rate(scan: Callable[[list[str]], object], cells: list[str]) -> float:
    """Cells in a second of processor time."""
    begin = time.process_time()
    scan(cells)
    return len(cells) / (time.process_time() - begin)


def rates(folder: Path, kind: str, seed: int) -> tuple[float, float]:
    """Of one column of different cells: the AnalyzerEngine's rate and the scanner's."""
    stock, scanner = _both(folder)
    cells = Cells(seed).column(kind, SCANNED_CELLS[kind in CLEAN])
    scanner.scan(cells[:STOCK_CELLS])  # both compile what they need at their first cells
    stock.scan(cells[:STOCK_CELLS])
    mine = max(rate(scanner.scan, cells) for _ in range(3))
    return max(rate(stock.scan, cells[:STOCK_CELLS]) for _ in range(2)), mine


def mean(ratios: Sequence[float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def report(folder: Path, seed: int) -> dict[str, float]:
    """Print the rates of each kind of column; their ratios."""
    print(f"{'column':<12}{'Presidio/s':>12}{'scanner/s':>12}{'ratio':>9}")
    ratios: dict[str, float] = {}
    for kind in RATED:
        stock, mine = rates(folder, kind, seed)
        ratios[kind] = mine / stock
        print(f"{kind:<12}{stock:>12,.0f}{mine:>12,.0f}{mine / stock:>9.1f}", flush=True)
    return ratios


def main() -> None:
    """Compare all cells, then take the rates."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--cells", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        cells = [each for _, column in every_kind(given.seed, given.cells) for each in column]
        texts = labelled_texts()
        unequal, found = compare(folder, cells + texts)
        print(
            f"{len(cells):,} generated cells and {len(texts)} labelled texts, {found:,} findings: "
            f"{unequal} differ"
        )
        ratios = report(folder, given.seed)
    print(f"(all cells differ; Presidio's rate is of {STOCK_CELLS} cells of each column)")
    figures = {
        "cells": len(cells) + len(texts),
        "findings": found,
        "differences": unequal,
        "ratio_personal": round(mean([ratios[kind] for kind in PERSONAL]), 1),
        "ratio_clean": round(mean([ratios[kind] for kind in CLEAN]), 1),
        "ratios": {kind: round(ratio, 1) for kind, ratio in ratios.items()},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
