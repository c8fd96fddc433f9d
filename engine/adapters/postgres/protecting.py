"""Brings the rows of bronze to where values may be seen, and their substitutes back.

No key and no value is ever in a statement: rows go out and come in by COPY, a piece at a time, and
no more pieces than there are processes are on their way.
"""

import asyncio
import io
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.adapters.postgres import refine_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.names import dataset
from engine.adapters.postgres.refine_sql import PROTECTED
from engine.adapters.postgres.text_findings import known_findings
from engine.adapters.presidio.protection import (
    Protected,
    Recipe,
    imprinted,
    packed,
    protected,
)
from engine.adapters.shields import Shields
from engine.catalog.model import Operator, Table
from engine.errors import KeyMissing
from engine.privacy.coverage import Spotted, merged
from engine.privacy.protect import Keyring
from engine.privacy.recognition import STANDARD, Recognition

_PAGE = 8192
"""Bytes of a page of PostgreSQL."""

_PAGES = 512
"""Pages of bronze a piece: four megabytes, so that memory stays flat."""

_ROWS = 20_000
"""Rows a piece, where only some rows of bronze are read."""


class Protecting:
    """Fills the temporary table of substitutes, in the transaction of a refinement."""

    def __init__(
        self,
        keys: Keyring | None,
        shields: Shields,
        cache: Path | None = None,
    ) -> None:
        self._keys = keys
        self._shields = shields
        self._cache = cache

    @property
    def key_version(self) -> int:
        """The version of the key that protects now; 0 where there is none."""
        return self._keys.present.version if self._keys else 0

    async def fill(
        self,
        connection: Driver,
        table: Table,
        columns: Sequence[SilverColumn],
        source: str | None = None,
        recognition: Recognition = STANDARD,
    ) -> tuple[Spotted, ...]:
        """Make the substitutes of a part of bronze, or of all of it; what was found within values.

        The table goes with the transaction. Raises KeyMissing and WorkerFailed.
        """
        made = [each for each in columns if each.made]
        if not made:
            return ()
        recipe = self._recipe(made, recognition)
        await connection.execute(refine_sql.create_protected(made))
        way = _Way(connection, self._shields, recipe, made)
        pieces = await _pieces(connection, table, source)
        try:
            await way.go(pieces)
        except* Exception as errors:  # noqa: BLE001  # whatever it is, it is raised again by itself
            # a lost connection must be known as one, or the step is not tried again
            raise _first(errors) from None
        await connection.execute(f"ANALYZE {PROTECTED}")
        return merged(way.spotted)

    def _recipe(self, columns: Sequence[SilverColumn], recognition: Recognition) -> Recipe:
        keyed = (each for each in columns if each.operator in {Operator.HASH, Operator.ENCRYPT})
        if self._keys is None and (needs := next(keyed, None)) is not None:
            name = needs.column.name
            raise KeyMissing(f"The column {name} is to be hashed, and there is no secret key.")
        coverages = tuple(each.coverage for each in columns if each.coverage is not None)
        return Recipe(coverages, self._keys, recognition, self._cache)


@dataclass(slots=True)
class _Way:
    """One walk through the pieces."""

    connection: Driver
    shields: Shields
    recipe: Recipe
    columns: Sequence[SilverColumn]
    spotted: list[Spotted] = field(default_factory=list)

    async def go(self, pieces: Sequence[str]) -> None:
        """While some pieces are protected, the next one is read and the last one is written."""
        few = len(pieces) == 1 and not self.recipe.looks_within
        protect = asyncio.to_thread if few else self.shields.call
        sealed = packed(self.recipe)
        waiting: deque[asyncio.Task[Protected]] = deque()
        async with asyncio.TaskGroup() as group:
            for piece in pieces:
                chunk = await copied(self.connection, self.columns, piece)
                if chunk:
                    known = await self._known(sealed, chunk)
                    waiting.append(
                        group.create_task(
                            protect(protected, sealed, chunk, known), name="protection"
                        )
                    )
                if len(waiting) > self.shields.at_once:
                    await self._write(await waiting.popleft())
            while waiting:
                await self._write(await waiting.popleft())

    async def _known(self, sealed: bytes, chunk: bytes) -> Mapping[bytes, str]:
        """What was found in the chunk's free text before."""
        if not self.recipe.recalls:
            return {}
        imprints = await self.shields.call(imprinted, sealed, chunk)
        return await known_findings(self.connection, imprints)

    async def _write(self, done: Protected) -> None:
        self.spotted.extend(done.spotted)
        if done.lines:
            await self.connection.copy_to_table(
                PROTECTED, source=io.BytesIO(done.lines), format="text", encoding="utf-8"
            )


async def copied(connection: Driver, columns: Sequence[SilverColumn], piece: str) -> bytes:
    """The rows of a part of bronze as lines of COPY: the number of each, then its texts."""
    out = io.BytesIO()
    await connection.copy_from_query(
        refine_sql.readable(columns, piece), output=out, format="text", encoding="utf-8"
    )
    return out.getvalue()


async def _pieces(connection: Driver, table: Table, source: str | None) -> list[str]:
    """Parts of bronze, each as what stands behind FROM: by page, or by row where some are read."""
    if source is None:
        size = await connection.fetchval("SELECT pg_relation_size($1)", dataset(table.bronze))
        pages = range(0, max(-(-size // _PAGE), 1), _PAGES)
        return [refine_sql.pages(table.bronze, first, first + _PAGES) for first in pages]
    lasts = await connection.fetch(refine_sql.last_rows(source, _ROWS))
    firsts = [0, *(record[0] for record in lasts)]
    return [
        refine_sql.rows_between(source, first, record[0])
        for first, record in zip(firsts, lasts, strict=False)
    ]


def _first(errors: BaseExceptionGroup[Exception]) -> Exception:
    """One of them: they came from the same trouble."""
    found = errors.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
