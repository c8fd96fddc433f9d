"""Reads the free text of some pages of bronze, and keeps what was found in it by imprints."""

from pathlib import Path

from engine.adapters.postgres import refine_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.database import Database, Driver, driver
from engine.adapters.postgres.increments import Increments
from engine.adapters.postgres.names import dataset, ident
from engine.adapters.postgres.protecting import copied
from engine.adapters.postgres.text_chunks import finish
from engine.adapters.postgres.text_findings import keep_findings, known_findings
from engine.adapters.presidio.protection import Recipe, imprinted, packed, read
from engine.adapters.shields import Shields
from engine.catalog.model import DatasetName, Layer
from engine.clock import Clock
from engine.privacy.chunks import Chunk, Extent, Reading
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.protect import Keyring
from engine.privacy.recognition import Recognition


class PostgresTexts:
    """Bronze tables whose deliveries are committed, seen from whichever process reads them."""

    def __init__(
        self,
        database: Database,
        keys: Keyring | None,
        shields: Shields,
        clock: Clock,
        cache: Path | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._shields = shields
        self._clock = clock
        self._cache = cache

    @property
    def at_once(self) -> int:
        """As many as there are processes that read."""
        return self._shields.at_once

    def terms(self, recognition: Recognition) -> bytes | None:
        """Made with the key; without one nobody else could know a text again."""
        imprints = Recipe((), self._keys, recognition).imprints
        return None if imprints is None else imprints.terms

    async def extent(self, reading: Reading) -> Extent:
        """Rows after those that silver was made of, where a table is loaded incrementally."""
        async with self._database.begin() as connection:
            after = 0
            if reading.table.load.incremental and not reading.again:
                mark = await Increments(connection, self._clock).mark(reading.table.silver)
                after = mark.bronze_row if mark else 0
            return await _extent(await driver(connection), reading, after)

    async def read(self, chunk: Chunk, recognition: Recognition) -> None:
        """Read it in a process; a chunk that was withdrawn meanwhile leaves nothing."""
        recipe = packed(Recipe(_coverages(chunk), self._keys, recognition, self._cache))
        async with self._database.begin() as connection:
            raw = await driver(connection)
            lines = await _lines(raw, chunk)
        imprints = await self._shields.call(imprinted, recipe, lines) if lines else []
        async with self._database.connect() as connection:
            known = await known_findings(await driver(connection), imprints)
        unread = len(known) < len(imprints)
        found = await self._shields.call(read, recipe, lines, set(known)) if unread else {}
        async with self._database.begin() as connection:
            if await finish(connection, chunk):
                await keep_findings(await driver(connection), found)


async def _extent(connection: Driver, reading: Reading, after: int) -> Extent:
    """How many cells hold text, and on which pages they stand."""
    texts = " + ".join(f"({ident(each.name)} <> '')::int" for each in reading.columns)
    record = await connection.fetchrow(
        f"SELECT coalesce(sum({texts}), 0)::bigint AS texts, {_page('min')} AS first, "
        f"{_page('max')} + 1 AS end FROM {dataset(reading.table.bronze)} WHERE _row > $1",
        after,
    )
    if record is None or not record["texts"]:
        return Extent(0, 0, 0, after)
    return Extent(record["texts"], record["first"], record["end"], after)


def _page(which: str) -> str:
    return f"(({which}(ctid)::text::point)[0])::bigint"


async def _lines(connection: Driver, chunk: Chunk) -> bytes:
    bronze = DatasetName(Layer.BRONZE, chunk.table)
    piece = refine_sql.pages(bronze, chunk.first, chunk.end, chunk.after)
    return await copied(connection, _silver_columns(chunk), piece)


def _silver_columns(chunk: Chunk) -> list[SilverColumn]:
    pairs = zip(chunk.columns, _coverages(chunk), strict=True)
    return [
        SilverColumn(column.declared, in_bronze=True, coverage=coverage, number=number)
        for number, (column, coverage) in enumerate(pairs)
    ]


def _coverages(chunk: Chunk) -> tuple[Coverage, ...]:
    return tuple(Coverage(each.name, Reach.TEXT) for each in chunk.columns)
