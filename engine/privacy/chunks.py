"""Free text that is read before it is protected: in chunks, by whoever is free to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.catalog.model import Cleaning, Column, ColumnType, Table
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.recognition import Recognition

WORTH_SHARING = 1_000
"""Texts from which they are read ahead: fewer are read sooner than others could be told of them."""

TEXTS_EACH = 400
"""Texts of a chunk: a second or two of reading, which is what a dead worker can cost."""

MOST_CHUNKS = 5_000


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of free text, and how its cells are cleaned before they are read."""

    name: str
    clean: tuple[Cleaning, ...] = ()

    @property
    def declared(self) -> Column:
        """The column as the project declares it, as far as its text is concerned."""
        return Column(self.name, ColumnType.TEXT, clean=self.clean)


@dataclass(frozen=True, slots=True)
class Reading:
    """The free text of a table that one attempt of a run is about to protect."""

    run_id: str
    attempt: int
    table: Table
    columns: tuple[TextColumn, ...]
    recognition: Recognition
    again: bool = False
    """Whether also what earlier runs published is refined anew."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where in a table unread texts stand: rows after a number, on these pages."""

    texts: int
    first: int
    end: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some pages of a bronze table whose free text one worker reads; it names rows, never values.

    `terms` tell whose findings are equal to those of who asked: same recognition, code and key.
    """

    run_id: str
    attempt: int
    table: str
    number: int
    columns: tuple[TextColumn, ...]
    first: int
    end: int
    after: int
    terms: bytes


def text_columns(table: Table, coverages: Sequence[Coverage]) -> tuple[TextColumn, ...]:
    """The columns of which free text is read."""
    return tuple(_text_columns(table, coverages))


def _text_columns(table: Table, coverages: Sequence[Coverage]) -> Iterator[TextColumn]:
    for each in coverages:
        if each.reach is Reach.TEXT:
            declared = table.column(each.column) or Column(each.column)
            if declared.type is ColumnType.TEXT:
                yield TextColumn(each.column, declared.clean)


def chunks_of(reading: Reading, extent: Extent, terms: bytes) -> tuple[Chunk, ...]:
    """The pages in chunks of about as many texts each, in their order; none where few are there."""
    if extent.texts < WORTH_SHARING:
        return ()
    size = pages_each(extent)
    return tuple(
        Chunk(
            reading.run_id,
            reading.attempt,
            reading.table.name,
            number,
            reading.columns,
            first,
            min(first + size, extent.end),
            extent.after,
            terms,
        )
        for number, first in enumerate(range(extent.first, extent.end, size))
    )


def pages_each(extent: Extent) -> int:
    """How many pages hold the texts of a chunk; more where chunks would be too many."""
    pages = extent.end - extent.first
    return max(pages * TEXTS_EACH // extent.texts, -(-pages // MOST_CHUNKS), 1)
