"""How much one program may ask: requests a second, and bytes of a body."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from connectors.rest.problems import MALFORMED, TOO_LARGE, TOO_SLOW, Problem
from engine.clock import Clock

WATCHED = 10_000
"""Askers whose buckets are kept; the one who asked longest ago is forgotten first."""

BODY_TIMEOUT = 10.0

_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests that may still be made, as of a moment."""

    left: float
    at: datetime


def refilled(bucket: Bucket, now: datetime, rate: float, burst: int) -> Bucket:
    """The bucket at a later moment; a clock that was set back takes nothing away."""
    seconds = max(0.0, (now - bucket.at).total_seconds())
    return Bucket(min(float(burst), bucket.left + seconds * rate), now)


class RateLimit:
    """A token bucket for each asker."""

    def __init__(self, rate: float, burst: int, clock: Clock) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait(self, asker: str) -> float:
        """Seconds until one more request is welcome; 0 where it is now."""
        return max(0.0, (1 - self._now(asker).left) / self._rate)

    def take(self, asker: str) -> float:
        """Count one request that is welcome; otherwise the seconds until it is."""
        seconds, bucket = self.wait(asker), self._now(asker)
        left = bucket.left if seconds else bucket.left - 1
        self._buckets[asker] = Bucket(left, bucket.at)
        self._buckets.move_to_end(asker)
        while len(self._buckets) > WATCHED:
            self._buckets.popitem(last=False)
        return seconds

    def _now(self, asker: str) -> Bucket:
        now = self._clock.now()
        bucket = self._buckets.get(asker, Bucket(float(self._burst), now))
        return refilled(bucket, now, self._rate, self._burst)


async def body_of(request: web.Request, limit: int) -> bytes:
    """The body, never more of it than allowed; raises Problem."""
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return await _read(request, limit)
    except TimeoutError:
        raise Problem(TOO_SLOW, f"Send the body within {BODY_TIMEOUT:.0f} seconds.") from None
    except web.RequestPayloadError:
        raise Problem(MALFORMED, "The body broke off or is not encoded as it says.") from None


async def _read(request: web.Request, limit: int) -> bytes:
    read = b""
    if (request.content_length or 0) <= limit:
        while len(read) <= limit and (chunk := await request.content.read(_CHUNK)):
            read += chunk
        if len(read) <= limit:
            return read
    raise Problem(TOO_LARGE, f"A body may have {limit} bytes.", headers={"Connection": "close"})
