"""What is written in unusual characters is found as well, where it stands."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.privacy.disguises import plain, seeing_through
from engine.privacy.spans import Span


def numbers(texts: Sequence[str]) -> dict[str, list[Span]]:
    found = {
        text: [Span(*each.span(), "NUMBER", 1.0) for each in re.finditer(r"[0-9]{4,}", text)]
        for text in texts
    }
    return {text: spans for text, spans in found.items() if spans}


@pytest.mark.parametrize(
    ("written", "piece"),
    [
        ("pay ４１１１１１１１ now", "４１１１１１１１"),
        ("pay 41\u200b11\u200b11 now", "41\u200b11\u200b11"),
        ("pay 41\u00ad11\u00ad11 now", "41\u00ad11\u00ad11"),
        ("pay ٤١١١١١ now", "٤١١١١١"),
        ("pay 𝟒𝟏𝟏𝟏𝟏 now", "𝟒𝟏𝟏𝟏𝟏"),
        ("pay 411111 now", "411111"),
    ],
)
def test_a_number_is_found_where_it_is_written(written: str, piece: str) -> None:
    found = seeing_through(numbers)([written])

    (span,) = {(each.start, each.end) for each in found[written]}
    assert written[slice(*span)] == piece


def test_what_is_written_as_usual_is_looked_at_once() -> None:
    seen: list[str] = []

    def noting(texts: Sequence[str]) -> dict[str, list[Span]]:
        seen.extend(texts)
        return {}

    assert seeing_through(noting)(["Größe 42 m²", "plain", "Ana\u200b"]) == {}
    assert seen == ["Größe 42 m²", "plain", "Ana\u200b", "Ana"]


def test_two_texts_that_mean_the_same_are_both_answered() -> None:
    wide = "１２３４"

    assert set(seeing_through(numbers)([wide, "1234"])) == {wide, "1234"}


@given(st.text(st.sampled_from("0123456789 aé\u200b\u200d\ufeff４٤𝟒–²")))
def test_every_span_lies_within_the_text_and_covers_what_was_meant(text: str) -> None:
    for span in seeing_through(numbers)([text]).get(text, ()):
        assert 0 <= span.start < span.end <= len(text)
        meant = plain(text[span.start : span.end])
        assert re.fullmatch("[0-9]{4,}", meant.text if meant else text[span.start : span.end])
