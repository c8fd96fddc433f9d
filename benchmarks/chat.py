"""How fast Slack and Teams are acknowledged and answered while runs of 1,000,000 rows are at work.

Run it with `uv run --group peers python -m benchmarks.chat`. Each platform is a server of its own
process (`benchmarks.chat_platforms`), sends 100 messages a second for a minute, signed, and sees
the answers. An acknowledgement and an answer count from the moment when the message was due. The
bot is a process of its own; runs follow one another meanwhile. Beside it, in the same run and on
the same Slack: opsdroid's own connector, which keeps nothing and answers by a constant.
"""

import argparse
import asyncio
import base64
import importlib.util
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from ruamel.yaml import YAML

from benchmarks.api import Target, answering, ended, process
from benchmarks.medallion import write_project
from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.adapters.postgres.tokens import PostgresTokens
from engine.clock import SystemClock
from engine.configuration import SKILLS
from engine.demo import free_port
from engine.people import Role
from engine.tokens.issuer import Issuer

PLATFORMS = ("slack", "teams")
PEER = "opsdroid"
ROUNDS = ("slack", PEER, "teams")
WARM = 200
"""Messages before those that count: connections are open, code is warm."""

Report = dict[str, object]


@dataclass(frozen=True, slots=True)
class Played:
    """A platform in its process."""

    process: asyncio.subprocess.Process
    settings: Mapping[str, object]
    variables: Mapping[str, str]

    async def load(self, door: str, messages: int, rate: int) -> Report:
        """Let it send messages, and tell what became of them."""
        wanted = {"door": door, "messages": messages, "rate": rate}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(wanted).encode() + b"\n")
        return await _told(self.process)


async def _told(running: asyncio.subprocess.Process) -> Report:
    assert running.stdout is not None
    told: Report = json.loads(await running.stdout.readline())
    return told


@asynccontextmanager
async def played(platform: str) -> AsyncIterator[Played]:
    """The platform, until the block ends."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.chat_platforms", platform),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        told = await _told(running)
        yield Played(running, **told)  # type: ignore[arg-type]  # our own process wrote it
    finally:
        running.kill()
        await running.wait()


async def token_of(url: str) -> str:
    """The secret of a token for the runs."""
    database = Database(url, DatabaseLimits())
    await migrate(database)
    issuer = Issuer(PostgresTokens(database), SystemClock())
    secret = (await issuer.issue("bench", Role.OPERATOR, None)).secret
    await database.close()
    return secret


def configured(home: Path, port: int, connectors: Mapping[str, object]) -> Path:
    """The bot's configuration.yaml."""
    configuration = home / "configuration.yaml"
    with configuration.open("w") as file:
        YAML(typ="safe").dump(
            {
                "connectors": {"rest": {"rate": 100_000, "burst": 100_000}, **connectors},
                "skills": dict.fromkeys(SKILLS),
                "databases": {"engine": {"runs_at_once": 1}},
                "web": {"port": port},
            },
            file,
        )
    return configuration


@asynccontextmanager
async def busy(
    session: aiohttp.ClientSession, atlas: Target, *, idle: bool
) -> AsyncIterator[list[str]]:
    """One run after the other, until the block ends; their names as they end."""
    runs: list[str] = []

    async def go_on() -> None:
        while not idle:
            for pipeline in ("bronze_to_silver", "silver_to_gold"):
                await ended(session, atlas, pipeline, full_refresh=True)
                runs.append(pipeline)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(go_on(), name="runs")
        yield runs
        task.cancel()


def processor_time(pid: int) -> float:
    """Seconds of a processor that a process took so far, without what it started."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def atlas(
    url: str, home: Path, slack: Played, teams: Played
) -> AsyncIterator[tuple[Target, int]]:
    """The bot in its process, and the number of that."""
    port, secret = free_port(), await token_of(url)
    configuration = configured(home, port, {"slack": slack.settings, "teams": teams.settings})
    variables = {
        "ATLAS_DATABASE_URL": url,
        "ATLAS_PROJECT": str(home / "project"),
        "ATLAS_DATA_DIR": str(home / "data"),
        "ATLAS_SECRET_KEY": base64.b64encode(bytes(32)).decode(),
        **slack.variables,
        **teams.variables,
    }
    with process("engine.cli", "start", "-c", str(configuration), **variables) as pid:
        bearer = {"Authorization": f"Bearer {secret}"}
        yield Target("atlas", f"http://127.0.0.1:{port}", bearer), pid


@asynccontextmanager
async def peer(home: Path, slack: Played) -> AsyncIterator[str | None]:
    """The address of opsdroid's own connector; None where what it needs is not installed."""
    if importlib.util.find_spec("emoji") is None:
        yield None
        return
    port, known = free_port(), slack.settings
    words = ("--home", str(home), "--port", str(port), "--api-url", str(known["api_url"]))
    with process("benchmarks.opsdroid_slack", *words, "--token", str(known["bot_token"])):
        yield f"http://127.0.0.1:{port}"


async def measure(url: str, home: Path, options: argparse.Namespace) -> dict[str, Report]:
    """Fill bronze, set the engine to work, and let people speak."""
    write_project(home / "project", options.rows)
    messages, found = options.seconds * options.rate, dict[str, Report]()
    async with AsyncExitStack() as stack:
        slack, teams = [await stack.enter_async_context(played(each)) for each in PLATFORMS]
        target, bot = await stack.enter_async_context(atlas(url, home, slack, teams))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await answering(session, f"{target.address}/readyz")
        await ended(session, target, "ingest")
        door = f"{target.address}/connector"
        rounds = [("slack", slack, f"{door}/slack"), ("teams", teams, f"{door}/teams")]
        other = await stack.enter_async_context(peer(home / "peer", slack))
        if other is not None:
            await answering(session, other)
            rounds.insert(1, (PEER, slack, f"{other}/connector/builtin"))
        async with busy(session, target, idle=options.idle) as runs:
            for name, platform, address in rounds:
                if name not in options.rounds:
                    continue
                await platform.load(address, WARM, options.rate)
                before, took = len(runs), processor_time(bot)
                found[name] = await platform.load(address, messages, options.rate)
                found[name]["runs"] = len(runs) - before
                if name != PEER:
                    spent = (processor_time(bot) - took) * 1000 / messages
                    found[name]["processor_ms"] = round(spent, 2)
    return found


def ratios(found: Mapping[str, Report]) -> dict[str, float]:
    """How many times longer Atlas takes on Slack than opsdroid's connector."""
    told: dict[str, float] = {}
    with suppress(KeyError):
        mine, theirs = found["slack"], found[PEER]
        for what in ("acknowledged", "answered"):
            for each in ("p50_ms", "p99_ms"):
                told[f"{what} {each}"] = round(mine[what][each] / theirs[what][each], 2)  # type: ignore[index]  # our own process wrote it
    return told


def report(found: Mapping[str, Report], rows: int, rate: int) -> None:
    """A table for people, then one JSON line for machines."""
    print(f"{rate} messages a second beside runs of {rows:,} rows, {os.cpu_count()} cores")
    for name, told in found.items():
        print(name)
        for what, each in told.items():
            print(f"  {what:<18}{each}")
    line = {"benchmark": "chat", "rows": rows, "rate": rate, **found, "ratios": ratios(found)}
    print(json.dumps(line))


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=100, help="messages a second")
    parser.add_argument("--idle", action="store_true", help="without the runs")
    parser.add_argument("--rounds", nargs="+", default=ROUNDS, choices=ROUNDS)
    options = parser.parse_args()
    with a_server() as (url, home):
        (home / "peer").mkdir()
        found = asyncio.run(measure(url, home, options))
    report(found, options.rows, options.rate)


if __name__ == "__main__":
    main()
