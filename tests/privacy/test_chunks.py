"""Free text in chunks: each page in one of them, about as many texts in each."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Cleaning, Column, ColumnType, Operator
from engine.privacy.chunks import (
    MOST_CHUNKS,
    TEXTS_EACH,
    WORTH_SHARING,
    Extent,
    Reading,
    TextColumn,
    chunks_of,
    text_columns,
)
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.model import Protection
from engine.privacy.recognition import STANDARD
from tests.adapters.builders import a_table

TABLE = a_table(Column("note", clean=(Cleaning.TRIM,)), Column("amount", ColumnType.NUMBER))
READING = Reading("7K3M9QXA", 2, TABLE, (TextColumn("note"),), STANDARD)


@given(st.integers(WORTH_SHARING, 10**8), st.integers(0, 10**7), st.integers(1, 10**6), st.binary())
def test_every_page_is_in_one_chunk(texts: int, first: int, pages: int, terms: bytes) -> None:
    chunks = chunks_of(READING, Extent(texts, first, first + pages, after=5), terms)

    assert (chunks[0].first, chunks[-1].end) == (first, first + pages)
    assert all(one.end == other.first for one, other in pairwise(chunks))
    assert all(one.first < one.end for one in chunks)
    assert [each.number for each in chunks] == list(range(len(chunks)))
    assert len(chunks) <= MOST_CHUNKS
    assert {(each.run_id, each.attempt, each.after, each.terms) for each in chunks} == {
        ("7K3M9QXA", 2, 5, terms)
    }


def test_a_chunk_holds_a_second_or_two_of_reading() -> None:
    chunks = chunks_of(READING, Extent(20_000, 0, 500), b"")

    assert len(chunks) == 20_000 // TEXTS_EACH


def test_few_texts_are_not_worth_telling_others_of() -> None:
    assert chunks_of(READING, Extent(WORTH_SHARING - 1, 0, 100), b"") == ()


def test_only_free_text_is_read_ahead() -> None:
    redact = Protection("note", Operator.REDACT)
    covered = [
        Coverage("note", Reach.TEXT, otherwise=redact),
        Coverage("id", Reach.PATTERNS, otherwise=redact),
        Coverage("amount", Reach.TEXT, otherwise=redact),
        Coverage("new", Reach.TEXT, otherwise=redact),
    ]

    assert text_columns(TABLE, covered) == (
        TextColumn("note", (Cleaning.TRIM,)),
        TextColumn("new"),
    )
