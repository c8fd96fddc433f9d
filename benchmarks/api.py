"""How fast the API answers while a run of 1,000,000 rows is at work, beside a bare handler.

Run it with `uv run python -m benchmarks.api`. A bot of its own process works one bronze_to_silver
after the other; 200 requests a second, half execute and half get, go to it and in turn, second by
second, to the peer: an aiohttp handler that inserts or selects one row with asyncpg, on the same
PostgreSQL, and does nothing else that Atlas does: no token, no plan, no run with its steps, no line
that it stands in. A request counts from the moment when it was due, not when it was sent.
"""

import argparse
import asyncio
import base64
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg
from aiohttp import web

from benchmarks.medallion import write_project
from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.adapters.postgres.tokens import PostgresTokens
from engine.clock import SystemClock
from engine.demo import free_port
from engine.people import Role
from engine.tokens.issuer import Issuer

CONNECTIONS = 100
PATIENCE = 120.0

CONFIGURATION = """
connectors:
  rest: {{rate: 100000, burst: 100000}}
skills: {{runs: , assistance: }}
databases:
  engine: {{runs_at_once: 1}}
web: {{port: {port}}}
"""

PEER_TABLE = """
CREATE SCHEMA IF NOT EXISTS hand;
CREATE TABLE hand.orders (id bigserial PRIMARY KEY, pipeline text NOT NULL, at timestamptz NOT NULL)
"""


@dataclass(slots=True)
class Target:
    """A server to send requests to, and how long its answers took."""

    name: str
    address: str
    headers: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    newest: str = ""

    async def execute(self, session: aiohttp.ClientSession) -> None:
        """Order a run."""
        body = {"pipeline_name": "bronze_to_silver"}
        address = f"{self.address}/pipelines/execute"
        async with session.post(address, json=body, headers=self.headers) as answer:
            assert answer.status == 202, await answer.text()  # noqa: PLR2004  # HTTP's own
            self.newest = (await answer.json())["run_id"]

    async def get(self, session: aiohttp.ClientSession) -> None:
        """Ask for the run that was ordered last."""
        address = f"{self.address}/pipelines/{self.newest}"
        async with session.get(address, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()  # noqa: PLR2004  # HTTP's own
            await answer.json()


def peer(url: str) -> web.Application:
    """The bare handlers."""
    app, pools = web.Application(), []

    async def opened(_: web.Application) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=4, max_size=12) as pool:
            pools.append(pool)
            yield

    async def execute(request: web.Request) -> web.Response:
        body = await request.json()
        query = "INSERT INTO hand.orders (pipeline, at) VALUES ($1, now()) RETURNING id"
        number = await pools[0].fetchval(query, body["pipeline_name"])
        return web.json_response({"run_id": str(number), "status": "queued"}, status=202)

    async def get(request: web.Request) -> web.Response:
        query = "SELECT pipeline, at FROM hand.orders WHERE id = $1"
        row = await pools[0].fetchrow(query, int(request.match_info["run_id"]))
        return web.json_response({"pipeline_name": row["pipeline"], "at": row["at"].isoformat()})

    app.cleanup_ctx.append(opened)
    app.router.add_post("/pipelines/execute", execute)
    app.router.add_get("/pipelines/{run_id}", get)
    return app


@contextmanager
def process(*words: str, **variables: str) -> Iterator[int]:
    """A Python of its own, until the block ends; its number."""
    running = subprocess.Popen([sys.executable, "-m", *words], env={**os.environ, **variables})  # noqa: S603  # our own
    try:
        yield running.pid
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()


async def load(
    session: aiohttp.ClientSession, targets: tuple[Target, ...], seconds: int, rate: int
) -> None:
    """Send requests at their times, whatever became of those before."""
    begin = time.perf_counter()

    async def one(number: int, due: float) -> None:
        target = targets[number // rate % len(targets)]
        kind = "get" if number % 2 and target.newest else "execute"
        await getattr(target, kind)(session)
        target.seconds[kind].append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as group:
        # made one by one: to begin thousands of tasks at once holds this process up for long
        for number in range(seconds * rate):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))  # noqa: TID251  # a benchmark measures the real clock
            group.create_task(one(number, due), name=f"request {number}")


async def answering(session: aiohttp.ClientSession, address: str) -> None:
    """Wait until a server answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with session.get(address):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)  # noqa: TID251  # as above


async def ended(
    session: aiohttp.ClientSession, atlas: Target, pipeline: str, *, full_refresh: bool = False
) -> None:
    """Run a pipeline to its end through the API."""
    address = f"{atlas.address}/pipelines"
    body = {"pipeline_name": pipeline, "parameters": {"full_refresh": full_refresh}}
    async with session.post(f"{address}/execute", json=body, headers=atlas.headers) as answer:
        run_id = (await answer.json())["run_id"]
    while True:
        async with session.get(f"{address}/{run_id}", headers=atlas.headers) as answer:
            run = await answer.json()
        if run["finished_at"]:
            assert run["status"] == "succeeded", run
            return
        await asyncio.sleep(0.1)  # noqa: TID251  # as above


@asynccontextmanager
async def atlas_and_peer(url: str, home: Path) -> AsyncIterator[tuple[Target, Target]]:
    """Both servers, each in a process of its own."""
    ports = free_port(), free_port()
    configuration = home / "configuration.yaml"
    configuration.write_text(CONFIGURATION.format(port=ports[0]))
    database = Database(url, DatabaseLimits())
    await migrate(database)
    issuer = Issuer(PostgresTokens(database), SystemClock())
    secret = (await issuer.issue("bench", Role.OPERATOR, None)).secret
    async with database.begin() as connection:
        for statement in PEER_TABLE.split(";"):
            await connection.exec_driver_sql(statement)
    await database.close()
    variables = {
        "ATLAS_DATABASE_URL": url,
        "ATLAS_PROJECT": str(home / "project"),
        "ATLAS_DATA_DIR": str(home / "data"),
        "ATLAS_SECRET_KEY": base64.b64encode(bytes(32)).decode(),
    }
    with ExitStack() as stack:
        stack.enter_context(process("engine.cli", "start", "-c", str(configuration), **variables))
        stack.enter_context(process("benchmarks.api", "--peer", url, "--port", str(ports[1])))
        bearer = {"Authorization": f"Bearer {secret}"}
        yield (
            Target("atlas", f"http://127.0.0.1:{ports[0]}", bearer),
            Target("peer", f"http://127.0.0.1:{ports[1]}"),
        )


async def measure(url: str, home: Path, options: argparse.Namespace) -> tuple[Target, Target]:
    """Fill bronze, set the engine to work, and ask."""
    write_project(home / "project", options.rows)
    async with (
        atlas_and_peer(url, home) as (atlas, other),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session,
    ):
        await answering(session, f"{atlas.address}/readyz")
        await answering(session, other.address)
        await ended(session, atlas, "ingest")
        await ended(session, atlas, "bronze_to_silver")  # what is loaded once is loaded
        await atlas.execute(session)
        await load(session, (atlas, other), 4, options.rate)  # connections are open, code is warm
        for target in (atlas, other):
            target.seconds.clear()
        await load(session, (atlas, other), options.seconds, options.rate)
    return atlas, other


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(seconds)
    return {
        "requests": len(ordered),
        "p50_ms": round(statistics.median(ordered) * 1000, 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 2),
        "max_ms": round(ordered[-1] * 1000, 1),
    }


def report(atlas: Target, other: Target, rows: int, rate: int) -> None:
    """A table for people, then one JSON line for machines."""
    found = {
        f"{target.name} {kind}": figures(target.seconds[kind])
        for kind in ("execute", "get")
        for target in (atlas, other)
    }
    print(f"{rate} requests a second beside runs of {rows:,} rows, {os.cpu_count()} cores")
    for what, each in found.items():
        print(f"{what:<16}" + "".join(f"{key} {value:>8}  " for key, value in each.items()))
    print(json.dumps({"benchmark": "api", "rows": rows, "rate": rate, **found}))


def main() -> None:
    """Read the options; be the peer, or measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=14)
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--peer", help="be the peer, on that database")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.peer:
        web.run_app(peer(options.peer), host="127.0.0.1", port=options.port, print=None)
        return
    with a_server() as (url, home):
        atlas, other = asyncio.run(measure(url, home, options))
    report(atlas, other, options.rows, options.rate)


if __name__ == "__main__":
    main()
