"""The text format of COPY, read and written as PostgreSQL does it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters import copy_text
from tests.adapters.builders import Lab

CELLS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_what_is_written_is_read_again(rows: list[tuple[str | None, str | None]]) -> None:
    written = copy_text.lines(list(zip(*rows, strict=True)))

    assert [tuple(row) for row in copy_text.rows(written)] == rows


async def test_postgresql_reads_and_writes_the_same(lab: Lab) -> None:
    cells = ["plain", None, "", "\\N", "\\", "a\tb\nc\rd\be\ff\vg", "\\t", "王 🙂", "\\.", "\x01"]
    written = copy_text.lines([[str(n) for n in range(len(cells))], cells])
    connection = await asyncpg.connect(lab.url)
    try:
        await connection.execute("CREATE TEMP TABLE spoken (n int, cell text)")
        await connection.copy_to_table("spoken", source=_chunks(written), format="text")
        stored = [
            record[0] for record in await connection.fetch("SELECT cell FROM spoken ORDER BY n")
        ]
        read = bytearray()
        await connection.copy_from_query(
            "SELECT n, cell FROM spoken ORDER BY n", output=_into(read), format="text"
        )
    finally:
        await connection.close()

    assert stored == cells
    assert [row[1] for row in copy_text.rows(bytes(read))] == cells


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _into(buffer: bytearray) -> Callable[[bytes], Awaitable[None]]:
    async def take(chunk: bytes) -> None:
        buffer.extend(chunk)

    return take
