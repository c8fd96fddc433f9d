"""How fast a sentence is answered while a pipeline runs, beside the same with nothing running.

Run it with `uv run python -m benchmarks.replies`. A real bot is asked ten times a second over the
whole of ingest, bronze_to_silver and silver_to_gold of a generated table.
"""

import argparse
import asyncio
import base64
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from benchmarks.medallion import write_project
from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.asking import Terminal
from engine.configuration import local_configuration
from engine.demo import free_port
from engine.host import engine_of, running_bot
from engine.outcome import Accepted

SENTENCES = ("what pipelines are there?", "list runs", "help", "who am I?")
PAUSE = 0.1
IDLE_QUESTIONS = 40


async def answered(terminal: Terminal, number: int) -> float:
    """Seconds until one sentence was answered."""
    begin = time.perf_counter()
    await terminal.say(SENTENCES[number % len(SENTENCES)], "you", "#bench")
    return time.perf_counter() - begin


async def while_true(terminal: Terminal, going_on: Callable[[int], Awaitable[bool]]) -> list[float]:
    """Seconds of each answer, asking as long as it goes on."""
    seconds: list[float] = []
    while await going_on(len(seconds)):
        seconds.append(await answered(terminal, len(seconds)))
        await asyncio.sleep(PAUSE)  # noqa: TID251  # a benchmark measures the real clock
    return seconds


async def measure(url: str, home: Path, rows: int) -> dict[str, list[float]]:
    """Answers with nothing running, and while each pipeline runs."""
    write_project(home / "project", rows)
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    os.environ |= {
        "ATLAS_DATABASE_URL": url,
        "ATLAS_PROJECT": str(home / "project"),
        "ATLAS_SECRET_KEY": base64.b64encode(bytes(32)).decode(),
    }
    configuration = local_configuration({"terminal": {}}).at_port(free_port())
    async with running_bot(configuration, home) as bot:
        terminal = cast("Terminal", bot.get_connector("terminal"))
        engine = engine_of(bot)

        async def idle(asked: int) -> bool:
            return asked < IDLE_QUESTIONS

        found = {"idle": await while_true(terminal, idle), "running": []}
        for pipeline in ("ingest", "bronze_to_silver", "silver_to_gold"):
            message = await terminal.say(f"run pipeline {pipeline}", "you", "#bench")
            outcome = message.raw_parses["outcome"]
            assert isinstance(outcome, Accepted)

            async def running(_: int, run_id: str = outcome.run_id) -> bool:
                run = await engine.run(run_id)
                return run is not None and not run.done

            found["running"] += await while_true(terminal, running)
    return found


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(seconds)
    return {
        "answers": len(ordered),
        "p50_ms": round(statistics.median(ordered) * 1000, 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
    }


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with a_server() as (url, home):
        found = asyncio.run(measure(url, home, options.rows))
    shown = {state: figures(seconds) for state, seconds in found.items()}
    for state, each in shown.items():
        print(f"{state:<8}" + "".join(f"{key} {value:>8}  " for key, value in each.items()))
    print(json.dumps({"benchmark": "replies", "rows": options.rows, **shown}))


if __name__ == "__main__":
    main()
