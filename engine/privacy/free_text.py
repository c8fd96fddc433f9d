"""Reads free text before it is protected: every process on the database that is free takes part."""

import asyncio
import logging

from engine.clock import Clock
from engine.errors import EngineError
from engine.privacy.chunks import Reading, chunks_of
from engine.privacy.policy import recognition_of
from engine.privacy.ports import Chunks, Policies, Texts
from engine.privacy.recognition import Recognition

logger = logging.getLogger(__name__)

LEASE = 30.0
"""Seconds after which a chunk that somebody took is anybody's again; reading it takes a second."""

LOOK = 2.0
"""Seconds between two looks for chunks of others."""

WAIT = 0.2
"""Seconds between two looks whether others have read the last chunks."""

LAST_WORD = 5.0
"""Seconds that it may take to withdraw chunks."""


class FreeText:
    """This process among those that read; it has no more chunks than it has processes for them."""

    def __init__(
        self, texts: Texts, chunks: Chunks, policies: Policies, clock: Clock, lease: float = LEASE
    ) -> None:
        self._texts = texts
        self._chunks = chunks
        self._policies = policies
        self._clock = clock
        self._lease = lease
        self._places = asyncio.Semaphore(texts.at_once)

    async def read(self, reading: Reading) -> None:
        """Share out the texts and read what nobody else does, until all are read."""
        terms = self._texts.terms(reading.recognition) if reading.columns else None
        if terms is None:
            return
        chunks = chunks_of(reading, await self._texts.extent(reading), terms)
        if not chunks:
            return
        await self._chunks.publish(reading, chunks)
        try:
            await self._together(reading, terms)
        finally:
            await self._withdraw(reading)

    async def _withdraw(self, reading: Reading) -> None:
        """Of a reading that was cancelled or failed, nobody reads on; what it raised stays so."""
        try:
            async with asyncio.timeout(LAST_WORD):
                await self._chunks.withdraw(reading)
        except (EngineError, TimeoutError):
            logger.warning("run %s left chunks behind, which go by themselves", reading.run_id)

    async def _together(self, reading: Reading, terms: bytes) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._texts.at_once):
                    group.create_task(self._all_of(reading, terms), name="free text")
        except* EngineError as several:
            # they came from the same trouble, and a step is tried again by what it raised
            raise several.exceptions[0] from None

    async def _all_of(self, reading: Reading, terms: bytes) -> None:
        """Take chunks until none is left, also those whose reader died."""
        while await self._chunks.left(reading):
            if not await self._next(terms, reading.recognition, reading):
                await self._clock.sleep(WAIT)

    async def _next(
        self, terms: bytes, recognition: Recognition, reading: Reading | None = None
    ) -> bool:
        """Read one chunk; False where there is none to take."""
        async with self._places:
            chunk = await self._chunks.take(terms, self._lease, reading)
            if chunk is not None:
                await self._texts.read(chunk, recognition)
        return chunk is not None

    async def watch(self) -> None:
        """Take part in what others read, until cancelled."""
        while True:
            try:
                await self.take_part()
            except EngineError as error:
                logger.warning("chunks of free text are left to others: %s", error.message)
            await self._clock.sleep(LOOK)

    async def take_part(self) -> None:
        """Read chunks while there are any."""
        recognition = recognition_of(await self._policies.current())
        terms = self._texts.terms(recognition)
        if terms is None or not await self._next(terms, recognition):
            return
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._texts.at_once):
                    group.create_task(self._while_any(terms, recognition), name="chunks")
        except* EngineError as several:
            raise several.exceptions[0] from None

    async def _while_any(self, terms: bytes, recognition: Recognition) -> None:
        while await self._next(terms, recognition):
            continue
