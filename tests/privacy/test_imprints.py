"""Texts that are known again by their imprints, and what was found in them."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.imprints import Imprints, Recalling, spans_of, told
from engine.privacy.protect import SecretKey
from engine.privacy.recognition import STANDARD
from engine.privacy.spans import Span
from tests.adapters.builders import KEY

SPANS = st.builds(
    Span, st.integers(0, 10**6), st.integers(0, 10**6), st.text(), st.floats(0.0, 1.0)
)


@given(st.lists(SPANS))
def test_findings_come_back_as_they_were(spans: list[Span]) -> None:
    assert spans_of(told(spans)) == spans


@given(st.text(), st.text())
def test_marks_are_equal_where_texts_are(one: str, other: str) -> None:
    imprints = Imprints(KEY, STANDARD, "edition")

    assert (imprints.of(one) == Imprints(KEY, STANDARD, "edition").of(other)) == (one == other)


def test_another_key_recognition_or_edition_makes_other_marks_and_terms() -> None:
    others = [
        Imprints(SecretKey(bytes(32)), STANDARD, "edition"),
        Imprints(KEY, replace(STANDARD, off=frozenset()), "edition"),
        Imprints(KEY, STANDARD, "later edition"),
        Imprints(KEY, STANDARD, "edition"),
    ]

    assert len({each.of("text") for each in others}) == len(others)
    assert len({each.terms for each in others}) == len(others)
    assert others[-1].terms == Imprints(KEY, STANDARD, "edition").terms


class Reader:
    """Finds one name at the start of each text, and notes what it was given."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, texts: Sequence[str]) -> dict[str, list[Span]]:
        self.read.extend(texts)
        return {text: [Span(0, 3, "PERSON", 0.7)] for text in texts}


def test_only_what_nobody_has_read_is_read() -> None:
    imprints, reader = Imprints(KEY, STANDARD, ""), Reader()
    recalling = Recalling(reader, imprints)
    known = [Span(1, 2, "LOCATION", 0.8)]
    recalling.known = {
        imprints.of("a known text"): told(known),
        imprints.of("a harmless one"): told(()),
    }

    found = recalling(["a known text", "a harmless one", "a new text"])

    assert reader.read == ["a new text"]
    assert found == {"a known text": known, "a new text": [Span(0, 3, "PERSON", 0.7)]}
