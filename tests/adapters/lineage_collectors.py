"""A real collector over HTTP that misbehaves as told, and events of Atlas's own to send to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiohttp import web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]


@dataclass(slots=True)
class Incident:
    """What the collector does instead of taking the next event."""

    name: str
    seconds: float = 0.0


@dataclass(slots=True)
class HttpCollector:
    """Takes OpenLineage events; the next requests may go wrong in several ways."""

    server: TestServer
    mischief: list[Incident] = field(default_factory=list)
    taken: list[Json] = field(default_factory=list)
    requests: int = 0
    headers: Json = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where events go."""
        return str(self.server.make_url("/api/v1/lineage"))

    def names(self, run: str) -> list[str]:
        """The events of a run as they came, repeats left out."""
        came = [each["name"] for each in self.taken if each["lane"] == run]
        return list(dict.fromkeys(came))

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        self.requests += 1
        self.headers = dict(request.headers)
        event = json.loads(await request.read())
        incident = self.mischief.pop(0) if self.mischief else Incident("")
        match incident.name:
            case "500" | "422":
                return web.Response(status=int(incident.name), text="something of the event")
            case "429":
                return web.Response(status=429, headers={"Retry-After": "1"})
            case "slow":
                await asyncio.sleep(incident.seconds)
                return web.Response(status=503)
            case "cut":
                assert request.transport is not None
                request.transport.abort()
                return web.Response(status=500)
            case "cut within the answer":
                return await self._broken_off(request)
            case _:
                self.taken.append(event)
                return web.Response(status=201)

    @staticmethod
    async def _broken_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500, headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"some")
        assert request.transport is not None
        request.transport.abort()
        return response


@asynccontextmanager
async def a_collector() -> AsyncIterator[HttpCollector]:
    """A collector on a port of its own."""
    app = web.Application()
    server = TestServer(app)
    collector = HttpCollector(server)
    app.router.add_post("/api/v1/lineage", collector.take)
    async with server:
        yield collector


async def add_events(url: str, *events: tuple[str, str], producer: str = "") -> None:
    """Write events as (run of Atlas, name), each in a transaction of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.executemany(
            "INSERT INTO atlas.lineage_events (run_id, event_type, job, openlineage_run_id, "
            "event_time, event, producer) VALUES ($1, 'RUNNING', $2, gen_random_uuid(), now(), "
            "jsonb_build_object('lane', $1::text, 'name', $2::text), $3)",
            [(run, name, producer) for run, name in events],
        )
    finally:
        await connection.close()
