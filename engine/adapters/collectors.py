"""Sends lineage events to collectors over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Self

import aiohttp

from engine.clock import Clock
from engine.lineage.delivery import Answer, Collector, Silence, seconds_asked_for

PATIENCE = 10.0
"""Seconds that a collector may take to answer; less than a courier's hold by far."""

LONGEST_SAID = 2_000

_HEADERS = {"Content-Type": "application/json", "User-Agent": "atlas-data-colleague"}
_FAULTS = (aiohttp.ClientError, OSError, asyncio.IncompleteReadError, ValueError)


class HttpCollectors:
    """One session for all collectors; connections are kept and used again."""

    def __init__(
        self, session: aiohttp.ClientSession, clock: Clock, patience: float = PATIENCE
    ) -> None:
        self._session = session
        self._clock = clock
        self._patience = patience

    @classmethod
    @asynccontextmanager
    async def opened(cls, clock: Clock, patience: float = PATIENCE) -> AsyncIterator[Self]:
        """The client, until the block ends."""
        # no cookies: a collector is not to know more of us than we send
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield cls(session, clock, patience)

    async def send(self, collector: Collector, event: Mapping[str, object]) -> Answer | Silence:
        """POST the event; what is not answered in time, or broke off, is silence."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._posted(collector, event)
        except TimeoutError:
            return Silence(f"no answer in {self._patience:g} s")
        except _FAULTS as error:
            # its text may hold the address with a password
            return Silence(type(error).__name__)

    async def _posted(self, collector: Collector, event: Mapping[str, object]) -> Answer:
        key = {"Authorization": f"Bearer {collector.key}"} if collector.key else {}
        body = json.dumps(event, separators=(",", ":")).encode()
        async with self._session.post(
            collector.url, data=body, headers={**_HEADERS, **key}, allow_redirects=False
        ) as response:
            wish = response.headers.get("Retry-After")
            pause = None if wish is None else seconds_asked_for(wish, self._clock.now())
            return Answer(response.status, await _said(response), pause)


async def _said(response: aiohttp.ClientResponse) -> str:
    """The beginning of the body; the status counts even where the body breaks off."""
    if response.ok:
        return ""
    with suppress(*_FAULTS):
        return (await response.content.read(LONGEST_SAID)).decode(errors="replace")
    return ""
